"""Every primitive in the body of a branch and of each loop, against Python's own ``if`` and loops.

The programs make each operand a carried value, a captured one, a slice and an operand in turn.
Control flow as a node and control flow that Python unrolled must agree: in value, in both modes, in
all four ways to differentiate twice, and in a batch of each of these. To keep the time short, one
sample stands for each primitive, the one with the most elements.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import optree
import pytest
from numpy.testing import assert_allclose

import clearprop as cp
from clearprop.derive import batch, forward, reverse
from clearprop.execute.reference import run
from clearprop.graph import Graph
from clearprop.primitives import CATALOGUE, Primitive
from clearprop.primitives.samples import Sample, reals, sample
from clearprop.tracing import apply, items
from tests.primitives.calls import drawn, legal, second_orders

TRIPS: Final = 2

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")


# Control flow, as nodes and in Python -------------------------------------------------------------


def python_cond(pred: Any, on_true: Any, on_false: Any, *operands: Any) -> Any:
    return on_true(*operands) if pred else on_false(*operands)


def python_scan(step: Any, carry: Any, xs: Any) -> Any:
    rows = []
    for t in range(TRIPS):
        carry, row = step(carry, [x[t] for x in xs])
        rows.append(row)
    return carry, [np.stack(parts) for parts in zip(*rows, strict=True)]


def python_while(goes_on: Any, trip: Any, carry: Any) -> Any:
    while goes_on(carry):
        carry = trip(carry)
    return carry


AS_NODES: Final = SimpleNamespace(
    cond=cp.cond, scan=cp.scan, while_loop=cp.while_loop, checkpoint=cp.checkpoint
)
IN_PYTHON: Final = SimpleNamespace(
    cond=python_cond, scan=python_scan, while_loop=python_while, checkpoint=lambda f: f
)


# The programs -------------------------------------------------------------------------------------

Operation = Callable[..., list[Any]]
"""What stands in the body: a primitive at fixed parameters, or another program."""


def branch(control: Any, operation: Operation, pred: Any, *xs: Any) -> Any:
    """A branch with the operation in both of its arms."""
    return control.cond(pred, operation, lambda *ys: operation(*[scaled(y, 0.98) for y in ys]), *xs)


def sliced(control: Any, operation: Operation, pred: Any, *xs: Any) -> Any:
    """A scan over slices of each operand."""

    def step(carry: Any, slices: list[Any]) -> Any:
        results = operation(*slices)
        return carry * (1 + mean(results)), [*results, carry]

    stacks = [np.stack([scaled(x, 1 - 0.02 * t) for t in range(TRIPS)]) for x in xs]
    return control.scan(step, np.float64(1.0), stacks)


def carried(control: Any, operation: Operation, pred: Any, *xs: Any, first: int = 0) -> Any:
    """A while loop that carries every other operand, and captures the others."""

    def trip(state: Any) -> Any:
        count, now, sums = state
        operands = list(xs)
        operands[first::2] = now
        results = operation(*operands)
        sums = [0.5 * a + b for a, b in zip(sums, results, strict=True)]
        return count + 1, [scaled(x, 1 + 0.02 * mean(results)) for x in now], sums

    start = (0, list(xs[first::2]), [0.0 * result for result in operation(*xs)])
    return control.while_loop(lambda state: state[0] < TRIPS, trip, start)


def scanned(control: Any, operation: Operation, pred: Any, *xs: Any) -> Any:
    """The same as a scan, which captures the operands that the while loop carries."""

    def loop(goes_on: Any, trip: Any, start: Any) -> Any:
        return control.scan(lambda state, t: (trip(state), [state[0]]), start, [np.arange(TRIPS)])

    return carried(SimpleNamespace(while_loop=loop), operation, pred, *xs, first=1)


def checkpointed(control: Any, operation: Operation, pred: Any, *xs: Any) -> Any:
    """The operation as a graph of its own."""
    return control.checkpoint(operation)(*xs)


def scaled(x: Any, factor: Any) -> Any:
    """The operand, moved a little within its domain; integers and truth values stay."""
    return x * factor if x.dtype.kind in "fc" else x


def mean(results: list[Any]) -> Any:
    """One number between −1 and 1 that depends on all results."""
    return np.tanh(0.1 * sum(np.sum(np.real(y) + np.imag(y)) for y in results))


# The tests ----------------------------------------------------------------------------------------


def elements(one: Sample) -> int:
    """How many there are in all operands."""
    return sum(int(np.prod(draw.shape)) for draw in one.operands)


PROGRAMS: Final = (branch, sliced, carried, scanned)
NESTED: Final = tuple(itertools.product((*PROGRAMS, checkpointed), repeat=2))
SAMPLES: Final = {
    name: (primitive, max(primitive.samples, key=elements))
    for name, primitive in CATALOGUE.items()
    if primitive.samples
}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(("primitive", "one"), SAMPLES.values(), ids=SAMPLES)
def test_every_primitive_in_every_body(program: Any, primitive: Primitive, one: Sample) -> None:
    made = drawn(primitive, one, "float64")

    def operation(*xs: Any) -> list[Any]:
        y = apply(primitive.name, *xs, **one.params)
        return list(items(y)) if len(made.graph.outputs) > 1 else [y]

    is_single = any(x.type.dtype.name in ("float32", "complex64") for x in made.slopes)  # a cast
    assert_same(program, operation, made.values, 1e-4 if is_single else 1e-9)


@pytest.mark.parametrize(("outer", "inner"), NESTED)
def test_every_body_in_every_body(outer: Any, inner: Any) -> None:
    made = drawn(CATALOGUE["arctan2"], sample(reals(2), reals(2)), "float64")

    def nested(control: Any, operation: Operation, pred: Any, *xs: Any) -> Any:
        def within(*ys: Any) -> list[Any]:
            return optree.tree_leaves(inner(control, operation, ys[0][0] > 0, *ys))

        return outer(control, within, pred, *xs)

    assert_same(nested, lambda x, y: [np.arctan2(x, y)], made.values, 1e-9)


def assert_same(program: Any, operation: Operation, values: list[Any], rough: float) -> None:
    """The program gives the same as nodes and in Python, at two points alone and as a batch."""
    points = [[np.True_, *values], [np.False_, *(scaled(x, 0.99) for x in values)]]

    def graph(control: Any, point: list[Any]) -> Graph:
        return cp.trace(lambda pred, *xs: program(control, operation, pred, *xs))(*point)

    yes, no = (graph(IN_PYTHON, point) for point in points)
    in_python = [derivatives(yes)]
    in_python.append(in_python[0] if no == yes else derivatives(no))
    for name, derived in derivatives(graph(AS_NODES, points[0])).items():
        given = [[*point, *directions(derived, len(point))] for point in points]
        expected = [
            run(unrolled[name], *row) for unrolled, row in zip(in_python, given, strict=True)
        ]
        for row, results in zip(given, expected, strict=True):
            assert_close(run(legal(derived), *row), results, rough)
        every = (True,) * len(given[0])
        batched, _ = batch(derived, every, len(points), always=True)
        assert_close(run(legal(batched), *stacked(given)), stacked(expected), rough)


def derivatives(graph: Graph) -> dict[str, Graph]:
    """The graph, and where there is a slope its derivatives, once and twice."""
    found = {"value": graph}
    if all(any(x.type.differentiable for x in values) for values in (graph.inputs, graph.outputs)):
        found |= {"forward": forward(graph), "reverse": reverse(graph), **second_orders(graph)}
    return found


def directions(graph: Graph, start: int) -> list[Any]:
    """Tangents and cotangents for the inputs from there on."""
    generator = np.random.default_rng(0)
    types = [x.type for x in graph.inputs[start:]]
    return [generator.normal(size=type_.shape).astype(type_.dtype) for type_ in types]


def stacked(rows: list[list[Any]]) -> list[Any]:
    return [np.stack(column) for column in zip(*rows, strict=True)]


def assert_close(found: list[Any], expected: list[Any], rough: float) -> None:
    for mine, other in zip(found, expected, strict=True):
        assert (mine.shape, mine.dtype) == (other.shape, other.dtype)
        assert_allclose(mine, other, rtol=rough, atol=rough)
