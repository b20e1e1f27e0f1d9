"""The last touch on a layout: small moves, within the order, that take kinks out of lines.

- a box with a single line moves to where that line is straight;
- a line that is nearly straight leaves its source a little off the middle, and is straight;
- a bend between boxes moves half way between the ends of its line.

Where several things in a row would like to move, they take the places nearest to their wishes
that leave each its room. That is least squares under an order, isotonic regression, solved in one
pass by pooling adjacent violators (Barlow, Bartholomew, Bremner and Brunk, "Statistical inference
under order restrictions", 1972, chapter 1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from clearprop.explain.layout.coordinates import Line
from clearprop.explain.layout.layered import CORNER, Layered

_FIRM = 1e9  # the weight of what is not to move
_STRAIGHT = 8.0  # the weight of a bend in a straight line; that of others is 1
_SLIDE = 9.0  # how far off the middle of its source a line may leave, in pixels

Chains = Sequence[Sequence[Line]]


def settled(
    wishes: Sequence[float], weights: Sequence[float], room: Sequence[float]
) -> list[float]:
    """The places nearest to the wishes, in least squares, such that all have their room.

    Args:
        wishes: Where the middle of each thing in the row would like to be, in order.
        weights: How much each of them insists.
        room: The extent of each.

    >>> settled([0.0, 0.0, 9.0], weights=[1.0, 1.0, 1.0], room=[4.0, 4.0, 4.0])
    [-2.0, 2.0, 9.0]
    """
    apart = [(one + other) / 2 for one, other in pairwise(room)]
    offsets = [0.0, *accumulate(apart)][: len(wishes)]
    pools: list[tuple[float, float, int]] = []  # the mean wish, the weight, how many
    for wish, weight, offset in zip(wishes, weights, offsets, strict=True):
        mean, total, count = wish - offset, weight, 1
        while pools and pools[-1][0] > mean:
            pooled, heavy, many = pools.pop()
            mean = (pooled * heavy + mean * total) / (heavy + total)
            total, count = heavy + total, many + count
        pools.append((mean, total, count))
    places = [mean for mean, _, count in pools for _ in range(count)]
    return [place + offset for place, offset in zip(places, offsets, strict=True)]


def settle_boxes(
    graph: Layered, chains: Chains, room: Sequence[float], middles: list[float]
) -> None:
    """Moves every box with a single line to where that line is straight, if there is room."""
    ends = Counter(end for chain in graph.chains for end in (chain[0], chain[-1]))
    wishes: dict[int, tuple[float, float]] = {}
    for vertices, lines in zip(graph.chains, chains, strict=True):
        second, last_but_one = middles[vertices[2]], middles[vertices[-3]]
        port = lines[-1].target_port
        if ends[vertices[0]] == 1:
            wishes[vertices[0]] = second + (port if len(vertices) == 3 else 0.0), 1.0
        elif ends[vertices[-1]] == 1:
            wishes[vertices[-1]] = last_but_one - port, 1.0
    for layer in graph.layers[::2]:
        _settle_row(layer, wishes, room, middles)


def straightened(
    chains: Chains, extents: Sequence[float], middles: list[float]
) -> list[list[Line]]:
    """The lines, leaving their sources a little off the middle where that makes them straight."""
    straight = []
    for lines in chains:
        first, second = lines[0], lines[1]
        drop = middles[second.target] + second.target_port - middles[first.source]
        slide = min(_SLIDE, max(0.0, extents[first.source] / 2 - CORNER))
        off = drop if abs(drop) <= slide else 0.0
        straight.append([replace(first, source_port=off), *lines[1:]])
    return straight


def settle_bends(
    graph: Layered, chains: Chains, room: Sequence[float], middles: list[float]
) -> None:
    """Moves the bends next to boxes half way between their neighbours, as far as there is room."""
    wishes: dict[int, tuple[float, float]] = {}
    for lines in chains:
        for before, after in ((lines[0], lines[1]), (lines[-2], lines[-1])):
            start = middles[before.source] + before.source_port
            end = middles[after.target] + after.target_port
            weight = _STRAIGHT if abs(end - start) < 1.0 else 1.0
            wishes[before.target] = (start + end) / 2, weight
    for layer in graph.layers[1::2]:
        _settle_row(layer, wishes, room, middles)


def _settle_row(
    layer: Sequence[int],
    wishes: dict[int, tuple[float, float]],
    room: Sequence[float],
    middles: list[float],
) -> None:
    """Moves those of a layer that have a wish, which comes with its weight; the others stay."""
    wished = [wishes.get(vertex, (middles[vertex], _FIRM)) for vertex in layer]
    places = settled(
        [place for place, _ in wished],
        [weight for _, weight in wished],
        [room[vertex] for vertex in layer],
    )
    for vertex, place in zip(layer, places, strict=True):
        middles[vertex] = place
