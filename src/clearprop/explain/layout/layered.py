"""A graph in layers: its boxes, and a bend for every layer that a line passes.

The even layers are those of boxes. The odd ones between them are those of labels: every line has
a bend there, as large as its label (Gansner et al. 1993, section 4.3), so labels overlap nothing
and parallel lines part. The order is found without them, as they add no crossings: two lines that
do not cross keep their order half way.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from clearprop.explain.layout.coordinates import Line
from clearprop.explain.layout.crossings import reduce_crossings
from clearprop.explain.layout.layers import assign_layers

_PORT_GAP = 21.0  # between lines that arrive at one box, in pixels, where the box is large enough
CORNER = 8.0  # at both ends of a box's side, where no line arrives


class Layered:
    """Vertices in ordered layers: first the boxes, by their given number, then the bends.

    Attributes:
        boxes: How many of the vertices are boxes.
        chains: For each link its vertices, one per layer, from the source to the target.
        layers: The vertices of each layer, in order.
        level: The layer of each vertex.
    """

    def __init__(self, boxes: int, links: Sequence[tuple[int, int]]) -> None:
        self.boxes = boxes
        self.level = [2 * layer for layer in assign_layers(boxes, links)]
        self.chains = [self._bent(source, target) for source, target in links]
        self.layers: list[list[int]] = []
        if boxes:
            self._order_boxes()
            self._insert_labels()

    def _new_bend(self, level: int) -> int:
        self.level.append(level)
        return len(self.level) - 1

    def _bent(self, source: int, target: int) -> list[int]:
        """The vertices of a link in the layers of boxes."""
        passed = range(self.level[source] + 2, self.level[target], 2)
        return [source, *(self._new_bend(level) for level in passed), target]

    def _order_boxes(self) -> None:
        """Orders boxes and bends within the layers of boxes."""
        before: list[list[int]] = [[] for _ in self.level]
        after: list[list[int]] = [[] for _ in self.level]
        for chain in self.chains:
            for one, other in pairwise(chain):
                before[other].append(one)
                after[one].append(other)
        layers: list[list[int]] = [[] for _ in range(max(self.level) // 2 + 1)]
        seen = [False] * len(before)
        stack = [vertex for vertex in reversed(range(self.boxes)) if not after[vertex]]
        while stack:  # from the results back to their operands, the first operand first
            vertex = stack.pop()
            if not seen[vertex]:
                seen[vertex] = True
                layers[self.level[vertex] // 2].append(vertex)
                stack += reversed(before[vertex])
        self.layers = reduce_crossings(layers, before, after)

    def _insert_labels(self) -> None:
        """Gives every link a bend in each layer of labels that it passes."""
        place = self.places()
        layers: list[list[int]] = [[] for _ in range(2 * len(self.layers) - 1)]
        layers[::2] = self.layers
        height: dict[int, int] = {}
        for number, chain in enumerate(self.chains):
            woven = chain[:1]
            for one, other in pairwise(chain):
                bend = self._new_bend(self.level[one] + 1)
                height[bend] = place[one] + place[other]
                layers[self.level[bend]].append(bend)
                woven += [bend, other]
            self.chains[number] = woven
        for layer in layers[1::2]:
            layer.sort(key=height.__getitem__)  # stable: parallel lines stay in their given order
        self.layers = layers

    def places(self) -> dict[int, int]:
        """The place of each vertex within its layer."""
        return {vertex: place for layer in self.layers for place, vertex in enumerate(layer)}

    def lines(self, extents: Sequence[float]) -> list[list[Line]]:
        """The pieces of each link; at its target it has a port of its own.

        Args:
            extents: The extent of every vertex across its layer.
        """
        place = self.places()
        arrivals: list[list[tuple[int, int]]] = [[] for _ in range(self.boxes)]
        for number, chain in enumerate(self.chains):
            arrivals[chain[-1]].append((place[chain[-2]], number))
        port = [0.0] * len(self.chains)
        for box, arriving in enumerate(arrivals):
            gap = min(_PORT_GAP, (extents[box] - 2 * CORNER) / max(len(arriving) - 1, 1))
            for rank, (_, number) in enumerate(sorted(arriving)):
                port[number] = max(gap, 0.0) * (rank - (len(arriving) - 1) / 2)
        return [
            [
                Line(one, other, 0.0, port[number] if other == chain[-1] else 0.0)
                for one, other in pairwise(chain)
            ]
            for number, chain in enumerate(self.chains)
        ]
