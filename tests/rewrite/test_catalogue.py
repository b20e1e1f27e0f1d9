"""The whole catalogue: values and derivatives of each sample keep what they are when simplified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from clearprop.derive import PASSES, forward, reverse
from clearprop.graph import Graph, Input, check, constant, type_of
from clearprop.primitives import Elementwise, Plan, Primitive
from clearprop.primitives.samples import Sample
from clearprop.rewrite.lifts import FUNCTIONS
from clearprop.rewrite.simplify import RULES, simplified, simplify
from tests.primitives.calls import (
    Call,
    drawn,
    each_dtype,
    each_elementwise,
    each_sample,
    second_orders,
)
from tests.rewrite.comparing import assert_same, awkward

ROUNDS = {rule.name for rule in RULES if rule.rounds}
MORE = {"dot without a sum": 5}
"""By how many operations a graph may grow; by one, if it is not said."""


@each_sample
def test_a_sample_and_its_derivatives(primitive: Primitive, sample: Sample) -> None:
    made = drawn(primitive, sample, "float64")
    for graph in graphs(made):
        found = simplified(graph)
        check(found.graph)
        assert simplify(found.graph) is found.graph
        more = sum(found.fired[name] * MORE.get(name, 1) for name in ROUNDS)
        assert len(found.graph.nodes) <= len(graph.nodes) + more
        for values in points(made, graph):
            compare(graph, found.graph, values, not ROUNDS.isdisjoint(found.fired))


@each_sample
def test_a_derivative_may_be_taken_afterwards(primitive: Primitive, sample: Sample) -> None:
    made = drawn(primitive, sample, "float64")
    if made.smooth:
        first, second = reverse(made.graph), reverse(simplify(made.graph))
        values = [*made.values, *made.direction(made.slopes)]
        compare(first, second, values, rounds=True)


@each_dtype
@each_elementwise
def test_before_moves_and_beside_numbers(primitive: Elementwise, dtype: str) -> None:
    """Each operation, at awkward values, on moved operands and on a number repeated."""
    generator = np.random.default_rng(0)
    numbers = awkward if primitive.ufunc else plain  # SciPy's may take forever
    kinds = [draw.draw(generator, dtype).dtype for draw in primitive.domain]
    for move, before in MOVES:
        for number in (None, *range(len(kinds))):
            values = [generator.choice(numbers(kind), before) for kind in kinds]
            inputs = [Input("x", type_of(before, kind)) for kind in kinds]
            ops = PASSES.builder()
            operands = [move(ops, x) for x in inputs]
            if number is not None:
                scalar = constant(values[number].flat[0], weak=False)
                operands[number] = ops.broadcast(scalar, shape=operands[number].shape)
            outputs = [ops.apply(primitive, operands, {}).value]
            graph = Graph(inputs, ops.nodes, outputs)
            once = simplified(graph)
            rounds = not ROUNDS.isdisjoint(once.fired)
            assert rounds <= (primitive.name in FUNCTIONS)
            compare(graph, check(once.graph), values, rounds)


def plain(dtype: Any) -> Any:
    """Numbers of moderate size, and zeros of both signs."""
    return np.array([0, -0.0, 0.5, 1, 2, 0.25] if dtype.kind == "f" else [0, 1]).astype(dtype)


MOVES = (
    (lambda ops, x: ops.broadcast(x, shape=(5, 40)), (40,)),
    (lambda ops, x: ops.broadcast(x, shape=(7,)), ()),
    (lambda ops, x: ops.transpose(x, axes=(1, 0)), (6, 30)),
    (lambda ops, x: ops.reshape(x, shape=(30, 6)), (6, 30)),
    (lambda ops, x: ops.flip(x, axes=(0, 1)), (6, 30)),
)


def graphs(made: Call) -> Iterator[Graph]:
    yield made.graph
    if made.smooth:
        yield from (forward(made.graph), reverse(made.graph), *second_orders(made.graph).values())


def points(made: Call, graph: Graph) -> Iterator[list[Any]]:
    """The sample's own values, and for numbers by themselves awkward ones."""
    rest = made.direction(graph.inputs[len(made.values) :])
    yield [*made.values, *rest]
    if made.primitive.name == "gamma_tail":  # a sum of as many terms as its operand says
        return
    if made.primitive.family == "elementwise" and made.graph.inputs[0].type.shape == (3,):
        for _ in range(6):
            yield [made.generator.choice(awkward(x.type.dtype), 3) for x in graph.inputs]


def compare(graph: Graph, other: Graph, values: list[Any], rounds: bool) -> None:
    with np.errstate(all="ignore"):
        for mine, expected in zip(Plan(other).run(values), Plan(graph).run(values), strict=True):
            if rounds:
                rough = 2e-6 if np.asarray(mine).dtype.name == "float32" else 1e-12
                np.testing.assert_allclose(mine, expected, rtol=rough, atol=rough)
            else:
                assert_same(mine, expected)
