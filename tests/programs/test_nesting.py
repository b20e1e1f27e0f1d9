"""Loops, branches, batches, derivatives and solutions inside one another, several levels deep.

Each program takes four numbers and returns one. It is moved along a line through them, so that its
derivatives, all ways of taking them twice included, can be held to differences.
"""

import numpy as np
import pytest

import clearprop as cp
from tests.api.orders import assert_derivatives

X = np.array([0.83, -0.43, 1.31, 0.64])
ALONG = np.array([0.7, -0.4, 0.5, 0.9])


def batch_of_loops_of_different_lengths(x):
    def grown(a):
        return cp.while_loop(lambda y: y < 1.0, lambda y: y * 1.5 + 0.1 * a * a + 0.3, a)

    return np.sum(cp.vmap(grown)(x) * x)


def batch_of_loops_in_loops_of_different_lengths(x):
    def one(a):
        def outer(state):
            i, y = state
            y = cp.while_loop(
                lambda z: np.abs(z) < 1 + np.abs(a), lambda z: z * 1.4 + a * 0.01, y * 0.3 + 0.05
            )
            return i + 1, y

        return cp.while_loop(lambda s: s[0] < np.abs(a) * 4, outer, (0.0, a))[1]

    return np.sum(cp.vmap(one)(x) * x)


def scan_in_a_scan_that_runs_backwards(x):
    def outer(c, a):
        c, ys = cp.scan(lambda d, b: (np.tanh(d * a + b), d * b), c, x, reverse=True)
        return c, np.sum(ys)

    c, ys = cp.scan(outer, x[0], x)
    return c + np.sum(ys**2)


def derivatives_in_a_body(x):
    def step(c, a):
        slope = cp.grad(lambda z: np.sin(z * c) * z)(a)
        return c + slope, cp.jvp(lambda z: z**3 * c, (a,), (c,))[1]

    c, ys = cp.scan(step, 0.3 * x[1], x)
    return c * np.sum(ys)


def loop_in_a_branch_in_a_scan_in_a_batch(x):
    def one(a):
        def step(c, b):
            def shrunk(c):
                return cp.while_loop(
                    lambda y: np.abs(y) > 0.5, lambda y: y * 0.7 + 0.05 * b, c + 0 * b
                )

            c = cp.cond(c * b > 0.2, shrunk, lambda c: c + np.sin(b), c)
            return c, c * a

        c, ys = cp.scan(step, a, x)
        return np.sum(ys) + c

    return np.sum(cp.vmap(one)(x))


def loops_three_deep(x):
    def inner(y, k):
        trip = lambda s: (s[0] + 1, np.sin(s[1]) * k + 0.2)  # noqa: E731
        return cp.while_loop(lambda s: s[0] < 2, trip, (0, y))[1]

    def middle(y):
        trip = lambda s: (s[0] + 1, inner(s[1], x[s[0]]))  # noqa: E731
        return cp.while_loop(lambda s: s[0] < 2, trip, (0, y))[1]

    trip = lambda s: (s[0] + 1, middle(s[1]) + x[s[0]])  # noqa: E731
    return cp.while_loop(lambda s: s[0] < 3, trip, (0, x[3]))[1]


def matrices_in_the_carry(x):
    def step(a, s):
        a = a @ a * 0.1 + np.eye(2) * s + 1.0
        return a, np.linalg.det(a)

    a, determinants = cp.scan(step, np.outer(x[:2], x[2:]), x)
    return np.sum(np.linalg.inv(a + 5 * np.eye(2))) + np.sum(determinants)


def positions_in_the_carry(x):
    def step(carry, a):
        k, total = carry
        k = (k * 3 + 1) % 4
        return (k, total * x[k] + a), total

    (_, total), ys = cp.scan(step, (1, x[0]), x)
    return total + np.sum(ys)


def batch_of_branches_of_which_one_is_bad(x):
    def one(a):
        return cp.cond(a > 0, lambda a: np.log(a) * np.sqrt(a), lambda a: np.exp(a) / (a - 1), a)

    return np.sum(cp.vmap(one)(x) * x)


def batch_of_branches_that_look_outside(x):
    def one(a, i):
        return cp.cond(a > 0, lambda: x[i] * np.sum(x), lambda: np.prod(x) + x[i - 1])

    return np.sum(cp.vmap(one)(x, np.arange(4)))


def custom_rules_in_bodies_and_batches(x):
    f = cp.custom_derivative(lambda a, b: np.sin(a) * b)
    f.defvjp(
        lambda a, b: (np.sin(a) * b, (a, b)),
        lambda kept, ct: (ct * np.cos(kept[0]) * kept[1], ct * np.sin(kept[0])),
    )
    c, _ = cp.scan(lambda c, a: (f(c, a) + f(a, c), c), x[0], x)
    branch = lambda a: cp.cond(a > 0, lambda a: f(a, a), lambda a: f(a, 2 * a), a)  # noqa: E731
    return c + np.sum(cp.vmap(branch)(x))


def solutions_in_a_body(x):
    def newton(a):
        step = lambda y: 0.5 * (y + a / y)  # noqa: E731
        return cp.while_loop(lambda y: np.abs(y * y - a) > 1e-13, step, a)

    root = cp.implicit(newton, lambda y, a: y * y - a)
    c, ys = cp.scan(lambda c, a: (root(c + a * a + 1), root(a * a + 0.5)), 1.0 + 0 * x[0], x)
    return c + np.sum(ys)


def waves_in_the_carry(x):
    def step(c, a):
        z = np.fft.rfft(c) * np.exp(1j * a - a * np.arange(3.0))
        return np.fft.irfft(z, n=4) + x, np.abs(z)

    c, ys = cp.scan(step, x, x)
    return np.sum(c**3) + np.sum(ys)


PROGRAMS = [
    batch_of_loops_of_different_lengths,
    batch_of_loops_in_loops_of_different_lengths,
    scan_in_a_scan_that_runs_backwards,
    derivatives_in_a_body,
    loop_in_a_branch_in_a_scan_in_a_batch,
    loops_three_deep,
    matrices_in_the_carry,
    positions_in_the_carry,
    batch_of_branches_of_which_one_is_bad,
    batch_of_branches_that_look_outside,
    custom_rules_in_bodies_and_batches,
    solutions_in_a_body,
    waves_in_the_carry,
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_derivatives_of_nested_programs(program):
    def along(t):
        return program(X + t * ALONG)

    assert_derivatives(lambda t: cp.jvp(along, (t,), (0.0,))[0], 0.0)


@pytest.mark.parametrize("program", PROGRAMS)
def test_batches_of_gradients_of_nested_programs(program):
    rows = np.stack([X, X * 1.01])
    expected = np.stack([cp.grad(program)(row) for row in rows])
    np.testing.assert_allclose(cp.vmap(cp.grad(program))(rows), expected, rtol=1e-9, atol=1e-9)
    whole = cp.grad(lambda rows: np.sum(cp.vmap(program)(rows)))(rows)
    np.testing.assert_allclose(whole, expected, rtol=1e-9, atol=1e-9)
