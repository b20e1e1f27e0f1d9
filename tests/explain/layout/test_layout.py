"""The layout of pictures: what holds for every graph, and each step against a slower truth."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from clearprop.explain.layout import layers as layers_module
from clearprop.explain.layout.coordinates import Across, Line, assign_coordinates
from clearprop.explain.layout.crossings import count_crossings, reduce_crossings
from clearprop.explain.layout.layers import assign_layers
from clearprop.explain.layout.layout import Frame, Layout, Link, Size, lay_out
from clearprop.explain.layout.settling import settled

Graph = tuple[list[Size], list[Link]]
Pair = tuple[int, int]


def random_graph(seed: int, count: int, density: float = 1.5, reach: float = 8.0) -> Graph:
    """Boxes of many sizes; links from boxes not too far before, some parallel, some labelled."""
    rng = random.Random(seed)
    boxes = [Size(rng.uniform(20, 150), rng.uniform(15, 80)) for _ in range(count)]
    links = []
    for _ in range(int(density * count) if count > 1 else 0):
        target = rng.randrange(1, count)
        source = max(0, target - 1 - int(rng.expovariate(1 / reach)))
        label = Size(rng.uniform(8, 90), 16) if rng.random() < 0.7 else None
        links += [Link(source, target, label)] * rng.choice((1, 1, 1, 2, 3))
    return boxes, links


graphs = st.builds(random_graph, st.integers(0, 10**6), st.integers(0, 40), st.floats(0, 2.5))
pairs = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: (min(pair), max(pair))),
    max_size=30,
)


def overlapping(frames: list[Frame]) -> list[tuple[Frame, Frame]]:
    return [(one, other) for one, other in itertools.combinations(frames, 2) if one.overlaps(other)]


def frames_of(layout: Layout) -> list[Frame]:
    return [*layout.boxes, *(route.label for route in layout.routes if route.label)]


@pytest.mark.parametrize("direction", ["right", "down"])
@given(graph=graphs)
@settings(max_examples=60, deadline=None)
def test_boxes_and_labels_overlap_nothing_and_fill_the_sheet(graph: Graph, direction: str) -> None:
    boxes, links = graph
    layout = lay_out(boxes, links, direction=direction)
    frames = frames_of(layout)
    assert not overlapping(frames)
    assert [Size(frame.width, frame.height) for frame in layout.boxes] == boxes
    for frame in frames:
        assert frame.x >= -1e-6
        assert frame.x + frame.width <= layout.width + 1e-6
        assert frame.y >= -1e-6
        assert frame.y + frame.height <= layout.height + 1e-6


@pytest.mark.parametrize("axis", [0, 1])
@given(graph=graphs)
@settings(max_examples=60, deadline=None)
def test_lines_only_ever_go_forward_from_border_to_border(graph: Graph, axis: int) -> None:
    boxes, links = graph
    layout = lay_out(boxes, links, direction=("right", "down")[axis])
    for link, route in zip(links, layout.routes, strict=True):
        along = [point[axis] for point in [*route.points, route.tip]]
        assert all(one <= other + 1e-6 for one, other in itertools.pairwise(along))
        source, target = layout.boxes[link.source], layout.boxes[link.target]
        leaves = source.x + source.width if axis == 0 else source.y + source.height
        arrives = target.x if axis == 0 else target.y
        assert route.points[0][axis] == pytest.approx(leaves)
        assert route.tip[axis] == pytest.approx(arrives)
        assert source.x - 1e-6 <= route.points[0][0] <= source.x + source.width + 1e-6
        assert target.y - 1e-6 <= route.tip[1] <= target.y + target.height + 1e-6


@given(graph=graphs)
@settings(max_examples=30, deadline=None)
def test_the_same_graph_gets_the_same_layout(graph: Graph) -> None:
    assert lay_out(*graph) == lay_out(*graph)


@given(graph=graphs)
@settings(max_examples=30, deadline=None)
def test_a_line_goes_through_its_label(graph: Graph) -> None:
    for route in lay_out(*graph).routes:
        if route.label:
            middle = (route.label.x + route.label.width / 2, route.label.y + route.label.height / 2)
            assert any(point == pytest.approx(middle, abs=1e-6) for point in route.points[::3])


@pytest.mark.parametrize("label", [None, Size(20, 16)])
@pytest.mark.parametrize("copies", [2, 3, 7])
def test_parallel_lines_part(label: Size | None, copies: int) -> None:
    routes = lay_out([Size(60, 30)] * 2, [Link(0, 1, label)] * copies).routes
    heights = [route.points[3][1] for route in routes]
    assert min(abs(one - other) for one, other in itertools.combinations(heights, 2)) > 8


def test_parallel_lines_keep_their_order() -> None:
    links = [Link(0, 1, Size(width, 16)) for width in (10, 20, 30)]
    labels = [route.label for route in lay_out([Size(60, 30)] * 2, links).routes]
    assert [label.y for label in labels if label] == sorted(label.y for label in labels if label)


def test_operands_keep_their_order_where_crossings_do_not_matter() -> None:
    boxes = lay_out([Size(40, 20)] * 4, [Link(1, 3), Link(0, 3), Link(2, 3)]).boxes
    assert boxes[1].y < boxes[0].y < boxes[2].y


def test_a_chain_is_straight() -> None:
    boxes = [Size(30 + 7 * number % 40, 20 + 11 * number % 30) for number in range(30)]
    layout = lay_out(boxes, [Link(number, number + 1, Size(30, 16)) for number in range(29)])
    heights = {round(y, 6) for route in layout.routes for _, y in route.points}
    assert len(heights) == 1


def test_a_long_line_is_straight_between_its_ends() -> None:
    links = [Link(number, number + 1, Size(30, 16)) for number in range(9)]
    layout = lay_out([Size(50, 30)] * 10, [*links, Link(0, 9, Size(30, 16))])
    inner = [y for x, y in layout.routes[-1].points if 100 < x < layout.width - 200]
    assert max(inner) - min(inner) < 1e-6


def test_five_hundred_boxes_take_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0
    step = layers_module._Simplex.step

    def counting(simplex: layers_module._Simplex) -> bool:
        nonlocal steps
        steps += 1
        return step(simplex)

    monkeypatch.setattr(layers_module._Simplex, "step", counting)
    layout = lay_out(*random_graph(5, 500, density=1.2, reach=20))
    assert steps < 500
    assert not overlapping(frames_of(layout))


def test_a_deep_graph_needs_no_recursion() -> None:
    count = 3000
    layout = lay_out([Size(10, 10)] * count, [Link(at, at + 1) for at in range(count - 1)])
    assert layout.height == 10


def test_nothing_is_laid_out_as_nothing() -> None:
    assert lay_out([], []) == Layout((), (), 0.0, 0.0)


@pytest.mark.parametrize("cycle", [[(0, 0)], [(0, 1), (1, 0)], [(0, 1), (1, 2), (2, 1)]])
def test_a_cycle_is_an_error(cycle: list[Pair]) -> None:
    with pytest.raises(ValueError, match="cycle"):
        lay_out([Size(1, 1)] * 3, [Link(*pair) for pair in cycle])


# The single steps.


@given(links=pairs)
@settings(max_examples=80, deadline=None)
def test_layers_have_the_least_total_length(links: list[Pair]) -> None:
    level = assign_layers(12, links)
    assert all(level[source] < level[target] for source, target in links)
    if links:
        cost = [0] * 12
        rows = []
        for source, target in links:
            cost[source] -= 1
            cost[target] += 1
            rows.append([(at == source) - (at == target) for at in range(12)])
        least = linprog(cost, A_ub=rows, b_ub=[-1] * len(rows), bounds=(0, 12)).fun
        assert sum(level[target] - level[source] for source, target in links) == round(least)


@given(lines=st.lists(st.tuples(st.integers(0, 4), st.integers(5, 9)), max_size=20))
@settings(deadline=None)
def test_crossings_are_counted_and_never_become_more(lines: list[Pair]) -> None:
    before: list[list[int]] = [[] for _ in range(10)]
    after: list[list[int]] = [[] for _ in range(10)]
    for one, other in lines:
        after[one].append(other)
        before[other].append(one)
    layers = [list(range(5)), list(range(5, 10))]
    counted = sum((a - c) * (b - d) < 0 for (a, b), (c, d) in itertools.combinations(lines, 2))
    assert count_crossings(layers, after) == counted
    reduced = reduce_crossings(layers, before, after)
    assert [sorted(layer) for layer in reduced] == layers
    assert count_crossings(reduced, after) <= counted


def test_a_tree_loses_all_its_crossings() -> None:
    leaves, parents = list(range(8)), list(range(8, 12))
    after = [[8 + (leaf % 4)] for leaf in leaves] + [[12]] * 4 + [[]]
    before: list[list[int]] = [[] for _ in after]
    for vertex, far in enumerate(after):
        for neighbour in far:
            before[neighbour].append(vertex)
    reduced = reduce_crossings([leaves, parents, [12]], before, after)
    assert count_crossings(reduced, after) == 0


def test_ports_are_met_straight() -> None:
    across = Across([[0], [1], [2]], [Line(0, 1), Line(1, 2, 0.0, -7.0)], [9.0] * 3, [False] * 3)
    first, second, third = assign_coordinates(across)
    assert first == second == third - 7.0


@given(
    row=st.lists(
        st.tuples(st.floats(-99, 99), st.floats(0.1, 9), st.floats(0, 20)), min_size=1, max_size=8
    )
)
def test_settled_things_have_room_and_those_with_room_their_wish(
    row: list[tuple[float, float, float]],
) -> None:
    wishes, weights, room = zip(*row, strict=True)
    places = settled(wishes, weights, room)
    needed = [(one + other) / 2 for one, other in itertools.pairwise(room)]
    for (one, other), apart in zip(itertools.pairwise(places), needed, strict=True):
        assert other - one >= apart - 1e-9
    assert settled(places, weights, room) == pytest.approx(places)
    drift = sum(weight * (p - w) for weight, p, w in zip(weights, places, wishes, strict=True))
    assert drift == pytest.approx(0, abs=1e-6)  # as for every least-squares fit with free shift
