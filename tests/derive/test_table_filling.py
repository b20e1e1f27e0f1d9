"""Back-propagation fills a table: however many paths, each expression is computed once."""

from collections import Counter

import numpy as np
import pytest

import clearprop as cp
from clearprop import explain
from clearprop.derive import forward, reverse
from clearprop.execute import Plan


def stages(count):
    """x ← sin(x) · x, again and again: from each stage two paths lead to the next."""

    def f(x):
        for _ in range(count):
            x = np.sin(x) * x
        return x

    return f


def evaluations(graph, *inputs):
    """The outputs, and how often each operation was computed on the way to them."""
    done = Counter()

    def counting(primitive, operands, params):
        done[primitive.name] += 1
        return primitive.evaluator(params)(*operands)

    return Plan(graph).run(inputs, bind=counting), done


@pytest.mark.parametrize("derive", [forward, reverse])
def test_two_to_the_sixtieth_paths_take_sixty_steps(derive):
    values, costs = {}, {}
    for count in (30, 60):
        graph = cp.trace(stages(count))(1.2)
        (values[count],), costs[count] = evaluations(derive(graph), 1.2, 1.0)
    assert explain.function(stages(60), 1.2).path_counts["x"] == 2**60
    assert costs[60]["sin"] == costs[60]["cos"] == 60, "forward values are shared, not made again"
    for count, found in values.items():
        # a sine, its product with x and a cosine; then three multiplications and an addition
        assert costs[count].total() <= 7 * count
        x, slope = 1.2, 1.0
        for _ in range(count):
            x, slope = np.sin(x) * x, slope * (np.cos(x) * x + np.sin(x))
        assert found == pytest.approx(slope, rel=1e-12)


def test_a_shared_subexpression_is_one_node_and_one_adjoint():
    """s = eˣ is used three times: y = s² + 3s, dy/dx = (2s + 3) s."""

    def f(x):
        s = np.exp(x)
        return s * s + 3 * s

    graph = cp.trace(f)(0.5)
    assert [node.primitive.name for node in graph.nodes].count("exp") == 1
    (slope,), done = evaluations(reverse(graph), 0.5, 1.0)
    s = np.exp(0.5)
    assert slope == pytest.approx((2 * s + 3) * s, rel=1e-15)
    assert done["exp"] == 1
    adjoint = reverse(graph, [graph.nodes[0]])
    assert cp.run(adjoint, 0.5, 1.0)[0] == pytest.approx(2 * s + 3, rel=1e-15)


def test_the_table_stays_small_in_every_order():
    """Tenfold stages make the second derivative tenfold too, not 2¹⁰-fold."""
    sizes = []
    for count in (10, 100):
        graph = cp.trace(stages(count))(1.2)
        twice = reverse(reverse(graph), graph.inputs)
        sizes.append(len(twice.nodes))
    assert sizes[1] <= 10.5 * sizes[0]


def test_the_function_itself_runs_once():
    calls = []

    def f(x):
        calls.append(x)
        return np.sum(x**2)

    value, slope = cp.value_and_grad(f)(np.array([1.0, 2.0]))
    assert (value, slope.tolist(), len(calls)) == (5.0, [2.0, 4.0], 1)
