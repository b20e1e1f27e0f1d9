"""Forward and reverse mode: they agree with each other, nest, and give graphs."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.derive import forward, reverse
from clearprop.graph import check


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def rosenbrock_gradient(x):
    slope = np.zeros_like(x)
    slope[:-1] += -400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1])
    slope[1:] += 200 * (x[1:] - x[:-1] ** 2)
    return slope


POINT = np.array([-1.2, 1.0, 0.7, 2.0])


def test_reverse_gives_the_hand_written_gradient():
    graph = cp.trace(rosenbrock)(POINT)
    derived = check(reverse(graph))
    np.testing.assert_allclose(cp.run(derived, POINT, 1.0)[0], rosenbrock_gradient(POINT))


def test_forward_is_the_gradient_along_a_direction():
    direction = np.array([1.0, -2.0, 0.5, 3.0])
    derived = check(forward(cp.trace(rosenbrock)(POINT)))
    slope = cp.run(derived, POINT, direction)[0]
    np.testing.assert_allclose(slope, rosenbrock_gradient(POINT) @ direction)


def test_any_order_by_deriving_the_derived_graph():
    graph = cp.trace(lambda x: np.sin(2 * x))(0.3)
    for order in range(1, 7):
        graph = check(reverse(graph, graph.inputs[:1]))
        numbers = [0.3, *[1.0] * (len(graph.inputs) - 1)]
        sign = [np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)][order % 4]
        np.testing.assert_allclose(cp.run(graph, *numbers)[0], 2**order * sign(0.6))


@pytest.mark.parametrize("first", [forward, reverse])
@pytest.mark.parametrize("second", [forward, reverse])
def test_modes_nest_in_every_order(first, second):
    graph = cp.trace(lambda x: np.exp(x * x))(0.5)
    twice = check(second(first(graph), [graph.inputs[0]]))
    x = 0.5
    expected = (2 + 4 * x * x) * np.exp(x * x)
    np.testing.assert_allclose(cp.run(twice, x, 1.0, 1.0)[0], expected)


def test_reverse_answers_for_values_in_the_middle():
    graph = cp.trace(lambda a, b: (a + b) * (b + 1))(2.0, 1.0)
    c, d, e = graph.nodes
    derived = reverse(graph, [c, d, e, *graph.inputs])
    assert cp.run(derived, 2.0, 1.0, 1.0) == [2.0, 3.0, 1.0, 2.0, 5.0]


def test_forward_answers_for_values_in_the_middle():
    graph = cp.trace(lambda a, b: (a + b) * (b + 1))(2.0, 1.0)
    derived = forward(graph, graph.inputs[1:], at=graph.nodes)
    assert cp.run(derived, 2.0, 1.0, 1.0) == [1.0, 1.0, 5.0]


def test_keep_values_puts_the_function_s_outputs_first():
    graph = cp.trace(lambda x: x**3)(2.0)
    assert cp.run(reverse(graph, keep_values=True), 2.0, 1.0) == [8.0, 12.0]
    assert cp.run(forward(graph, keep_values=True), 2.0, 1.0) == [8.0, 12.0]


def test_no_path_gives_zeros_of_the_input_s_type():
    graph = cp.trace(lambda x, y: np.floor(x).sum() + y)(np.ones(3, np.float32), np.float32(1))
    slopes = cp.run(reverse(graph), np.ones(3, np.float32), np.float32(1), np.float32(1))
    assert slopes[0].dtype == np.float32
    np.testing.assert_array_equal(slopes[0], np.zeros(3))
    assert slopes[1] == 1


def test_a_path_through_complex_numbers_pairs_without_a_conjugate():
    graph = cp.trace(lambda x: np.multiply(x, 2 - 3j))(2.0)
    assert cp.run(forward(graph), 2.0, 1.0) == [2 - 3j]
    assert cp.run(reverse(graph), 2.0, 1j) == [3.0]  # the real part of 1j (2 - 3j)


def test_partials_of_one_cost_no_node():
    derived = reverse(cp.trace(lambda a, b: a + b - a)(1.0, 2.0))
    assert [node.primitive.name for node in derived.nodes] == ["negative", "add"]
