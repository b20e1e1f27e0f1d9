"""Batching as a pass: what it leaves alone, what it demands, and how it composes."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.derive import batch, forward, reverse
from clearprop.errors import GuardError
from clearprop.graph import Graph, Input, Node, check, location_of, type_of
from clearprop.primitives import CATALOGUE

X = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]])
W = np.array([[1.0, 0.0, 2.0], [-1.0, 1.0, 1.0]])


def layer(w, x):
    scale = np.sum(w * w)
    return np.tanh(w @ x) * scale


def test_what_does_not_differ_stays_the_same_object():
    graph = cp.trace(layer)(W, X[0])
    made, differs = batch(graph, [False, True], 2)
    assert differs == (True,)
    assert made.inputs[0] is graph.inputs[0]
    kept = [node.primitive.name for node in made.nodes if node in graph.nodes]
    assert kept == ["multiply", "sum", "broadcast"]
    np.testing.assert_allclose(cp.run(check(made), W, X)[0], [layer(W, x) for x in X])


def test_outputs_that_do_not_differ():
    graph = cp.trace(lambda w, x: (w * 2, x, np.sum(w)))(W, X[0])
    made, differs = batch(graph, [False, True], 2)
    assert differs == (False, True, False)
    assert made.outputs[0] is graph.outputs[0]
    made, differs = batch(graph, [False, True], 2, always=[True, False, True])
    assert differs == (True, True, True)
    found = cp.run(check(made), W, X)
    np.testing.assert_array_equal(found[0], [2 * W] * 2)
    np.testing.assert_array_equal(found[2], [W.sum()] * 2)


def test_nothing_batched_is_the_same_graph():
    graph = cp.trace(layer)(W, X[0])
    made, differs = batch(graph, [False, False], 7)
    assert made == graph
    assert differs == (False,)


@pytest.mark.parametrize("derive", [forward, reverse])
def test_it_commutes_with_derivatives(derive):
    """The batch of the derivative and the derivative of the batch give the same numbers."""
    graph = cp.trace(layer)(W, X[0])
    wrt = [graph.inputs[1]]
    inside, _ = batch(derive(graph, wrt), [False, True, True], 2)
    whole, _ = batch(graph, [False, True], 2)
    outside = derive(whole, [whole.inputs[1]])
    seed = X + 1 if derive is forward else X[:, :2]
    np.testing.assert_allclose(cp.run(check(inside), W, X, seed), cp.run(outside, W, X, seed))


def test_only_the_tangents_in_a_batch():
    """As a Jacobian wants it: the values are computed once."""
    graph = cp.trace(layer)(W, X[0])
    pushed = forward(graph, [graph.inputs[1]])
    made, _ = batch(pushed, [False, False, True], 3)
    columns = cp.run(check(made), W, X[0], np.eye(3))[0]
    np.testing.assert_allclose(columns.T, cp.jacobian(lambda x: layer(W, x))(X[0]))
    assert sum(node.primitive.name == "tanh" for node in made.nodes) == 1
    (tanh,) = (node for node in made.nodes if node.primitive.name == "tanh")
    assert tanh.type.shape == (2,)


def test_guards_demand_one_outcome_of_all():
    def f(x, n):
        y = x[x > 0].sum()
        return y * x[n] * int(n) if y > 1 else y

    graph = cp.trace(f)(X[0], 2)
    made, _ = batch(graph, [True, True], 2)
    assert [guard.kind for guard in graph.guards] == ["mask", "bool", "int"]
    assert [(guard.kind, guard.outcome) for guard in check(made).guards] == [("bool", True)] * 3
    same = np.array([X[0], 2 * X[0]])
    np.testing.assert_array_equal(cp.run(made, same, np.array([2, 2]))[0], [36.0, 144.0])
    for other in ((X, [2, 2]), (same, [2, 1]), (same / [[1.0], [1e3]], [2, 2])):
        with pytest.raises(GuardError):
            cp.run(made, other[0], np.array(other[1]))
    none, _ = batch(graph, [True, True], 0)
    assert cp.run(none, X[:0], np.zeros(0, int))[0].shape == (0,)


def test_guards_on_what_does_not_differ_stay():
    graph = cp.trace(lambda w, x: x * w if w > 0 else x)(2.0, X[0])
    made, _ = batch(graph, [False, True], 2)
    assert made.guards[0].value is graph.guards[0].value


def test_nodes_know_for_which_they_were_made():
    graph = cp.trace(layer)(W, X[0])
    made, _ = batch(graph, [False, True], 2)
    new = [node for node in made.nodes if node not in graph.nodes]
    assert {cp.graph.role_of(node) for node in new} == {"batched"}
    assert {location_of(node).source for node in new} == {"return np.tanh(w @ x) * scale"}


def test_text_and_pickle():
    made, _ = batch(cp.trace(layer)(W, X[0]), [True, True], 2)
    assert cp.parse(str(made)) == made


def test_weak_values():
    """A batch of Python numbers is an array; numbers that do not differ stay weak."""
    graph = cp.trace(lambda a, b: (a * b + 1) ** 2 / b)(2.0, 3.0)
    for flags in ([True, False], [False, True], [True, True]):
        made, _ = batch(graph, flags, 2)
        a, b = (
            np.array([v, v + 1]) if flag else v for v, flag in zip((2.0, 3.0), flags, strict=True)
        )
        np.testing.assert_allclose(cp.run(check(made), a, b)[0], (a * b + 1) ** 2 / b)
    whole = cp.trace(lambda n: n / 2)(3)
    made, _ = batch(whole, [True], 2)
    np.testing.assert_array_equal(cp.run(check(made), np.array([3, 4]))[0], [1.5, 2.0])


def test_a_long_chain():
    """Nothing recurses over a graph."""
    x = Input("x", type_of((), "float64"))
    nodes = []
    value = x
    for _ in range(100_000):
        value = Node(CATALOGUE["negative"], (value,), (), value.type)
        nodes.append(value)
    made, _ = batch(Graph([x], nodes, [value]), [True], 3)
    np.testing.assert_array_equal(cp.run(made, np.arange(3.0))[0], np.arange(3.0))
