"""A Kalman filter, as a class with a loop and as a scan; the truth is one big normal density."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from tests.programs.holding import assert_holds

MEASURED = np.array([0.3, -0.1, 0.8, 1.1, 0.4])
STEPS = len(MEASURED)
LOOK = np.array([[1.0, 0.0]])


@dataclass
class Kalman:
    """Position and velocity of something that is pushed at random, seen with noise."""

    push: Any
    noise: float = 0.3

    def __post_init__(self):
        self.move = np.array([[1.0, 1.0], [0.0, 0.9]])
        self.mean, self.spread = np.zeros(2), np.eye(2)
        self.loglik = 0.0

    def predict(self):
        self.mean = self.move @ self.mean
        self.spread = self.move @ self.spread @ self.move.T + self.push * np.eye(2)

    def update(self, y):
        residual = y - LOOK @ self.mean
        variance = LOOK @ self.spread @ LOOK.T + self.noise
        gain = np.linalg.solve(variance, LOOK @ self.spread).T
        self.mean = self.mean + gain @ residual
        self.spread = (np.eye(2) - gain @ LOOK) @ self.spread
        weighed = residual @ np.linalg.inv(variance) @ residual
        self.loglik = self.loglik - 0.5 * (np.log(2 * np.pi * variance[0, 0]) + weighed)


def by_loop(push):
    kalman = Kalman(push)
    for y in MEASURED:
        kalman.predict()
        kalman.update(y)
    return kalman.loglik


def by_scan(push):
    def step(carry, y):
        kalman = Kalman(push)
        kalman.mean, kalman.spread, kalman.loglik = carry
        kalman.predict()
        kalman.update(y)
        return (kalman.mean, kalman.spread, kalman.loglik), kalman.mean[0]

    (_, _, loglik), _ = cp.scan(step, (np.zeros(2), np.eye(2), 0.0), MEASURED)
    return loglik


def by_density(push):
    """All that is measured is one normal vector: its covariance, and its density."""
    move = Kalman(0.0).move
    powers = [np.linalg.matrix_power(move, k) for k in range(STEPS + 1)]
    states = [powers[k] @ powers[k].T for k in range(STEPS + 1)]
    spread = np.zeros((STEPS, STEPS))
    for s in range(STEPS):
        of_state = states[s + 1] + push * sum(states[: s + 1])
        for t in range(s, STEPS):
            spread[t, s] = spread[s, t] = (powers[t - s] @ of_state)[0, 0]
    spread = spread + 0.3 * np.eye(STEPS)
    quadratic = MEASURED @ np.linalg.solve(spread, MEASURED)
    return -0.5 * (quadratic + np.linalg.slogdet(2 * np.pi * spread)[1])


@pytest.mark.parametrize("loglik", [by_loop, by_scan])
def test_the_likelihood_and_its_derivatives(loglik):
    np.testing.assert_allclose(loglik(0.2), by_density(0.2), rtol=1e-12)
    assert_holds(loglik, 0.2, batch=[0.2, 0.05, 1.3])


def test_loop_and_scan_agree_to_third_order():
    def third(f):
        return cp.grad(cp.grad(cp.grad(f)))(0.2)

    np.testing.assert_allclose(third(by_scan), third(by_loop), rtol=1e-9)


def test_gradients_by_every_parameter():
    def loglik(p):
        kalman = Kalman(p["push"], p["noise"])
        for y in MEASURED:
            kalman.predict()
            kalman.update(y)
        return kalman.loglik

    assert cp.check_grads(loglik, {"push": 0.2, "noise": 0.4}).ok
