"""The table of functions: untraced, traced, and through plain NumPy, against NumPy itself."""

import copy

import numpy
import pytest

import clearprop.numpy
from clearprop.errors import DetachmentError
from clearprop.tracing import bottom
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


VIEWS = ("diagonal of many", "linalg.diagonal", "unravel_index", "einsum iij->ji")
"""What NumPy gives as views in a way of its own: diagonals of stacks, a table of positions."""


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in CASES
        if not case.title.startswith(VIEWS) and any(numpy.ndim(a) > 1 for a in case.args)
    ],
    ids=lambda case: case.title,
)
def test_results_lie_in_memory_as_those_of_numpy(case):
    """On which it depends what is a view of them, and what is a copy."""
    for turn in ("none", "all", "first", "rest", "swapped"):
        args = turned(case.args, turn)
        theirs = outcome(lambda args=args: case.program(numpy, *copy.deepcopy(args)))
        if isinstance(theirs, Exception):
            return
        ours = traced(lambda *args: case.program(clearprop.numpy, *args), args)[0]
        assert steps_of(ours) == steps_of(theirs), turn


def turned(args, which):
    """The arguments, some of them with their axes in another order in memory."""

    def turn(place, array):
        array = copy.deepcopy(array)
        if not isinstance(array, numpy.ndarray) or array.ndim < 2 or which == "none":
            return array
        if which == "swapped":
            return numpy.ascontiguousarray(array.swapaxes(0, 1)).swapaxes(0, 1)
        chosen = which == "all" or (which == "first") == (place == 0)
        return numpy.asfortranarray(array) if chosen else array

    return tuple(turn(place, array) for place, array in enumerate(args))


def steps_of(result):
    """How far elements lie apart along the axes of each array, in nested lists and tuples."""
    if isinstance(result, (list, tuple)):
        return [steps_of(part) for part in result]
    array = bottom(result)
    if not isinstance(array, numpy.ndarray) or array.ndim < 2 or array.size < 2:
        return None
    return [
        step // array.itemsize for step, n in zip(array.strides, array.shape, strict=True) if n > 1
    ]


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
