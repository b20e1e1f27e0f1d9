"""The classical Runge–Kutta method, with steps from a generator, a scan, and of adaptive size."""

import numpy as np
import pytest

import clearprop as cp
from tests.programs.holding import assert_holds


def rk4(f, y, h):
    k1 = f(y)
    k2 = f(y + h / 2 * k1)
    k3 = f(y + h / 2 * k2)
    k4 = f(y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def oscillator(omega):
    matrix = np.array([[0.0, 1.0], [-1.0, 0.0]])
    return lambda y: omega * (matrix @ y)


def states(f, y, h, steps):
    for _ in range(steps):
        y = rk4(f, y, h)
        yield y


def by_generator(omega):
    *_, last = states(oscillator(omega), np.array([1.0, 0.0]), 0.01, 50)
    return last[0]


def by_scan(omega):
    f = oscillator(omega)
    y, _ = cp.scan(lambda y, _: (rk4(f, y, 0.01), y), np.array([1.0, 0.0]), length=50)
    return y[0]


def by_fori_loop(omega):
    f = oscillator(omega)
    return cp.fori_loop(0, 50, lambda i, y: rk4(f, y, 0.01), np.array([1.0, 0.0]))[0]


@pytest.mark.parametrize("program", [by_generator, by_scan, by_fori_loop])
def test_an_oscillator_is_a_cosine(program):
    omega, t = 2.0, 0.5
    exactly = (np.cos(omega * t), -t * np.sin(omega * t), -(t**2) * np.cos(omega * t))
    assert_holds(program, omega, exactly, batch=[2.0, 0.0, -1.0])


def adaptive(x, loop):
    """y(1) of y′ = x y (1 − y), with steps halved and doubled by an estimate of the error."""

    def f(y):
        return x * y * (1 - y)

    def tried(state):
        t, y, h = state
        h = np.minimum(h, 1.0 - t)
        whole, half = rk4(f, y, h), rk4(f, rk4(f, y, h / 2), h / 2)
        error = np.abs(whole - half)
        return loop.choose(error < 1e-9, lambda: (t + h, half, 2 * h), lambda: (t, y, h / 2))

    return loop.until(lambda state: state[0] < 1.0, tried, (0.0 * x, 0.1 + 0.0 * x, 0.9))[1]


class Python:
    @staticmethod
    def choose(condition, yes, no):
        return yes() if condition else no()

    @staticmethod
    def until(goes_on, trip, state):
        while goes_on(state):
            state = trip(state)
        return state


class Operations:
    choose = staticmethod(cp.cond)
    until = staticmethod(cp.while_loop)


@pytest.mark.parametrize("loop", [Python, Operations])
def test_steps_of_adaptive_size(loop):
    def logistic(x):
        return 1 / (1 + 9 * np.exp(-x))

    exactly = [g(2.0) for g in (logistic, cp.grad(logistic), cp.grad(cp.grad(logistic)))]
    found = [
        g(2.0) for f in [lambda x: adaptive(x, loop)] for g in (f, cp.grad(f), cp.grad(cp.grad(f)))
    ]
    np.testing.assert_allclose(found, exactly, rtol=1e-6)
    batch = [2.0, 0.5, 5.0, 9.0] if loop is Operations else []
    assert_holds(lambda x: adaptive(x, loop), 2.0, batch=batch)
