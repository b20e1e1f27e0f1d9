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


def counted(graph, name):
    return names(graph).count(name)


def test_the_gradient_of_a_network_transposes_nothing():
    def loss(W1, b1, W2, b2, X, y):
        hidden = np.maximum(X @ W1 + b1, 0.0)
        out = np.tanh(hidden @ W2.T + b2)
        return np.mean((out - y) ** 2)

    draw = np.random.default_rng(0).normal
    values = [draw(size=shape) for shape in [(4, 16), (16,), (3, 16), (3,), (8, 4), (8, 3)]]
    traced = cp.trace(loss)(*values)
    graph = reverse(traced, traced.inputs[:4])
    made = check(simplify(graph))
    assert counted(graph, "transpose") > 3
    assert counted(made, "transpose") == 0
    assert counted(made, "sign") == 1, "the share of a rectifier"
    for mine, expected in zip(cp.run(made, *values, 1.0), cp.run(graph, *values, 1.0), strict=True):
        np.testing.assert_allclose(mine, expected, rtol=1e-12, atol=1e-15)


def test_less_is_computed_before_a_broadcast():
    graph = cp.trace(lambda x: np.sum(np.exp(np.broadcast_to(x, (100, 3)))))(np.ones(3))
    made = simplify(graph)
    assert all(node.type.size <= 3 for node in made.nodes)
    np.testing.assert_allclose(cp.run(made, np.ones(3)), 300 * np.e)


def test_a_branch_that_is_decided_is_inlined():
    def f(x):
        return cp.cond(np.bool_(True), lambda a: (np.sin(a), a * 1.0), lambda a: (a, a), x)

    graph = cp.trace(f)(2.0)
    assert "cond" in names(graph)
    made = check(simplify(graph))
    assert set(names(made)) <= {"sin", "cast"}
    assert cp.run(made, 2.0) == cp.run(graph, 2.0)


def test_a_cut_in_the_path_stays():
    graph = simplify(cp.trace(lambda x: x * cp.stop_gradient(x * 1.0))(3.0))
    assert cp.run(reverse(graph), 3.0, 1.0) == [3.0]


def test_replacements_that_nest_deeply_are_finished():
    """Moves of both operands, a hundred deep, behind which stand equal numbers."""
    x = Input("x", type_of((2, 3), float))
    sides, nodes = [x, x], []
    for _ in range(100):
        for place, side in enumerate(sides):
            turned = Node(
                CATALOGUE["transpose"],
                (side,),
                (("axes", (1, 0)),),
                type_of(side.type.shape[::-1], float),
            )
            flipped = Node(CATALOGUE["flip"], (turned,), (("axes", (0,)),), turned.type)
            nodes += [turned, flipped]
            sides[place] = flipped
    total = Node(CATALOGUE["add"], tuple(sides), (), sides[0].type)
    graph = Graph([x], [*nodes, total], [total])
    made = check(simplify(graph))
    assert simplify(made) is made
    assert names(made)[0] == "add"
    value = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(cp.run(made, value)[0], cp.run(graph, value)[0])


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: np.outer(x, y),
        lambda x, y: np.outer(x, y).T,
        lambda x, y: x[:, None] @ y[None],
        lambda x, y: np.einsum("i,j,k->kij", x, y, x),
    ],
)
def test_an_outer_product_is_one_of_elements(f):
    x, y = np.arange(3.0), np.arange(4.0) - 2.0
    graph = simplify(cp.trace(f)(x, y))
    names = {node.primitive.name for node in graph.nodes}
    assert names <= {"reshape", "broadcast", "multiply"}
    np.testing.assert_array_equal(cp.run(graph, x, y)[0], f(x, y))
