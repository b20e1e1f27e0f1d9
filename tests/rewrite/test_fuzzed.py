"""Programs of the fuzzer: their graphs and derivatives keep their values when simplified."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from clearprop.graph import Graph, check
from clearprop.primitives import Plan
from clearprop.rewrite import simplify
from tests.fuzz.campaign import CORPUS
from tests.fuzz.case import Case, strong
from tests.fuzz.program import Program
from tests.fuzz.programs import Choices, program


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.py")), ids=lambda path: path.stem)
def test_past_failures(path):
    hold(Program(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("part", range(4))
def test_random_programs(part):
    for number in range(part * 10, (part + 1) * 10):
        made = program(Choices(f"rewrite/{number}"))
        if made is not None:
            hold(made)


def hold(made: Program) -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        case = Case(made)
        xs, tangent = strong(case.args), strong(case.tangent)
        weights = strong(case.moving(case.weights))
        compare(case.graph, xs)
        compare(case.forward, [*xs, *tangent])
        compare(case.reverse, [*xs, *weights])


def compare(graph: Graph, values: list) -> None:
    once = check(simplify(graph))
    assert simplify(once) is once
    for mine, other in zip(Plan(once).run(values), Plan(graph).run(values), strict=True):
        scale = np.max(np.abs(other), initial=1.0)
        rough = 1e-4 if np.asarray(other).dtype.name == "float32" else 1e-9
        np.testing.assert_allclose(mine, other, rtol=rough, atol=rough * scale)
