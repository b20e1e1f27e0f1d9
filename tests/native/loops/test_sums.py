"""Sums of many floats are as good as NumPy's, which adds in pairs of pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from clearprop.execute.native.machine import levels, machine
from clearprop.execute.native.program import Program
from clearprop.primitives import CATALOGUE
from tests.primitives.calls import call

MOST = 5
"""How many units in the last place of Σ|x| the error may be; NumPy's is about 1."""


def assert_accurate(x: Any, axes: tuple[int, ...], level: Any = None) -> None:
    """The sum over the axes is right to a few units."""
    made = call(CATALOGUE["sum"], [x], {"axes": axes})
    ((found,), _) = Program(made.graph, machine(level)).run([x])
    exact = np.sum(x, axis=axes, dtype=np.longdouble)
    size = np.sum(np.abs(x), axis=axes, dtype=np.longdouble)
    assert np.all(np.abs(found - exact) <= MOST * np.finfo(x.dtype).eps * size)


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("count", [1_000, 33_333, 2_000_003])
def test_long_sums(count: int, dtype: str, level: Any) -> None:
    """Of one number, whose errors all go the same way, and of random ones."""
    assert_accurate(np.full(count, 0.1, dtype), (0,), level)
    assert_accurate(np.random.default_rng(0).normal(size=count).astype(dtype), (0,), level)


def test_ten_million() -> None:
    assert_accurate(np.full(10**7, 0.1, "float32"), (0,))
    assert_accurate(np.random.default_rng(0).random(10**7, "float32"), (0,))


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("axes", [(0,), (1,), (0, 2), (1, 2), (0, 1), (0, 1, 2)])
def test_sums_over_several_axes(axes: tuple[int, ...], level: Any) -> None:
    x = np.full((300, 70, 40), 0.1, "float32")
    assert_accurate(x, axes, level)
    assert_accurate(x[:, ::2].copy(), axes, level)


@pytest.mark.parametrize("count", [2, 15, 16, 17, 100, 511, 512, 513, 4097, 65537])
def test_every_element_is_taken_in_once(count: int) -> None:
    """Sums of whole numbers are exact, whatever the blocks are."""
    for shape, axes in (
        ((count,), (0,)),
        ((count, 3), (0,)),
        ((count, 40), (0,)),
        ((3, count), (1,)),
    ):
        x = np.random.default_rng(1).integers(-9, 10, shape).astype("float64")
        made = call(CATALOGUE["sum"], [x], {"axes": axes})
        ((found,), _) = Program(made.graph).run([x])
        np.testing.assert_array_equal(found, x.sum(axis=axes))


def test_infinite_and_unknown_terms() -> None:
    x = np.ones(100_000)
    made = call(CATALOGUE["sum"], [x], {"axes": (0,)})
    program = Program(made.graph)
    for value in (np.inf, -np.inf, np.nan):
        x[77_777] = value
        ((found,), _) = program.run([x])
        np.testing.assert_array_equal(found, value)
    ((zero,), _) = program.run([np.full(100_000, -0.0)])
    assert np.signbit(zero)
