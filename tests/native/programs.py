"""Many operations as one program, which is compiled much faster than as many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from clearprop.execute.native.machine import Level, machine
from clearprop.execute.native.program import Program
from clearprop.execute.native.steps import Fallback
from clearprop.graph import Graph
from clearprop.primitives import CATALOGUE
from tests.primitives.calls import call

Case = tuple[str, list[Any], dict[str, Any]]
"""A primitive's name, its operands, and its parameters."""


def native(cases: Iterable[Case], level: Level | None = None) -> tuple[Program, list[Any]]:
    """A program that computes all of them with nothing left to NumPy, and what it takes."""
    made = [call(CATALOGUE[name], values, params) for name, values, params in cases]
    graphs = [each.graph for each in made]
    whole = Graph(
        [x for graph in graphs for x in graph.inputs],
        [node for graph in graphs for node in graph.nodes],
        [value for graph in graphs for value in graph.outputs],
    )
    program = Program(whole, machine(level))
    assert not any(isinstance(step, Fallback) for step in program.steps)
    return program, [value for each in made for value in each.values]


def assert_exact(cases: Iterable[Case], level: Level | None = None) -> None:
    """Native code gives what the primitives' own lines give, to the bit."""
    cases = list(cases)
    program, given = native(cases, level)
    found, _ = program.run(given)
    for mine, (name, values, params) in zip(found, cases, strict=True):
        with np.errstate(all="ignore"):
            expected = np.asarray(CATALOGUE[name].value(np, *values, **params))
        assert (mine.dtype, mine.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(mine, expected, err_msg=f"{name} {params}")
