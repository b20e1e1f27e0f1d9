"""Paths: counted exactly, listed where few, and the top k found among more than can be listed."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ExplainError
from clearprop.explain import function, paths
from clearprop.explain.numbers.costs import count_costs, count_paths
from clearprop.explain.numbers.paths import Path, PathFinder, counted
from clearprop.explain.numbers.wiring import Wire, Wiring, from_wires, wire
from clearprop.graph import Input, type_of


def stages(x: Any) -> Any:
    for _ in range(300):
        x = (x + x) + x
    return x


def test_three_to_the_three_hundredth() -> None:
    graph = cp.trace(stages)(1.0)
    start = time.perf_counter()
    wiring = wire(graph)
    count = count_paths(wiring, len(wiring.values) - 1)[0][0]
    assert time.perf_counter() - start < 1
    assert count == 3**300
    assert len(str(count)) == 144


def test_listing_them_is_refused_and_the_top_k_offered() -> None:
    explanation = function(stages, 1.0)
    assert dict(explanation.path_counts) == {"x": 3**300}
    with pytest.raises(ExplainError, match=r"1\.3689e\+143 paths.*paths\(k\)"):
        explanation.paths()
    best = explanation.paths(5)
    assert [path.product for path in best] == [1.0] * 5
    assert len({path.slots for path in best}) == 5
    assert explanation.cost.reverse.to_dict() == {"multiplications": 1200, "additions": 600}


def test_three_edges_of_different_weight_in_each_stage() -> None:
    def weighted(x: Any) -> Any:
        for _ in range(300):
            x = 0.5 * x + 2.0 * x + 3.0 * x
        return x

    explanation = function(weighted, 1.0)
    assert dict(explanation.path_counts) == {"x": 3**300}
    best = explanation.paths(400)
    exact = [3.0**300, *[2.0 * 3.0**299] * 300, *[4.0 * 3.0**298] * 99]
    np.testing.assert_allclose([path.product for path in best], exact, rtol=1e-13)
    assert len({(path.names, path.slots) for path in best}) == 400


def test_products_beyond_all_floats() -> None:
    def tall(x: Any) -> Any:
        for _ in range(200):
            x = x * 1e4 + x
        return x

    (best,) = function(tall, 1e-300).paths(1)
    assert best.product == math.inf
    assert best.product_text == "1e+800"
    assert str(best).endswith("= 1e+800")


def test_the_paths_of_the_worked_example() -> None:
    def f(a: Any, b: Any) -> Any:
        c = a + b
        d = b + 1
        e = c * d
        return e

    explanation = function(f, 2.0, 1.0)
    assert dict(explanation.path_counts) == {"a": 1, "b": 2}
    assert [str(path) for path in explanation.paths()] == [
        "a → c → e: 1 · 2 = 2",
        "b → c → e: 1 · 2 = 2",
        "b → d → e: 1 · 3 = 3",
    ]
    assert [str(path) for path in explanation.paths(1)] == ["b → d → e: 1 · 3 = 3"]
    assert [path.product for path in explanation.paths(wrt="b")] == [2.0, 3.0]


def test_nine_products() -> None:
    names, partials = ["X", "Y", "Z"], [2.0, 3.0, 5.0, 7.0, 11.0, 13.0]
    edges = [Wire(0, 1, i) for i in range(3)] + [Wire(1, 2, i) for i in range(3)]
    finder = PathFinder(abstract(3, edges), names, partials, 2)
    products = [path.product for path in finder.all([0])]
    assert products == [a * b for a in partials[:3] for b in partials[3:]]
    assert sum(products) == (2 + 3 + 5) * (7 + 11 + 13)
    assert [path.product for path in finder.top([0], 3)] == sorted(products)[:-4:-1]


def test_arrays_are_taken_apart() -> None:
    found = paths(lambda x: (x * x).sum(), np.array([3.0, -4.0]), k=2)
    assert [str(path) for path in found] == ["x[1] → v2 → v3: −4 · 1 = −4"] * 2
    with pytest.raises(ExplainError, match=r"\.expand\(\)"):
        function(lambda x: (x * x).sum(), np.array([3.0, -4.0])).paths()


def test_a_branch_that_was_not_taken_is_0_whatever_its_slopes_are() -> None:
    def f(x: Any) -> Any:
        m = x > 0
        root = cnp.sqrt(x)
        double = 2.0 * x
        return cnp.where(m, root, double)

    explanation = function(f, 0.0)
    assert [str(path) for path in explanation.paths()] == [
        "x → root → v1: ∞ · 0 = 0",
        "x → double → v1: 2 · 1 = 2",
    ]
    assert [path.product for path in explanation.paths(5)] == [2.0, 0.0]
    assert sum(path.product for path in explanation.paths()) == cp.grad(f)(0.0)


def test_infinities_zeros_and_nan_are_ranked_not_mixed_up() -> None:
    """0 · ∞ is NaN: the way that was smaller before the ∞ is the larger one behind it."""
    wires = [Wire(0, 1, 0), Wire(1, 2, 0), Wire(1, 2, 1), Wire(1, 2, 2)]
    finder = PathFinder(abstract(3, wires), ["x", "u", "y"], [math.inf, 5.0, 0.0, 2.0], 2)
    assert [path.product for path in finder.top([0], 3)][1:] == [math.inf, math.inf]
    assert math.isnan(finder.top([0], 1)[0].product)
    finder = PathFinder(abstract(3, wires), ["x", "u", "y"], [0.0, 5.0, math.inf, math.nan], 2)
    ranked = [path.product for path in finder.top([0], 3)]
    assert math.isnan(ranked[0])
    assert math.isnan(ranked[1])
    assert ranked[2] == 0


def test_k_must_be_positive() -> None:
    with pytest.raises(ExplainError, match="at least"):
        function(lambda x: x * x, 3.0).paths(0)


def test_counts_in_words() -> None:
    assert counted(12_345) == "12,345"
    assert counted(3**300) == "1.3689e+143"
    assert counted(10**15) == "1e+15"


# Random graphs: multigraphs with weights, and programs ------------------------------------------


def abstract(count: int, wires: list[Wire]) -> Wiring:
    return from_wires([Input(f"n{i}", type_of((), "float64")) for i in range(count)], wires)


@st.composite
def multigraphs(draw: Any) -> tuple[Wiring, list[float]]:
    """A few values with many edges between them, each with a weight."""
    count = draw(st.integers(2, 6))
    wires = [
        Wire(draw(st.integers(0, target - 1)), target, slot)
        for target in range(1, count)
        for slot in range(draw(st.integers(0, 4)))
    ]
    weights = st.one_of(st.sampled_from([0.0, 1.0, -1.0, 2.0]), st.floats(-4, 4, width=32))
    return abstract(count, wires), [draw(weights) for _ in wires]


def brute_force(wiring: Wiring, source: int, output: int) -> list[list[int]]:
    """Every path as its edges, by trying them all."""
    if source == output:
        return [[]]
    return [
        [edge, *rest]
        for edge in wiring.leaving[source]
        for rest in brute_force(wiring, wiring.wires[edge].target, output)
    ]


@given(multigraphs())
def test_counts_and_costs_agree_with_brute_force(made: tuple[Wiring, list[float]]) -> None:
    wiring, _ = made
    output = len(wiring.values) - 1
    found = [brute_force(wiring, source, output) for source in range(2)]
    assert count_paths(wiring, output)[0][:2] == [len(ways) for ways in found]
    sources = [0, 1] if output > 1 else [0]
    costs = count_costs(wiring, sources, output)
    ways = [found[source] for source in sources if found[source]]
    assert costs.paths_unfactored.multiplications == sum(
        len(way) - 1 for several in ways for way in several
    )
    assert costs.paths_unfactored.additions == sum(len(several) - 1 for several in ways)
    assert costs.paths_factored.multiplications <= costs.paths_unfactored.multiplications
    assert costs.paths_factored.multiplications <= costs.reverse.multiplications


@given(multigraphs(), st.integers(1, 40))
def test_the_top_k_are_the_first_of_all_sorted(made: tuple[Wiring, list[float]], k: int) -> None:
    wiring, weights = made
    output = len(wiring.values) - 1
    names = [f"n{i}" for i in range(output + 1)]
    finder = PathFinder(wiring, names, weights, output)

    def size(path: Path) -> float:
        return abs(path.product)

    listed = finder.all([0, 1])
    best = finder.top([0, 1], k)
    assert [size(path) for path in best] == sorted(map(size, listed), reverse=True)[:k]
    assert {(p.names, p.slots) for p in best} <= {(p.names, p.slots) for p in listed}
    assert len({(p.names, p.slots) for p in best}) == len(best)


OPERATIONS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "sine": lambda a, b: cnp.sin(a) + 0.5 * b,
}


@st.composite
def programs(draw: Any) -> Any:
    """A program on three inputs, in which every step combines two earlier values."""
    steps = [
        (
            draw(st.sampled_from(sorted(OPERATIONS))),
            draw(st.integers(0, i)),
            draw(st.integers(0, i)),
        )
        for i in range(2, draw(st.integers(3, 9)))
    ]

    def program(a: Any, b: Any, c: Any) -> Any:
        values = [a, b, c]
        for name, left, right in steps:
            values.append(OPERATIONS[name](values[left], values[right]))
        return values[-1]

    point = [draw(st.floats(-2, 2, width=32)) for _ in range(3)]
    return program, point


@given(programs())
def test_paths_add_up_to_the_gradient_in_both_modes(made: Any) -> None:
    program, point = made
    explanation = function(program, *point)
    if sum(explanation.path_counts.values()) > 2_000:
        return
    for name, slope in explanation.gradient.items():
        products = [path.product for path in explanation.paths(wrt=name)]
        assert len(products) == explanation.path_counts[name]
        scale = max(map(abs, products), default=0.0)
        assert sum(products) == pytest.approx(slope, rel=1e-9, abs=1e-12 * max(scale, 1.0))
        last = explanation.node(explanation.output)
        forward = last.forward[name]
        assert (forward or 0.0) == pytest.approx(slope, rel=1e-9, abs=1e-12 * max(scale, 1.0))
