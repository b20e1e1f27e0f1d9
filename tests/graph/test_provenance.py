"""From a node back to what the source calls it, whatever the instruction looks like."""

import numpy as np

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.graph import location_of, name_of


def names(function, *args):
    return [name_of(node) for node in cp.trace(function)(*args).nodes]


def test_operators_ufuncs_functions_and_methods_give_their_variables_a_name():
    def f(x):
        h = np.tanh(x)
        k = cnp.sin(h)
        m = k * h
        s = m.sum()
        i = m[0]
        return s + i

    found = names(f, np.ones(3))
    assert found[:4] == ["h", "k", "m", "s"]
    assert found[-2:] == ["i", ""]


def test_chains_of_variables_and_assignment_expressions():
    def f(x):
        a = b = x + 1
        if (c := a * b) > 0:
            return c - 1
        return c

    assert names(f, 2.0)[:2] == ["a", "c"]


def test_a_wide_operand_stands_between_result_and_variable():
    lines = [f"    v{i} = {i}" for i in range(300)]
    source = "\n".join(["def f(x):", *lines, "    wide = x * 2", "    return wide"])
    space = {}
    exec(compile(source, "wide.py", "exec"), space)
    assert names(space["f"], 2.0) == ["wide"]


def test_what_is_not_stored_has_no_name():
    def f(x):
        h = [np.sin(x)][0]
        return np.cos(h) + 1

    assert names(f, 2.0) == ["", "", ""]


def test_nodes_of_a_text_know_their_line():
    graph = cp.parse("graph(x: float64) {\n  %0: float64 = sin(x)\n  return %0\n}")
    assert str(location_of(graph.nodes[0])) == "<text>:2, in graph: %0: float64 = sin(x)"
