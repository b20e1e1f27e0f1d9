"""The checker refuses every kind of illegal graph, by the rule that it breaks."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import GraphError
from clearprop.graph import Constant, Graph, Guard, Input, Node, check, type_of
from clearprop.primitives import CATALOGUE

F = type_of((), "float64")
V = type_of((3,), "float64")
x, v, n = Input("x", F), Input("v", V), Input("n", type_of((), "int64"))


def node(name, *operands, type=F, **params):
    return Node(CATALOGUE[name], operands, tuple(params.items()), type)


sine = node("sin", x)
double = node("multiply", sine, sine)
writeable = Constant(np.arange(3.0), V)

ILLEGAL = {
    "uses .* before its place": Graph([x], [double, sine], [double]),
    "stands twice": Graph([x], [sine, sine], [sine]),
    "is an output or guarded but not part": Graph([x], [], [sine]),
    "an input stands twice": Graph([x, x], [], [x]),
    "is no Input": Graph([sine], [], [sine]),
    "has type float64, not float64\\[3\\]": Graph([v], [bad := node("sin", v)], [bad]),
    "of shapes": Graph([x, v], [bad := node("sum", v, axes=(4,))], [bad]),
    "parameter axes": Graph([v], [bad := node("sum", v, axes=[0])], [bad]),
    "is writeable": Graph([v], [bad := node("add", v, writeable, type=V)], [bad]),
    "meets arrays without a broadcast": Graph([x, v], [bad := node("add", v, x, type=V)], [bad]),
    "a guard of kind 'bool' on float64": Graph([x], [], [x], [Guard(x, "bool", True)]),
    "a guard of kind 'int' on int64 == 1.5": Graph([n], [], [n], [Guard(n, "int", 1.5)]),
    "a guard of kind 'mask' on int64": Graph([n], [], [n], [Guard(n, "mask", (True,))]),
}


@pytest.mark.parametrize("message", ILLEGAL)
def test_an_illegal_graph_is_refused(message):
    expected = "axes" if message == "of shapes" else message
    with pytest.raises(GraphError, match=expected):
        check(ILLEGAL[message])


def test_a_legal_graph_comes_back():
    graph = Graph([x], [sine, double], [double])
    assert check(graph) is graph


def test_the_error_names_the_line():
    text = "graph(x: float64) {\n  %0: float32 = sin(x)\n  return %0\n}"
    with pytest.raises(GraphError, match=r"at <text>:2, in graph: %0: float32 = sin\(x\)"):
        cp.parse(text)


@pytest.mark.parametrize("axes", ["(0.0,)", "(False,)"])
def test_equal_parameters_of_another_kind_are_told_apart(axes):
    text = "graph(x: float64[3]) {\n  %0: float64 = sum(x, axes=(0,))\n  return %0\n}"
    cp.parse(text)  # remembered, and not to be taken for the other
    with pytest.raises(GraphError, match="axes"):
        cp.parse(text.replace("(0,)", axes))
