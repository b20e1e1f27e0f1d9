"""Where each vertex stands across its layer: long lines straight, boxes near their neighbours.

Brandes and Köpf, "Fast and simple horizontal coordinate assignment", Graph Drawing 2001. Each
vertex is aligned with a median neighbour, which gives blocks of vertices in one straight line;
the blocks are packed; and of four such packings (aligning from the first or the last layer,
packing towards the first or the last vertex) the average of the middle two is taken. Lines end
at *ports*, off the middle of their box, after Rüegg, Schulze, Carstens and von Hanxleden, "Size-
and port-aware horizontal node coordinate assignment", Graph Drawing 2015; the blocks are packed
by longest paths, which avoids the mistake described in Brandes, Walter and Zink, "Erratum: Fast
and simple horizontal coordinate assignment", arXiv:2008.01252, 2020.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median

from clearprop.explain.layout.layers import topological_order


@dataclass(frozen=True, slots=True)
class Line:
    """A straight piece between two adjacent layers.

    Attributes:
        source: The vertex in the earlier layer.
        target: The vertex in the later layer.
        source_port: Where the line leaves, counted from the middle of its vertex.
        target_port: Where the line arrives, counted from the middle of its vertex.
    """

    source: int
    target: int
    source_port: float = 0.0
    target_port: float = 0.0


@dataclass(frozen=True, slots=True)
class Across:
    """What the coordinates depend on.

    Attributes:
        layers: The vertices of each layer, in order.
        lines: The lines between adjacent layers, at most one between any two vertices.
        room: For each vertex its extent across, space around it included.
        bend: For each vertex whether a line merely passes through it; lines between two such
            vertices are kept straight before all others.
    """

    layers: Sequence[Sequence[int]]
    lines: Sequence[Line]
    room: Sequence[float]
    bend: Sequence[bool]


def assign_coordinates(across: Across) -> list[float]:
    """The middle of each vertex across its layer; neighbours keep the room they ask for.

    >>> lines = [Line(0, 2), Line(1, 2)]
    >>> assign_coordinates(Across([[0, 1], [2]], lines, room=[10.0] * 3, bend=[False] * 3))
    [0.0, 10.0, 5.0]
    """
    conflicts = _minor_conflicts(across)
    packings = [
        _packed(across, conflicts, last_first=last_first, reverse=reverse)
        for last_first in (False, True)
        for reverse in (False, True)
    ]
    narrowest = min(packings, key=lambda packing: max(packing) - min(packing))
    for number, packing in enumerate(packings):
        edge = max if number % 2 else min
        shift = edge(narrowest) - edge(packing)
        packing[:] = [position + shift for position in packing]
    return [median(positions) for positions in zip(*packings, strict=True)]


def _packed(
    across: Across, conflicts: set[Line], *, last_first: bool, reverse: bool
) -> list[float]:
    """One of the four packings: from the last layer or not, every layer reversed or not."""
    sign = -1 if reverse else 1
    layers = [list(layer)[::sign] for layer in across.layers][:: -1 if last_first else 1]
    place = [0] * len(across.room)
    for layer in layers:
        for position, vertex in enumerate(layer):
            place[vertex] = position
    earlier: list[list[tuple[int, int, float]]] = [[] for _ in place]
    for line in across.lines:
        if line not in conflicts:
            drop = sign * (line.source_port - line.target_port)
            if last_first:
                earlier[line.source].append((place[line.target], line.target, -drop))
            else:
                earlier[line.target].append((place[line.source], line.source, drop))
    root, inner = _aligned(layers, earlier)
    start = _packed_blocks(layers, root, inner, across.room)
    return [sign * (start[root[vertex]] + inner[vertex]) for vertex in range(len(place))]


def _aligned(
    layers: list[list[int]], earlier: list[list[tuple[int, int, float]]]
) -> tuple[list[int], list[float]]:
    """The block of each vertex, named by its first vertex, and the vertex's place off that one.

    ``earlier`` holds for each vertex the place, the number and the offset that makes the line
    straight, of every neighbour in the layer before.
    """
    root = list(range(len(earlier)))
    inner = [0.0] * len(earlier)
    for layer in layers:
        last = -1  # aligned lines do not cross: each goes past the one before
        for vertex in layer:
            neighbours = sorted(earlier[vertex])
            medians = neighbours[(len(neighbours) - 1) // 2 : len(neighbours) // 2 + 1]
            for place, neighbour, offset in medians:
                if place > last:
                    last = place
                    root[vertex] = root[neighbour]
                    inner[vertex] = inner[neighbour] + offset
                    break
    return root, inner


def _packed_blocks(
    layers: list[list[int]], root: list[int], inner: list[float], room: Sequence[float]
) -> list[float]:
    """The start of each block, as early as its neighbours allow, then as late as they allow."""
    apart: dict[tuple[int, int], float] = {}
    for layer in layers:
        for one, other in pairwise(layer):
            pair = root[one], root[other]
            needed = inner[one] - inner[other] + (room[one] + room[other]) / 2
            apart[pair] = max(apart.get(pair, needed), needed)
    following: list[list[tuple[int, float]]] = [[] for _ in root]
    for (one, other), needed in apart.items():
        following[one].append((other, needed))
    order = topological_order(len(root), list(apart))
    start = [0.0] * len(root)
    for block in order:
        for other, needed in following[block]:
            start[other] = max(start[other], start[block] + needed)
    for block in reversed(order):
        if following[block]:
            start[block] = min(start[other] - needed for other, needed in following[block])
    return start


def _minor_conflicts(across: Across) -> set[Line]:
    """The lines that cross a long line and so give up their own straightness for it."""
    place = {vertex: position for layer in across.layers for position, vertex in enumerate(layer)}
    level = {vertex: number for number, layer in enumerate(across.layers) for vertex in layer}
    major: list[list[tuple[int, int]]] = [[] for _ in across.layers]
    minor: list[Line] = []
    for line in across.lines:
        if across.bend[line.source] and across.bend[line.target]:
            major[level[line.source]].append((place[line.source], place[line.target]))
        else:
            minor.append(line)
    starts, highest, lowest = [], [], []
    for ends in major:
        ends.sort()
        starts.append([start for start, _ in ends])
        highest.append([-1, *accumulate((end for _, end in ends), max)])
        lowest.append([len(place), *accumulate((end for _, end in reversed(ends)), min)][::-1])
    conflicts = set()
    for line in minor:
        gap, start, end = level[line.source], place[line.source], place[line.target]
        overtaken = highest[gap][bisect_left(starts[gap], start)] > end
        overtaking = lowest[gap][bisect_right(starts[gap], start)] < end
        if overtaken or overtaking:
            conflicts.add(line)
    return conflicts
