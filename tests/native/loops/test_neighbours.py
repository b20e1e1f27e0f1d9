"""Columns of arrays in rows: read and written some at a time, and nothing beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute.native.machine import levels, machine
from clearprop.execute.native.program import Program
from clearprop.rewrite import simplify
from tests.native.test_bounds import fenced

DTYPES = ("float32", "float64", "int32", "int64", "int16")


def columns(x: Any) -> Any:
    """Some of the columns of nine, up and down."""
    down = x[::-1]
    return x[:, 1] * x[:, 2] + x[:, 3] - x[:, 4], down[:, 8] + down[:, 7] * x[:, 0] - x[:, 5]


def components(v: Any) -> Any:
    """As many as there are, a square number, so that most are written together, one by itself."""
    side = round(v.size**0.5)
    turned = made = cp.numpy.reshape(v, (side, side)).T
    for _ in range(6):
        made = made.T[::-1] - turned
    return cp.numpy.reshape(made, -1) * v[4] + v[::-1]


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("at_end", [True, False])
@pytest.mark.parametrize("count", [64, 79])
@pytest.mark.parametrize("width", [9, 25])
def test_columns(width: int, count: int, at_end: bool, dtype: str, level: Any) -> None:
    if dtype == "int16" and width > 9:
        pytest.skip("so small numbers are moved one by one, and so many take long to compile")
    x = np.random.default_rng(0).integers(0, 9, (count, width)).astype(dtype)
    for f in (columns, cp.vmap(components)):
        graph = simplify(cp.trace(f)(x))
        fenced(graph, [x], at_end, level)
        found, _ = Program(graph, machine(level)).run([x])
        for mine, other in zip(found, cp.run(graph, x), strict=True):
            np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("level", levels())
def test_they_are_read_and_written_together(level: Any) -> None:
    x = np.ones((128, 25))
    text = Program(simplify(cp.trace(cp.vmap(components))(x)), machine(level)).text
    assert "load <2 x double>" in text
    assert f"store <{machine(level).lanes(8)} x double>" in text
    assert "store double" in text
