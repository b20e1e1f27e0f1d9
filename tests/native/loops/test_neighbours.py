"""Columns of arrays in rows: read and written 16 bytes at a time, and nothing beside them."""

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
    """Nine of nine, so that most are written together and one by itself."""
    turned = made = cp.numpy.reshape(v, (3, 3)).T
    for _ in range(6):
        made = made.T[::-1] - turned
    return cp.numpy.reshape(made, -1) * v[4] + v[::-1]


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("at_end", [True, False])
@pytest.mark.parametrize("count", [64, 79])
def test_columns(count: int, at_end: bool, dtype: str, level: Any) -> None:
    x = np.random.default_rng(0).integers(0, 9, (count, 9)).astype(dtype)
    for f in (columns, cp.vmap(components)):
        graph = simplify(cp.trace(f)(x))
        fenced(graph, [x], at_end, level)
        found, _ = Program(graph, machine(level)).run([x])
        for mine, other in zip(found, cp.run(graph, x), strict=True):
            np.testing.assert_array_equal(mine, other)


def test_they_are_read_and_written_together() -> None:
    x = np.ones((128, 9))
    text = Program(simplify(cp.trace(cp.vmap(components))(x))).text
    assert "load <2 x double>" in text
    assert "store <2 x double>" in text
