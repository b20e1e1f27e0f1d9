"""Native code gives what the reference gives: every primitive, its derivatives, every width."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest

from clearprop.derive import forward, reverse
from clearprop.execute import run
from clearprop.execute.native.machine import levels, machine
from clearprop.execute.native.program import Program
from clearprop.graph import Graph
from clearprop.primitives import Primitive
from clearprop.primitives.samples import Sample
from tests.primitives.calls import drawn, each_dtype, each_sample

ULPS = {"float32": 64, "float64": 64}
"""How far results may be apart, in roundings of the largest of their numbers."""

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")


def assert_agrees(graph: Graph, values: list[Any], level: Any = None) -> Program:
    """Native code and the reference give the same, within rounding."""
    program = Program(graph, machine(level))
    found, _ = program.run(values)
    for mine, other in zip(found, run(graph, *values, check_guards=False), strict=True):
        expected = np.asarray(other)
        assert (mine.shape, mine.dtype) == (expected.shape, expected.dtype)
        if expected.dtype.kind != "f":
            np.testing.assert_array_equal(mine, expected)
            continue
        finite = np.abs(expected[np.isfinite(expected)])
        size = finite.max(initial=0.0) * np.finfo(expected.dtype).eps * ULPS[expected.dtype.name]
        np.testing.assert_allclose(mine, expected, rtol=0, atol=float(size))
    return program


@each_dtype
@each_sample
def test_values_and_derivatives(primitive: Primitive, sample: Sample, dtype: str) -> None:
    """At the host's best level, and by turns at one of the others."""
    made = drawn(primitive, sample, dtype)
    others = levels()[1:] or levels()
    turn = zlib.crc32(f"{primitive.name} {sample} {dtype}".encode()) % len(others)
    for level in dict.fromkeys((levels()[0], others[turn])):
        assert_agrees(made.graph, made.values, level)
        if made.smooth:
            direction, cotangent = made.direction(made.moving), made.direction(made.slopes)
            assert_agrees(forward(made.graph), [*made.values, *direction], level)
            assert_agrees(reverse(made.graph), [*made.values, *cotangent], level)
