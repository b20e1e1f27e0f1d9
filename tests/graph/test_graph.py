"""Graphs: equality, hashing, copying, pickling, pruning, provenance."""

import copy
import pickle

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import DtypeError
from clearprop.graph import (
    Constant,
    Graph,
    Node,
    constant,
    location_of,
    name_of,
    prune,
    scope_of,
    type_of,
)


def worked(a, b):
    c = a + b
    d = b + 1
    return c * d


def worked_otherwise(first, second):
    return (first + second) * (second + 1)


def test_types_are_interned_and_weak_only_without_axes():
    assert type_of((2,), "float32") is type_of((2,), np.float32)
    assert type_of((), "float64") is not type_of((), "float64", weak=True)
    with pytest.raises(DtypeError, match="cannot be weak"):
        type_of((2,), "float64", weak=True)
    with pytest.raises(DtypeError, match="astype"):
        type_of((), "U5")
    assert pickle.loads(pickle.dumps(type_of((3,), "int8"))) is type_of((3,), "int8")


def test_equality_is_that_of_structure_and_ignores_names_and_lines():
    one, other = cp.trace(worked)(2.0, 1.0), cp.trace(worked_otherwise)(2.0, 1.0)
    assert one == other
    assert hash(one) == hash(other)
    assert one != cp.trace(lambda a, b: (a + b) * (b + 2))(2.0, 1.0)
    assert one != cp.trace(worked)(np.float64(2.0), 1.0)
    assert one != "graph"


@pytest.mark.parametrize(
    ("left", "right"),
    [(0.0, -0.0), (1.0, 1), (True, 1), (np.float32(1), np.float64(1)), (np.zeros(0), np.zeros(1))],
)
def test_constants_differ_by_type_and_bits(left, right):
    assert constant(left).key != constant(right).key


def test_a_nan_constant_equals_itself():
    assert constant(np.nan).key == constant(float("nan")).key


def test_constants_are_copies_that_nobody_can_write():
    array = np.arange(3.0)
    held = constant(array)
    array[0] = 9.0
    assert held.value[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        held.value[0] = 1.0


def test_copies_are_the_graph_itself_and_pickles_are_equal():
    graph = cp.trace(worked)(2.0, 1.0)
    assert copy.copy(graph) is graph
    assert copy.deepcopy([graph])[0] is graph
    again = pickle.loads(pickle.dumps(graph))
    assert again == graph
    assert [str(location_of(node)) for node in again.nodes] == [
        str(location_of(node)) for node in graph.nodes
    ]
    with pytest.raises(TypeError, match="pickle or copy the Graph"):
        pickle.dumps(graph.nodes[0])


def test_derived_graphs_pickle_with_their_roles():
    graph = cp.trace(lambda x: np.sin(x) * x)(2.0)
    derived = cp.derive.reverse(graph)
    again = pickle.loads(pickle.dumps(derived))
    assert again == derived
    assert {cp.graph.role_of(node) for node in again.nodes} >= {"value", "adjoint"}


def test_nodes_know_their_line_their_name_and_their_scope():
    def function(x):
        with cp.name_scope("outer"), cp.name_scope("inner"):
            y = np.sin(x)
        return y * 2

    sine, double = cp.trace(function)(1.0).nodes
    assert location_of(sine).source == "y = np.sin(x)"
    assert location_of(sine).function == "function"
    assert name_of(sine) == "y"
    assert name_of(double) == ""
    assert scope_of(sine) == "outer/inner"
    assert scope_of(double) == ""


def test_a_derived_node_answers_with_the_line_of_its_origin():
    graph = cp.trace(lambda x: np.exp(x) * x)(1.0)
    derived = cp.derive.reverse(graph)
    made = [node for node in derived.nodes if cp.graph.role_of(node) != "value"]
    assert made
    assert all("np.exp(x) * x" in location_of(node).source for node in made)


def test_prune_keeps_inputs_guards_and_what_the_outputs_need():
    def function(x, unused):
        np.sin(unused)
        if x > 0:
            return x * 2
        return x

    graph = cp.trace(function)(1.0, 2.0)
    names = [node.primitive.name for node in prune(graph).nodes]
    assert names == ["greater", "multiply"]
    assert len(prune(graph).inputs) == 2


def test_repr_is_short_and_says_types():
    assert repr(cp.trace(worked)(2.0, 1.0)) == "<Graph (float, float) -> (float), 3 nodes>"


def test_an_output_may_be_an_input_or_a_constant():
    graph = cp.trace(lambda x: (x, 3.0, x * 2))(1.0)
    assert graph.outputs[0] is graph.inputs[0]
    assert isinstance(graph.outputs[1], Constant)
    assert cp.run(graph, 5.0) == [5.0, 3.0, 10.0]


def test_graphs_are_values_not_identities():
    one, two = cp.trace(worked)(2.0, 1.0), cp.trace(worked)(2.0, 1.0)
    assert len({one, two}) == 1
    assert isinstance(one, Graph)
    assert isinstance(one.nodes[0], Node)
