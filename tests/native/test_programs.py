"""Native code gives what the reference gives, on programs that nobody thought of."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute.native.program import Program as NativeProgram
from clearprop.rewrite import simplify
from tests.fuzz.campaign import CORPUS
from tests.fuzz.case import Case, strong
from tests.fuzz.comparing import close
from tests.fuzz.program import Program
from tests.fuzz.programs import Choices, program

SEED, PROGRAMS = 7, 300


def agree(made: Program) -> None:
    """The program's graph and its reverse, by both executors."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            case = Case(made)
        except NameError:  # another branch of an inner function than when it was drawn
            return
        seeds = case.moving(case.weights)
        exact = 2e-3 if made.single else 1e-9
        for graph, values in ((case.graph, case.args), (case.reverse, (*case.args, *seeds))):
            flat = [np.asarray(value) for value in strong(list(values))]
            found, _ = NativeProgram(simplify(graph)).run(flat)
            expected = cp.run(graph, *flat, check_guards=False)
            close(found, expected, "native and reference", exact)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.py")), ids=lambda path: path.stem)
def test_what_once_failed(path: Path) -> None:
    agree(Program(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("number", range(PROGRAMS))
def test_random_programs(number: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        made = program(Choices(f"{SEED}/{number}"))
    if made is not None:
        agree(made)
