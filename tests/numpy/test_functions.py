"""The table of functions: untraced, traced, and through plain NumPy, against NumPy itself."""

import copy

import numpy
import pytest

import clearprop.numpy
from clearprop.errors import DetachmentError
from tests.numpy.running import (
    assert_close,
    assert_derivatives,
    assert_same,
    collect,
    is_floating,
    outcome,
    replay,
    traced,
)
from tests.numpy.table import (
    complexes,
    elementwise,
    fft,
    linalg,
    making,
    positions,
    products,
    reductions,
    shapes,
    sorting,
)

TABLES = (
    complexes,
    elementwise,
    fft,
    linalg,
    making,
    positions,
    products,
    reductions,
    shapes,
    sorting,
)
CASES = [case for module in TABLES for case in module.table.cases]

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")


def reference(case):
    return outcome(lambda: case.program(numpy, *copy.deepcopy(case.args)))


@every_case
def test_values(case):
    theirs = reference(case)
    ways = {
        "untraced": lambda: case.program(clearprop.numpy, *copy.deepcopy(case.args)),
        "traced through clearprop.numpy": lambda: in_trace(case, clearprop.numpy),
        "traced through numpy": lambda: in_trace(case, numpy),
    }
    for way, run in ways.items():
        if way == "traced through numpy" and not case.through_numpy:
            assert isinstance(outcome(run), DetachmentError)
            continue
        try:
            assert_same(outcome(run), theirs, 0 if way == "untraced" else case.tolerance)
        except Exception as error:
            error.add_note(way)
            raise
    if not isinstance(theirs, Exception):
        assert_graph(case)


def in_trace(case, namespace):
    program = lambda *args: case.program(namespace, *args)  # noqa: E731
    return traced(program, copy.deepcopy(case.args))[0]


def assert_graph(case):
    """The recorded graph is legal, and gives the same values when it is run."""
    found = []
    collect(in_trace(case, clearprop.numpy), found)
    program = lambda *args: case.program(clearprop.numpy, *args)  # noqa: E731
    for ours, mine in zip(replay(program, case.args), found, strict=True):
        assert_close(ours, numpy.asarray(mine.concrete), 0)


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.smooth and any(map(is_floating, case.args))],
    ids=lambda case: case.title,
)
def test_derivatives(case):
    if not isinstance(reference(case), Exception):
        assert_derivatives(case)
