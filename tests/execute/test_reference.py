"""The reference executor: right numbers, checked inputs, guards, and no more memory than needed."""

import tracemalloc

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError, DtypeError, GuardError, ShapeError
from clearprop.execute import Plan


def test_a_graph_gives_what_the_function_gives():
    def function(x, y):
        return np.exp(x) @ y, x.sum()

    x, y = np.arange(6.0).reshape(2, 3), np.ones(3)
    results = cp.run(cp.trace(function)(x, y), 2 * x, 3 * y)
    for result, expected in zip(results, function(2 * x, 3 * y), strict=True):
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ((), ArgumentError, "has 1 inputs, 0 were given"),
        ((np.ones(4),), ShapeError, r"input 'x' has shape \(4,\); the graph wants \(3,\)"),
        ((np.ones(3) * 1j,), DtypeError, "input 'x' has dtype complex128"),
        ((["a", "b", "c"],), DtypeError, "input 'x' has dtype <U1"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(values, error, message):
    graph = cp.trace(lambda x: x.sum())(np.ones(3))
    with pytest.raises(error, match=message):
        cp.run(graph, *values)


def test_a_guard_that_fails_names_the_line():
    def function(x):
        if x > 0:
            return x * 2
        return -x

    graph = cp.trace(function)(1.0)
    assert cp.run(graph, 3.0) == [6.0]
    with pytest.raises(GuardError, match=r"if x > 0.*another branch"):
        cp.run(graph, -3.0)
    assert cp.run(graph, -3.0, check_guards=False) == [-6.0]


def test_values_are_dropped_after_their_last_use():
    def chain(x):
        for _ in range(50):
            x = x + 1.0
        return x

    big = np.zeros(1_000_000)
    plan = Plan(cp.trace(chain)(big))
    tracemalloc.start()
    plan.run([big])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * big.nbytes


def test_given_values_are_not_computed_again():
    graph = cp.trace(lambda x: np.exp(x) * 2)(1.0)
    plan = Plan(graph, graph.nodes[:1])
    assert plan.run([1.0], [10.0]) == [20.0]


def test_outputs_share_no_memory_with_inputs_or_constants():
    graph = cp.trace(lambda x: (x, x.reshape(3, 1), np.arange(3.0)))(np.ones(3))
    given = np.ones(3)
    for _ in range(2):
        for value in cp.run(graph, given):
            value[...] = 7
    assert given.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        (([[1], [2, 3]],), ShapeError, "input 'x' is no array"),
        ((np.ma.array([1.0, 2.0, 3.0], mask=[1, 0, 0]),), DtypeError, "masked array"),
    ],
)
def test_what_is_no_array_names_the_input(values, error, words):
    with pytest.raises(error, match=words):
        cp.run(cp.trace(lambda x: x * 2)(np.ones(3)), *values)


def test_what_is_no_graph_and_what_lies_outside():
    with pytest.raises(ArgumentError, match="run wants a graph, not str"):
        cp.run("graph", 1)
    with pytest.raises(ArgumentError, match="index 7 is out of bounds"):
        cp.run(cp.trace(lambda x, n: x[n])(np.ones(3), 1), np.ones(3), 7)
