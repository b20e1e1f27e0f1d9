"""A particle filter with resampling: numbers drawn by keys, indices by value."""

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from tests.programs.holding import assert_holds

MEASURED = np.array([0.2, 0.5, -0.3])
COUNT = 16


def moved(particles, drift, key):
    return np.sin(particles) + drift + 0.3 * cp.random.normal(key, COUNT)


def weighed(particles, y):
    """The logarithm of the mean weight, and the weights."""
    logs = -0.5 * (y - particles) ** 2 / 0.4
    top = np.max(cp.stop_gradient(logs))
    weights = np.exp(logs - top)
    return top + np.log(np.mean(weights)), weights / np.sum(weights)


def resampled(particles, weights, u):
    """Systematic resampling (J. Carpenter, P. Clifford and P. Fearnhead, 1999)."""
    edges = np.cumsum(weights)
    places = (np.arange(COUNT) + u) / COUNT
    chosen = np.sum(edges[:-1, None] < places, axis=0)
    return particles[chosen]


def step(carry, y, drift):
    key, particles, loglik = carry
    keys = cp.random.split(key, 3)
    particles = moved(particles, drift, keys[1])
    more, weights = weighed(particles, y)
    particles = resampled(particles, weights, cp.random.uniform(keys[2]))
    return keys[0], particles, loglik + more


def start(key):
    first, second = cp.random.split(key)
    return first, cp.random.normal(second, COUNT), 0.0


def by_loop(drift):
    carry = start(cp.random.key(1))
    for y in MEASURED:
        carry = step(carry, y, drift)
    return carry[2] + np.mean(carry[1])


def by_scan(drift):
    init = start(cp.random.key(1))
    carry, _ = cp.scan(lambda carry, y: (step(carry, y, drift), None), init, MEASURED)
    return carry[2] + np.mean(carry[1])


@pytest.mark.parametrize("program", [by_loop, by_scan])
def test_right_wherever_no_index_changes(program):
    assert_holds(program, 0.1, batch=[0.1, 0.4, -0.7])


def test_loop_and_scan_draw_the_same():
    for x in (0.1, -0.8):
        np.testing.assert_allclose(by_scan(x), by_loop(x), rtol=1e-13)
        np.testing.assert_allclose(cp.grad(by_scan)(x), cp.grad(by_loop)(x), rtol=1e-12)


def test_resampling_keeps_what_is_heavy():
    particles = cnp.arange(float(COUNT))
    weights = np.where(particles == 3.0, 0.9, 0.1 / (COUNT - 1))
    kept = resampled(particles, weights, 0.5)
    assert np.sum(kept == 3.0) >= 14


def test_many_seeds_as_a_batch():
    def loglik(seed_key, drift):
        carry = start(seed_key)
        carry, _ = cp.scan(lambda carry, y: (step(carry, y, drift), None), carry, MEASURED)
        return carry[2]

    keys = cp.random.split(cp.random.key(7), 5)
    slope = cp.grad(loglik, argnums=1)
    found = cp.vmap(slope, in_axes=(0, None))(keys, 0.1)
    np.testing.assert_allclose(found, [slope(key, 0.1) for key in keys], rtol=1e-12)
