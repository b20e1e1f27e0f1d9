"""Where to draw the boxes and lines of a directed acyclic multigraph.

A layered drawing (Sugiyama, Tagawa and Toda 1981; Gansner, Koutsofios, North and Vo, "A technique
for drawing directed graphs", IEEE Transactions on Software Engineering 19(3), 1993) in six steps,
one file each:

1. ``layers``: every box gets a layer, such that lines go forward and are short in total;
2. ``layered``: a line that passes layers gets a bend in each, and one for its label;
3. ``crossings``: boxes and bends are ordered within their layers, such that few lines cross;
4. ``coordinates``: boxes and bends get their place across the picture;
5. ``settling``: small moves take kinks out of lines;
6. ``routes``: smooth curves through the bends.

The picture is laid out from left to right, and turned if it is to go down. Along is the direction
of the lines, across the other one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clearprop.explain.layout.coordinates import Across, assign_coordinates
from clearprop.explain.layout.layered import Layered
from clearprop.explain.layout.routes import HEAD, Point, Stop, curve
from clearprop.explain.layout.settling import settle_bends, settle_boxes, straightened

Direction = Literal["right", "down"]

_BOX_GAP = 22.0  # across, between boxes, in pixels like all lengths here
_LABEL_GAP = 5.0  # across, between labels
_LINE_GAP = 12.0  # across, between lines that pass by
_LAYER_GAP = (12.0, 70.0)  # along, between layers, least and most
_STEEPNESS = 0.2  # how much of it per pixel that a line has to climb in it


@dataclass(frozen=True, slots=True)
class Size:
    """The extent of a box or label, in pixels."""

    width: float
    height: float

    def turned(self) -> Size:
        """Width and height exchanged."""
        return Size(self.height, self.width)


@dataclass(frozen=True, slots=True)
class Link:
    """A line from one box to another, both given by number, and the extent of its label."""

    source: int
    target: int
    label: Size | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle; ``x`` and ``y`` are its top left corner."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Frame) -> bool:
        """Whether the two have more in common than a border.

        >>> frame = Frame(0, 0, 2, 2)
        >>> frame.overlaps(Frame(1, 1, 2, 2)), frame.overlaps(Frame(2, 0, 1, 1))
        (True, False)
        """
        apart_x = self.x + self.width <= other.x or other.x + other.width <= self.x
        apart_y = self.y + self.height <= other.y or other.y + other.height <= self.y
        return not (apart_x or apart_y)


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a line.

    Attributes:
        points: A chain of cubic Bézier curves: a start, then two handles and an end for each
            curve. It ends where the arrowhead begins.
        tip: The point of the arrowhead, on the border of the target.
        label: Where the label stands, if there is one.
    """

    points: tuple[Point, ...]
    tip: Point
    label: Frame | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A finished layout: frames of the boxes, routes of the links, both in the given order."""

    boxes: tuple[Frame, ...]
    routes: tuple[Route, ...]
    width: float
    height: float


def lay_out(
    boxes: Sequence[Size], links: Sequence[Link], *, direction: Direction = "right"
) -> Layout:
    """Places boxes, lines and labels; the same arguments give the same layout, always.

    Args:
        boxes: The extent of each box, in pixels; boxes are numbered from 0.
        links: Lines between boxes, parallel ones welcome.
        direction: ``"right"`` for inputs at the left, ``"down"`` for inputs at the top.

    Raises:
        ValueError: The links form a cycle.

    >>> layout = lay_out([Size(40, 20), Size(40, 20)], [Link(0, 1)])
    >>> [(box.x, box.y) for box in layout.boxes], layout.height
    ([(0.0, 0.0), (71.0, 0.0)], 20.0)
    """
    if direction == "right":
        return _Drawing(boxes, links).layout()
    turned_links = [
        Link(link.source, link.target, link.label.turned() if link.label else None)
        for link in links
    ]
    return _turned(_Drawing([size.turned() for size in boxes], turned_links).layout())


def _turned(layout: Layout) -> Layout:
    def turn(frame: Frame) -> Frame:
        return Frame(frame.y, frame.x, frame.height, frame.width)

    routes = tuple(
        Route(
            tuple((x, y) for y, x in route.points),
            route.tip[::-1],
            turn(route.label) if route.label else None,
        )
        for route in layout.routes
    )
    return Layout(tuple(map(turn, layout.boxes)), routes, layout.height, layout.width)


class _Drawing:
    """A layout in the making, from left to right."""

    def __init__(self, boxes: Sequence[Size], links: Sequence[Link]) -> None:
        self.graph = Layered(len(boxes), [(link.source, link.target) for link in links])
        self.sizes = [*boxes, *[Size(0.0, 0.0)] * (len(self.graph.level) - len(boxes))]
        for link, chain in zip(links, self.graph.chains, strict=True):
            if link.label:  # it stands before the target, whose derivative it tells
                self.sizes[chain[-2]] = link.label
        self.has_label = [link.label is not None for link in links]
        self.extents = [size.height for size in self.sizes]
        self.chains = self.graph.lines(self.extents)
        self.across = self._across() if boxes else []
        self.start, self.end = self._along()

    def layout(self) -> Layout:
        frames = tuple(map(self._frame, range(len(self.sizes))))
        routes = tuple(map(self._route, range(len(self.chains))))
        width = self.end[-1] if self.end else 0.0
        height = max((frame.y + frame.height for frame in frames), default=0.0)
        return Layout(frames[: self.graph.boxes], routes, width, height)

    def _across(self) -> list[float]:
        """The middle of each vertex across the picture, which begins at 0."""
        boxes = self.graph.boxes
        gaps = [_BOX_GAP] * boxes + [
            _LABEL_GAP if extent else _LINE_GAP for extent in self.extents[boxes:]
        ]
        room = [extent + gap for extent, gap in zip(self.extents, gaps, strict=True)]
        bend = [vertex >= boxes and not extent for vertex, extent in enumerate(self.extents)]
        lines = [line for chain in self.chains for line in chain]
        middles = assign_coordinates(Across(self.graph.layers, lines, room, bend))
        settle_boxes(self.graph, self.chains, room, middles)
        self.chains = straightened(self.chains, self.extents, middles)
        settle_bends(self.graph, self.chains, room, middles)
        halves = (extent / 2 for extent in self.extents)
        top = min(middle - half for middle, half in zip(middles, halves, strict=True))
        return [middle - top for middle in middles]

    def _along(self) -> tuple[list[float], list[float]]:
        """Where each layer starts and ends; the more its lines climb, the more room they get."""
        climb = [0.0] * len(self.graph.layers)
        for chain in self.chains:
            for line in chain:
                level = self.graph.level[line.target]
                leaves = self.across[line.source] + line.source_port
                arrives = self.across[line.target] + line.target_port
                climb[level] = max(climb[level], abs(arrives - leaves))
        starts, ends, here = [], [], 0.0
        for level, layer in enumerate(self.graph.layers):
            if level:
                least, most = _LAYER_GAP
                here += min(most, least + _STEEPNESS * climb[level])
                here += 0.0 if level % 2 else HEAD
            starts.append(here)
            here += max(self.sizes[vertex].width for vertex in layer)
            ends.append(here)
        return starts, ends

    def _frame(self, vertex: int) -> Frame:
        size, level = self.sizes[vertex], self.graph.level[vertex]
        middle = (self.start[level] + self.end[level]) / 2
        x, y = middle - size.width / 2, self.across[vertex] - size.height / 2
        return Frame(x, y, size.width, size.height)

    def _route(self, number: int) -> Route:
        chain, lines = self.graph.chains[number], self.chains[number]
        source, label, target = (self._frame(chain[place]) for place in (0, -2, -1))
        leaves = self.across[chain[0]] + lines[0].source_port
        arrives = self.across[chain[-1]] + lines[-1].target_port
        level = self.graph.level
        stops = [
            Stop(source.x + source.width, self.end[level[chain[0]]], leaves),
            *map(self._stop, chain[1:-1]),
            Stop(self.start[level[chain[-1]]] - HEAD, target.x - HEAD, arrives),
        ]
        return Route(curve(stops), (target.x, arrives), label if self.has_label[number] else None)

    def _stop(self, bend: int) -> Stop:
        """A bend: level between boxes, and free to climb between labels."""
        level, across = self.graph.level[bend], self.across[bend]
        start, end = self.start[level], self.end[level]
        if level % 2 == 0:
            return Stop(start, end, across)
        size = self.sizes[bend]  # a line crosses its label from side to side, not from top to foot
        steepest = size.height / size.width if size.width else math.inf
        return Stop((start + end) / 2, (start + end) / 2, across, steepest)
