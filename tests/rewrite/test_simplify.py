"""Simplification of whole graphs: shared, folded, the same values, and done when it is done."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.derive import reverse
from clearprop.graph import Graph, Input, Node, check, constant, type_of
from clearprop.primitives import CATALOGUE
from clearprop.rewrite import simplify

FLOAT = type_of((), "float64")


def names(graph):
    return [node.primitive.name for node in graph.nodes]


def test_equal_operations_are_shared_in_either_order():
    graph = cp.trace(lambda x, y: (x * y + 1.0) / (y * x + 1.0))(2.0, 3.0)
    assert names(simplify(graph)) == ["multiply", "add", "divide"]


def test_constants_are_folded_but_not_into_large_arrays():
    small = cp.trace(lambda x: x + np.arange(3.0) * 2)(np.ones(3))
    assert names(simplify(small)) == ["add"]
    number = constant(2.0)
    large = Node(
        CATALOGUE["broadcast"], (number,), (("shape", (100, 100)),), type_of((100, 100), float)
    )
    assert names(simplify(Graph([], [large], [large]))) == ["broadcast"]


def test_an_error_stays_for_the_run():
    index = constant(np.array([5]))
    data = constant(np.arange(3.0))
    node = Node(CATALOGUE["gather"], (data, index), (), type_of((1,), float))
    graph = Graph([], [node], [node])
    assert simplify(graph) == graph


def test_a_gradient_gets_shorter():
    graph = reverse(cp.trace(lambda x: x**3 - 2 * x**2 + x - 1)(2.0))
    once = check(simplify(graph))
    assert len(once.nodes) < len(graph.nodes)
    np.testing.assert_allclose(cp.run(once, 2.0, 1.0), cp.run(graph, 2.0, 1.0), rtol=1e-15)


def test_bodies_are_simplified_too():
    def f(x):
        return cp.scan(lambda c, _: (np.negative(-c) * x * 1.0, None), 1.0, None, length=3)[0]

    graph = simplify(cp.trace(f)(2.0))
    (body,) = [dict(node.params)["body"] for node in graph.nodes if node.primitive.name == "scan"]
    assert names(body).count("multiply") == 1
    assert "negative" not in names(body)
    assert cp.run(check(graph), 2.0) == [8.0]


def test_what_stays_is_the_same_object():
    graph = simplify(cp.trace(lambda x: np.sin(x) * 1.0 + x)(2.0))
    assert simplify(graph) is graph


def test_guards_stay():
    graph = cp.trace(lambda x: x * 1.0 if np.negative(-x) > 0 else x)(2.0)
    made = check(simplify(graph))
    assert [guard.outcome for guard in made.guards] == [True]
    with pytest.raises(cp.errors.GuardError):
        cp.run(made, -1.0)


def test_a_new_operation_has_the_line_of_the_one_it_replaces():
    graph = simplify(cp.trace(lambda x: x + -np.sin(x))(2.0))
    assert names(graph) == ["sin", "subtract"]
    assert all(node.provenance is not None for node in graph.nodes)


def test_a_million_operations():
    x = Input("x", FLOAT)
    value, nodes = x, []
    for _ in range(250_000):
        for name, others in (("multiply", (x,)), ("sin", ()), ("negative", ()), ("negative", ())):
            value = Node(CATALOGUE[name], (value, *others), (), FLOAT)
            nodes.append(value)
    graph = simplify(Graph([x], nodes, [value]))
    assert len(graph.nodes) == 500_000
