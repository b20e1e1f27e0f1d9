"""The order within the layers of a drawing, such that few lines cross.

Sweeps that sort each layer by the barycenters of its neighbours (Sugiyama, Tagawa and Toda,
"Methods for visual understanding of hierarchical system structures", IEEE Transactions on
Systems, Man, and Cybernetics 11(2), 1981), each followed by exchanges of adjacent vertices
(*transpose* in Gansner et al. 1993, section 3). An order is only given up for a better one, so
where crossings do not matter, what comes first in the formula stays first in the picture.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

_ROUNDS = 24
_PATIENCE = 4  # rounds without a better order before giving up
_WORK = 100_000  # vertices looked at in all sweeps together, roughly

Neighbours = Sequence[Sequence[int]]


def reduce_crossings(
    layers: Sequence[Sequence[int]], before: Neighbours, after: Neighbours
) -> list[list[int]]:
    """Reorders the vertices within their layers.

    Args:
        layers: The vertices of each layer in their first order; each vertex stands in one layer.
        before: For each vertex its neighbours in the layer before, one for each line.
        after: For each vertex its neighbours in the layer after, one for each line.

    Returns:
        The same layers, reordered.

    >>> reduce_crossings([[0, 1], [2, 3]], before=[[], [], [1], [0]], after=[[3], [2], [], []])
    [[0, 1], [3, 2]]
    """
    order = _Order(layers, before, after)
    best, fewest = order.snapshot(), order.crossings()
    patience = _PATIENCE
    for turn in range(max(4, min(_ROUNDS, _WORK // (1 + len(before))))):
        if not fewest or not patience:
            break
        order.sweep(forward=turn % 2 == 0, flip_ties=turn % 4 >= 2)
        order.exchange()
        crossings = order.crossings()
        patience = patience - 1 if crossings >= fewest else _PATIENCE
        if crossings < fewest:
            best, fewest = order.snapshot(), crossings
    return best


def count_crossings(layers: Sequence[Sequence[int]], after: Neighbours) -> int:
    """How many pairs of lines between adjacent layers cross.

    >>> count_crossings([[0, 1], [2, 3]], after=[[3], [2], [], []])
    1
    """
    place = {vertex: position for layer in layers for position, vertex in enumerate(layer)}
    crossings = 0
    for layer in layers:
        met: list[int] = []  # the far ends of the lines so far, sorted
        for vertex in layer:
            for far in sorted(place[neighbour] for neighbour in after[vertex]):
                crossings += len(met) - bisect_right(met, far)
                insort(met, far)
    return crossings


class _Order:
    """Layers under rearrangement, with the place of every vertex in its layer."""

    def __init__(
        self, layers: Sequence[Sequence[int]], before: Neighbours, after: Neighbours
    ) -> None:
        self.layers = [list(layer) for layer in layers]
        self.before, self.after = before, after
        self.place = [0] * len(before)
        for layer in self.layers:
            self._number(layer)

    def snapshot(self) -> list[list[int]]:
        return [layer.copy() for layer in self.layers]

    def crossings(self) -> int:
        return count_crossings(self.layers, self.after)

    def _number(self, layer: list[int]) -> None:
        for position, vertex in enumerate(layer):
            self.place[vertex] = position

    def sweep(self, *, forward: bool, flip_ties: bool) -> None:
        """Sorts each layer by where its neighbours stand in the layer just sorted."""
        neighbours = self.before if forward else self.after
        for layer in self.layers if forward else reversed(self.layers):
            movable = [vertex for vertex in layer if neighbours[vertex]]
            slots = [self.place[vertex] for vertex in movable]
            if flip_ties:
                movable.reverse()
            movable.sort(key=lambda vertex: self._barycenter(neighbours[vertex]))
            for slot, vertex in zip(slots, movable, strict=True):
                layer[slot] = vertex
            self._number(layer)

    def _barycenter(self, vertices: Sequence[int]) -> float:
        return sum(self.place[vertex] for vertex in vertices) / len(vertices)

    def exchange(self, passes: int = 4) -> None:
        """Exchanges adjacent vertices as long as that takes crossings away."""
        for _ in range(passes):
            exchanged = False
            for layer in self.layers:
                for left in range(len(layer) - 1):
                    one, other = layer[left], layer[left + 1]
                    if self._gain(one, other) > 0:
                        layer[left], layer[left + 1] = other, one
                        self.place[one], self.place[other] = left + 1, left
                        exchanged = True
            if not exchanged:
                break

    def _gain(self, one: int, other: int) -> int:
        """How many crossings the exchange of two adjacent vertices takes away."""
        gain = 0
        for neighbours in (self.before, self.after):
            ours = [self.place[vertex] for vertex in neighbours[one]]
            theirs = sorted(self.place[vertex] for vertex in neighbours[other])
            for position in ours:
                smaller = bisect_left(theirs, position)
                larger = len(theirs) - bisect_right(theirs, position)
                gain += smaller - larger
        return gain
