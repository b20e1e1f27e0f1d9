"""The whole catalogue: values and derivatives of each sample keep what they are when simplified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from clearprop.derive import forward, reverse
from clearprop.graph import Graph, check
from clearprop.primitives import Plan, Primitive
from clearprop.primitives.samples import Sample
from clearprop.rewrite.simplify import RULES, simplified, simplify
from tests.primitives.calls import Call, drawn, each_sample, second_orders
from tests.rewrite.comparing import assert_same, awkward

ROUNDS = {rule.name for rule in RULES if rule.rounds}


@each_sample
def test_a_sample_and_its_derivatives(primitive: Primitive, sample: Sample) -> None:
    made = drawn(primitive, sample, "float64")
    for graph in graphs(made):
        found = simplified(graph)
        check(found.graph)
        assert simplify(found.graph) is found.graph
        assert len(found.graph.nodes) <= len(graph.nodes) + sum(
            found.fired[name] for name in ROUNDS
        )
        for values in points(made, graph):
            compare(graph, found.graph, values, not ROUNDS.isdisjoint(found.fired))


@each_sample
def test_a_derivative_may_be_taken_afterwards(primitive: Primitive, sample: Sample) -> None:
    made = drawn(primitive, sample, "float64")
    if made.smooth:
        first, second = reverse(made.graph), reverse(simplify(made.graph))
        values = [*made.values, *made.direction(made.slopes)]
        compare(first, second, values, rounds=True)


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
                np.testing.assert_allclose(mine, expected, rtol=1e-12, atol=1e-12)
            else:
                assert_same(mine, expected)
