"""What derivatives cost: spec C1, C2 and C3 to every digit, and the rule against brute force."""

from __future__ import annotations

from typing import Any

import pytest

from clearprop.explain import function
from clearprop.explain.numbers.costs import Cost, Costs, count_costs, count_paths
from clearprop.explain.numbers.wiring import Wire, Wiring, from_wires, wire
from clearprop.graph import Input, type_of


def multigraph(count: int, *edges: tuple[int, int]) -> Wiring:
    """Abstract values and edges between them."""
    values = [Input(f"n{i}", type_of((), "float64")) for i in range(count)]
    return from_wires(
        values,
        [
            Wire(source, target, slot)
            for slot, (source, target) in enumerate(sorted(edges, key=lambda edge: edge[1]))
        ],
    )


def worked(a: Any, b: Any) -> Any:
    c = a + b
    d = b + 1
    e = c * d
    return e


def test_the_worked_example() -> None:
    assert function(worked, 2.0, 1.0).cost == Costs(
        forward=Cost(10, 4),  # 2 passes of 5 edges; 1 addition at c, 1 at e
        reverse=Cost(5, 1),  # 5 edges; 1 addition at b, which two edges leave
        paths_unfactored=Cost(3, 1),  # 1·2; 1·2 + 1·3
        paths_factored=Cost(3, 1),
    )


def test_nine_paths() -> None:
    """Edges α β γ from X to Y and δ ε ζ from Y to Z: 9 products summed, or one product."""
    wiring = multigraph(3, *[(0, 1)] * 3, *[(1, 2)] * 3)
    assert count_paths(wiring, 2)[0] == [9, 3, 1]
    assert count_costs(wiring, [0], 2) == Costs(
        forward=Cost(6, 4),
        reverse=Cost(6, 4),
        paths_unfactored=Cost(9, 8),
        paths_factored=Cost(1, 4),
    )


def test_three_hundred_stages_of_three_parallel_edges() -> None:
    wiring = multigraph(301, *[(stage, stage + 1) for stage in range(300) for _ in range(3)])
    costs = count_costs(wiring, [0], 300)
    assert count_paths(wiring, 300)[0][0] == 3**300
    assert len(str(3**300)) == 144
    assert costs.forward == costs.reverse == Cost(900, 600)
    assert costs.paths_unfactored == Cost(299 * 3**300, 3**300 - 1)
    assert costs.paths_factored == Cost(299, 600)


def test_operand_slots_are_edges() -> None:
    assert function(lambda x: x * x, 3.0).cost == Costs(
        forward=Cost(2, 1),
        reverse=Cost(2, 1),
        paths_unfactored=Cost(0, 1),
        paths_factored=Cost(0, 1),
    )


def test_constants_are_neither_nodes_nor_edges() -> None:
    explanation = function(lambda x: 2 * x + 1, 3.0)
    assert [entry.name for entry in explanation.nodes] == ["x", "v1", "v2"]
    assert explanation.cost.reverse == Cost(2, 0)


def test_the_graph_is_counted_as_it_was_written() -> None:
    def wasteful(x: Any) -> Any:
        unused = x * x  # noqa: F841
        return (x + 0.0) * 1.0

    assert function(wasteful, 3.0).cost.reverse == Cost(4, 2)
    assert function(wasteful, 3.0).cost.paths_factored == Cost(1, 0)


def test_forward_is_summed_over_the_inputs() -> None:
    def f(a: Any, b: Any, c: Any) -> Any:
        return a * b + c

    assert function(f, 1.0, 2.0, 3.0).cost.forward == Cost(12, 6)
    assert function(f, 1.0, 2.0, 3.0, wrt="b").cost.forward == Cost(4, 2)


def test_an_input_that_is_the_output_costs_nothing() -> None:
    explanation = function(lambda x: x, 3.0)
    assert explanation.cost == Costs(Cost(0, 0), Cost(0, 0), Cost(0, 0), Cost(0, 0))
    assert dict(explanation.path_counts) == {"x": 1}


@pytest.mark.parametrize("cut", ["stop", "compare", "floor"])
def test_where_there_is_no_path_there_is_no_edge(cut: str) -> None:
    import clearprop as cp
    import clearprop.numpy as np

    cuts = {"stop": cp.stop_gradient, "compare": lambda x: x > 0, "floor": np.floor}

    def f(x: Any) -> Any:
        return x * 2.0 + cuts[cut](x)

    graph = cp.trace(f)(1.5)
    named = {node.primitive.name for node in graph.nodes}
    assert {"multiply", "add"} < named
    sources = [edge.source for edge in wire(graph).wires]
    assert sources.count(0) == 1


def test_plain_data() -> None:
    assert function(worked, 2.0, 1.0).cost.to_dict() == {
        "forward": {"multiplications": 10, "additions": 4},
        "reverse": {"multiplications": 5, "additions": 1},
        "paths_unfactored": {"multiplications": 3, "additions": 1},
        "paths_factored": {"multiplications": 3, "additions": 1},
    }
