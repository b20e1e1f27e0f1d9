"""Donated arguments: results may lie in their memory, and are the same as without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import clearprop as cp

RNG = np.random.default_rng(2)


def both(f: Callable[..., Any], *args: Any) -> tuple[Any, Any, list[Any]]:
    """The results with and without the first argument donated, and what was given."""
    plain = cp.compile(f)(*args)
    given = [np.array(x) if isinstance(x, np.ndarray) else x for x in args]
    return cp.compile(f, donate_argnums=0)(*given), plain, given


def test_an_update_is_made_in_place() -> None:
    step = cp.compile(lambda p, g: {k: p[k] - 0.1 * g[k] for k in p}, donate_argnums=0)
    p = {"w": RNG.normal(size=(7, 5)), "b": RNG.normal(size=5)}
    g = {"w": RNG.normal(size=(7, 5)), "b": RNG.normal(size=5)}
    for _ in range(3):
        expected = {k: p[k] - 0.1 * g[k] for k in p}
        found = step(p, g)
        assert all(found[k] is p[k] for k in p)
        for k, right in expected.items():
            np.testing.assert_allclose(found[k], right, rtol=1e-15)
        p = found


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: x[::-1] + y,
        lambda x, y: x + x[0] * y,
        lambda x, y: np.cumsum(x) * y,
        lambda x, y: x * x.sum() + y,
        lambda x, y: (x * y, x + y, x - y),
        lambda x, y: np.concatenate([x[3:], y[:3]]),
        lambda x, y: (x.reshape(4, 3).T @ y.reshape(4, 3)).sum() * x,
        lambda x, y: np.where(x > 0, y, x[np.argsort(x)]),
        lambda x, y: np.sin(np.sort(x)) + y,
        lambda x, y: x,
        lambda x, y: (x, y, x),
    ],
)
def test_results_are_the_same(f: Callable[..., Any]) -> None:
    found, plain, _ = both(f, RNG.normal(size=12), RNG.normal(size=12))
    found, plain = (x if isinstance(x, tuple) else (x,) for x in (found, plain))
    for ours, right in zip(found, plain, strict=True):
        np.testing.assert_array_equal(ours, right)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 8, 9])
def test_carries_of_loops(length: int) -> None:
    def epoch(p: Any, xs: Any) -> Any:
        def step(p: Any, x: Any) -> Any:
            return p - 0.1 * (p @ p.T) @ x, p.sum()

        return cp.scan(step, p, xs)

    p, xs = RNG.normal(size=(4, 4)), RNG.normal(size=(length, 4, 4))
    (found, sums), (plain, expected), (given, _) = both(epoch, p, xs)
    np.testing.assert_array_equal(found, plain)
    np.testing.assert_array_equal(sums, expected)
    assert found is given


@pytest.mark.parametrize("length", [0, 1, 2, 3, 8, 9])
def test_carries_that_are_written_to_two_places_by_turns(length: int) -> None:
    def epoch(p: Any, xs: Any) -> Any:
        return cp.scan(lambda p, x: (p @ x, p.sum()), p, xs)

    p, xs = RNG.normal(size=(4, 4)), RNG.normal(size=(length, 4, 4))
    (found, sums), (plain, expected), (given, _) = both(epoch, p, xs)
    np.testing.assert_array_equal(found, plain)
    np.testing.assert_array_equal(sums, expected)
    assert (found is given) == (length % 2 == 0 and length > 0)


def test_what_cannot_be_written_to_is_not() -> None:
    f = cp.compile(lambda x, y: x * 2.0 + y, donate_argnums=(0, 1))
    x, y = RNG.normal(size=9), RNG.normal(size=9)
    x.flags.writeable = False
    kept = x.copy()
    found = f(x, y)
    np.testing.assert_array_equal(x, kept)
    assert found is not x
    room = RNG.normal(size=12)
    whole = room.copy()
    expected = whole[:9] * 2.0 + whole[3:]
    np.testing.assert_allclose(f(whole[:9], whole[3:]), expected, rtol=1e-15)
    twice = room[:9].copy()
    np.testing.assert_allclose(f(twice, twice), room[:9] * 3.0, rtol=1e-15)
    strided = RNG.normal(size=18)[::2]
    kept = strided.copy()
    np.testing.assert_allclose(f(strided, room[:9].copy()), kept * 2.0 + room[:9], rtol=1e-15)
    np.testing.assert_array_equal(strided, kept)


def test_decisions_come_before_what_is_donated() -> None:
    f = cp.compile(lambda x: x * 2.0 if x[0] > 0 else x - 1.0, donate_argnums=0)
    for first in (1.0, -1.0, 2.0, -2.0):
        x = np.array([first, 5.0])
        right = x * 2.0 if first > 0 else x - 1.0
        np.testing.assert_array_equal(f(x), right)


def test_a_refusal_finds_the_arguments_as_they_were() -> None:
    f = cp.compile(lambda x, i: x[i] * 2.0, donate_argnums=0)
    x, i = np.arange(5.0), np.arange(5)
    np.testing.assert_array_equal(f(x.copy(), i), x * 2.0)
    given = x.copy()
    with pytest.raises((IndexError, cp.errors.ClearpropError)):
        f(given, np.array([0, 1, 2, 3, 9]))
    np.testing.assert_array_equal(given, x)


def test_preparing_gives_nothing_up() -> None:
    x = np.arange(5.0)
    f = cp.compile(lambda x: x + 1.0, donate_argnums=0).prepare(x)
    np.testing.assert_array_equal(x, np.arange(5.0))
    assert f(x) is x
    np.testing.assert_array_equal(x, np.arange(5.0) + 1.0)
