"""How a loop walks over its domain: its axes, their order, vectors, and what depends on what.

The axes are merged to the fewest that all accesses can be walked by. One of them is taken by
vectors, that along which most accesses lie side by side; the kept ones go around the folded ones.
"""

from __future__ import annotations

from typing import Final, final

import numpy as np

from clearprop.execute.native.layouts import collapsed
from clearprop.execute.native.loops.neighbours import MOST_WRITTEN, PIECE, Group, groups
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.steps import Loop
from clearprop.execute.native.terms import Term, ordered

ACCUMULATORS: Final = 16
"""How many vectors the folds of one loop may use together."""

SMALL: Final = 24
"""Up to so many terms a loop takes several vectors per trip."""

MASK: Final = np.dtype(bool)


@final
class Walk:
    """The decisions about a loop.

    Attributes:
        loop: The loop.
        layouts: Of the loads, then of the stores, then of the folds.
        lengths: Of the axes.
        kept: Which axes are not folded.
        strides: Of each layout, along the axes.
        terms: All terms, each after those that it needs.
        axis: The axis that is taken by vectors; None if there is no axis.
        lanes: The vector's length.
        order: The axes from the outermost loop to the innermost.
        depths: For each term the innermost loop on which it depends; −1 for none.
        width: How many vectors are taken per trip along the vector's axis.
    """

    def __init__(self, loop: Loop, machine: Machine) -> None:
        self.loop = loop
        self.layouts = [
            *loop.loads,
            *(x.place for x in loop.stores),
            *(x.place for x in loop.folds),
        ]
        marks = [axis not in loop.folded for axis in range(len(loop.domain))]
        self.lengths, self.kept, self.strides = collapsed(self.layouts, loop.domain, marks)
        self.terms = ordered(
            [*(x.term for x in loop.stores), *(x.term for x in loop.folds), *loop.refusals]
        )
        widest = max((t.dtype.itemsize for t in self.terms if t.dtype != MASK), default=1)
        self.axis = self._vector_axis(machine.lanes(widest))
        self.lanes = 1 if self.axis is None else self._lanes(machine.lanes(widest))
        self.order = self._order()
        self.depths = self._depths()
        self.width = self._width(len(loop.folds))

    @property
    def first_fold(self) -> int:
        """The depth of the outermost loop that folds."""
        return next((d for d, i in enumerate(self.order) if not self.kept[i]), len(self.order))

    def trips(self, depth: int) -> int:
        """How many whole trips the loop at that depth makes."""
        axis = self.order[depth]
        return self.lengths[axis] // self.step(depth)

    def step(self, depth: int) -> int:
        """How many elements a trip at that depth takes along its axis."""
        return self.lanes * self.width if self.order[depth] == self.axis else 1

    def groups(self) -> dict[int, Group]:
        """The accesses that are done together, by their places."""
        first = len(self.loop.loads)
        reads = {term.payload for term in self.terms if term.op == "load"}
        writes = range(first, first + len(self.loop.stores))
        given = self.layouts, self.strides, self.axis, self.lanes
        return {**groups(*given, reads, PIECE), **groups(*given, writes, MOST_WRITTEN)}

    def _vector_axis(self, lanes: int) -> int | None:
        """The axis along which most accesses lie side by side, of those that are long enough."""
        if not self.lengths:
            return None
        longest = max(self.lengths)
        enough = min(lanes, longest)

        def benefit(axis: int) -> tuple[bool, int, int]:
            steps = [abs(strides[axis]) for strides in self.strides]
            beside = sum(2 if step == 1 else 1 if step == 0 else -2 for step in steps)
            return self.lengths[axis] >= enough, beside, axis

        return max(range(len(self.lengths)), key=benefit)

    def _lanes(self, most: int) -> int:
        """The vector's length: no longer than needed for a short axis."""
        assert self.axis is not None, "only loops have lanes"
        lanes = most
        while lanes > 1 and lanes // 2 >= self.lengths[self.axis]:
            lanes //= 2
        return lanes

    def _order(self) -> list[int]:
        axes = range(len(self.lengths))
        outer = [i for i in axes if self.kept[i] and i != self.axis]
        inner = [i for i in axes if not self.kept[i] and i != self.axis]
        if self.axis is None:
            return []
        return [*outer, self.axis, *inner] if self.kept[self.axis] else [*outer, *inner, self.axis]

    def _depths(self) -> dict[Term, int]:
        depths: dict[Term, int] = {}
        for term in self.terms:
            if term.op == "load":
                steps = self.strides[term.payload]
                depths[term] = max((d for d, i in enumerate(self.order) if steps[i]), default=-1)
            else:
                depths[term] = max((depths[x] for x in term.args), default=-1)
        return depths

    def _width(self, folds: int) -> int:
        if self.axis is None:
            return 1
        most = 1  # the processor overlaps short trips by itself
        if len(self.terms) <= SMALL:
            if folds:
                most = min(4, ACCUMULATORS // folds)
            elif any(term.op == "call" for term in self.terms):
                most = 2
        return max(1, min(most, self.lengths[self.axis] // self.lanes))
