"""What the trips of a loop carry on: changed where it lies, or by turns in two places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import clearprop as cp

RNG = np.random.default_rng(5)


def decayed(i: Any, y: Any) -> Any:
    y = y.copy()
    y[i] = y[i - 1] * 0.5 + 1.0
    return y


def exchanged(i: Any, y: Any) -> Any:
    y = y.copy()
    kept = y[i]
    y[i] = y[i - 1]
    y[i - 1] = kept
    return y


def read_after_it_is_set(i: Any, y: Any) -> Any:
    z = y.copy()
    z[i] = 3.0
    return z + 1e-3 * y[i]


def moved_along(i: Any, y: Any) -> Any:
    z = y.copy()
    z[1:] = y[:-1] * 2.0
    return z


def halves(i: Any, y: Any) -> Any:
    z = y.copy()
    z[:4] = y[:4] + y[4:]
    return z


def joined(i: Any, y: Any) -> Any:
    return np.concatenate([y[:3] * 0.5, y[3:] + i])


def mixed(i: Any, y: Any) -> Any:
    return y - 0.1 * y.sum() + y[0] * 0.01


def rolled(i: Any, y: Any) -> Any:
    return np.roll(y, 1) * 1.01


BODIES = [
    (decayed, 1),
    (exchanged, 1),
    (read_after_it_is_set, 1),
    (moved_along, 1),
    (halves, 1),
    (joined, 0),
    (mixed, 1),
    (rolled, 0),
    (lambda i, y: y, 1),
    (lambda i, y: np.tanh(y) * 1.5, 1),
    (lambda i, y: y[::-1] * 1.5, 1),
    (lambda i, y: np.cumsum(y) * 0.5, 1),
    (lambda i, y: np.sort(y) + 0.1, 1),
]


def by_python(body: Callable[..., Any], y: Any, trips: int) -> Any:
    for i in range(1, trips + 1):
        y = body(i, y)
    return y


def in_place(compiled: Any) -> int:
    """How many carries are said to be changed where they lie."""
    line = next(x for x in str(compiled.explain_plan()).splitlines() if "carries in place" in x)
    return int(line.split(" carries in place")[0].rsplit(",", 1)[1].split(" of ")[0])


@pytest.mark.parametrize(("body", "expected"), BODIES)
@pytest.mark.parametrize("trips", [0, 1, 2, 7])
def test_one_array(body: Callable[..., Any], expected: int, trips: int) -> None:
    y = RNG.normal(size=8)
    kept = y.copy()
    f = cp.compile(lambda y: cp.fori_loop(1, trips + 1, body, y))
    right = by_python(body, y, trips)
    np.testing.assert_allclose(f(y), right, rtol=1e-12)
    np.testing.assert_array_equal(y, kept)
    if trips:
        assert in_place(f) == expected


@pytest.mark.parametrize("body", [body for body, _ in BODIES])
def test_an_array_that_is_given_up(body: Callable[..., Any]) -> None:
    y = RNG.normal(size=8)
    right = by_python(body, y, 5)
    f = cp.compile(lambda y: cp.fori_loop(1, 6, body, y), donate_argnums=0)
    np.testing.assert_allclose(f(y), right, rtol=1e-12)


@pytest.mark.parametrize("body", [body for body, _ in BODIES])
def test_a_loop_that_ends_by_a_condition(body: Callable[..., Any]) -> None:
    def run(y: Any) -> Any:
        def following(state: Any) -> Any:
            i, y = state
            return i + 1, body(i, y)

        return cp.while_loop(lambda state: state[0] < 6, following, (1, y))[1]

    y = RNG.normal(size=8)
    np.testing.assert_allclose(cp.compile(run)(y), by_python(body, y, 5), rtol=1e-12)


@pytest.mark.parametrize("body", [body for body, _ in BODIES])
def test_loops_within_loops(body: Callable[..., Any]) -> None:
    def run(y: Any) -> Any:
        return cp.fori_loop(0, 3, lambda _, y: cp.fori_loop(1, 6, body, y) * 0.9, y)

    y = RNG.normal(size=8)
    right = y
    for _ in range(3):
        right = by_python(body, right, 5) * 0.9
    np.testing.assert_allclose(cp.compile(run)(y), right, rtol=1e-12)


@pytest.mark.parametrize(
    "step",
    [
        lambda a, b: (b, a),
        lambda a, b: (b, a + b),
        lambda a, b: (a + 1.0, a * b),
        lambda a, b: (a * b, a - b),
        lambda a, b: (a[::-1] * b, b),
        lambda a, b: (a, a),
        lambda a, b: (a + b.sum(), b - a.sum()),
        lambda a, b: (np.sin(a), np.outer(a, b).sum(0)),
    ],
)
@pytest.mark.parametrize("trips", [0, 1, 2, 5])
def test_two_arrays(step: Callable[..., Any], trips: int) -> None:
    def run(a: Any, b: Any) -> Any:
        return cp.scan(lambda ab, _: (step(*ab), ab[0].sum()), (a, b), None, trips)

    def all_the_same(a: Any) -> Any:
        return cp.scan(lambda ab, _: (step(*ab), None), (a, a), None, trips)[0]

    a, b = RNG.normal(size=5), RNG.normal(size=5)
    sums, right, same = [], (a, b), (a, a)
    for _ in range(trips):
        sums.append(right[0].sum())
        right, same = step(*right), step(*same)
    found, found_sums = cp.compile(run)(a, b)
    for ours, theirs in zip((*found, found_sums), (*right, sums), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    for ours, theirs in zip(cp.compile(all_the_same)(a), same, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_an_epoch_updates_parameters_and_moments_in_place() -> None:
    def epoch(state: Any, xs: Any) -> Any:
        def step(state: Any, x: Any) -> Any:
            w, m, v = state
            g = cp.grad(lambda w: ((np.tanh(x @ w) - 1.0) ** 2).sum())(w)
            m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g
            return (w - 0.1 * m / (np.sqrt(v) + 1e-8), m, v), None

        return cp.scan(step, state, xs)[0]

    w = RNG.normal(size=(6, 3))
    state, xs = (w, np.zeros_like(w), np.zeros_like(w)), RNG.normal(size=(9, 4, 6))
    right = epoch(state, xs)
    f = cp.compile(epoch, donate_argnums=0)
    found = f(tuple(x.copy() for x in state), xs)
    assert in_place(f) == 3
    for ours, theirs in zip(found, right, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)


@pytest.mark.parametrize("body", [decayed, exchanged, lambda i, y: np.tanh(y) * 1.5])
def test_derivatives(body: Callable[..., Any]) -> None:
    def loss(y: Any) -> Any:
        return (cp.fori_loop(1, 6, body, y) ** 2).sum()

    y = RNG.normal(size=8)
    np.testing.assert_allclose(cp.compile(cp.grad(loss))(y), cp.grad(loss)(y), rtol=1e-12)
