"""Which loops are cut into chunks that several threads may take, and where.

It follows from shapes and the machine alone: the time that the loop takes is estimated, and from
some tens of microseconds on it is cut, so that small loops have no part in it. A loop that is cut
along an axis that it folds gives each chunk places of its own for what it takes together, and takes
those together in the end, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Final, final

from clearprop.execute.native.layouts import Buffer, Layout, c_strides
from clearprop.execute.native.loops.walk import Walk
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.steps import Fold, Loop
from clearprop.execute.native.terms import Term
from clearprop.graph import type_of

WORTH: Final = 60_000
"""From so many nanoseconds on, of one thread's time, a loop is cut."""

CHUNK: Final = 15_000
"""So many a chunk takes at least."""

MOST: Final = 64
"""The most chunks."""

ENOUGH: Final = 16
"""So many chunks do where more would have to be taken together in the end."""

_QUICK: Final = 40_000
"""Below so many elements times operations nothing is worth a look."""

_COSTS: Final = {"call": 8.0, "divide": 4.0, "floor_divide": 10.0, "remainder": 10.0}
"""What takes longer than a few instructions on a vector, in those."""

_ONE: Final = 0.4
"""The nanoseconds of an operation on a vector."""

_APART: Final = 0.5
"""The nanoseconds to read or write a number that does not lie beside its neighbours."""

_BYTE: Final = 0.03
"""The nanoseconds for each byte of arrays that are read or written; what a core gets of memory."""


@final
@dataclass(frozen=True, slots=True)
class Cut:
    """How a loop is cut.

    Attributes:
        depth: Which of the nested loops, from the outermost.
        chunks: How many.
        trips: How many whole trips that loop makes, which are shared out evenly; what is left
            over along its axis goes with the last.
        step: How many elements a trip takes along the axis.
        partials: Per fold, what the chunks take together by themselves; none where what is folded
            stays together. The buffers lie in the step's scratch, one after the other.
    """

    depth: int
    chunks: int
    trips: int
    step: int
    partials: tuple[Buffer, ...] = ()

    @property
    def scratch_bytes(self) -> int:
        """The memory for partial results."""
        return sum(map(_room, self.partials))

    def offset(self, buffer: Buffer) -> int:
        """Where a buffer of partial results starts in the scratch."""
        return sum(map(_room, self.partials[: self.partials.index(buffer)]))


def cut(loop: Loop, machine: Machine) -> Cut | None:
    """How a loop is cut; None if it is not.

    Args:
        loop: The loop.
        machine: What it is for.
    """
    if prod(loop.domain) * (2 + len(loop.nodes)) < _QUICK or set(loop.reads()) & set(loop.writes()):
        return None
    walk = Walk(loop, machine)
    time = _nanoseconds(walk)
    if time < WORTH:
        return None
    wanted = min(MOST, int(time / CHUNK))
    kept = range(walk.first_fold)
    folding = range(walk.first_fold, len(walk.order))
    enough = [d for d in kept if walk.trips(d) >= min(wanted, ENOUGH)]
    depth = enough[0] if enough else max([*kept, *folding], key=walk.trips)
    trips = walk.trips(depth)
    chunks = min(wanted, trips)
    if chunks < 2:
        return None
    lengths = [n for n, is_kept in zip(walk.lengths, walk.kept, strict=True) if is_kept]
    partials = tuple(
        Buffer(-2 - place, type_of((chunks, *lengths), fold.term.dtype))
        for place, fold in enumerate(loop.folds)
        if depth in folding
    )
    return Cut(depth, chunks, trips, walk.step(depth), partials)


def together(loop: Loop, cut: Cut, machine: Machine) -> Loop:
    """The loop that takes the chunks' partial results together."""
    walk = Walk(loop, machine)
    made = Loop(cut.partials[0].type.shape, (0,))
    for place, (fold, buffer) in enumerate(zip(loop.folds, cut.partials, strict=True)):
        shape = buffer.type.shape
        steps = walk.strides[len(walk.strides) - len(loop.folds) + place]
        along = [step for step, is_kept in zip(steps, walk.kept, strict=True) if is_kept]
        to = Layout(fold.place.buffer, fold.place.offset, shape, (0, *along))
        made.loads.append(Layout(buffer, 0, shape, c_strides(shape)))
        made.folds.append(Fold(fold.op, Term("load", (), fold.term.dtype, place), to))
    return made


def _nanoseconds(walk: Walk) -> float:
    """About how long one thread takes: computing, or moving what is read and written."""
    computing = 0.0
    trips = [prod(walk.lengths[i] for i in walk.order[: d + 1]) for d in range(len(walk.order))]
    for term in walk.terms:
        depth = walk.depths[term]
        if depth >= 0:
            computing += trips[depth] / walk.lanes * _ONE * _COSTS.get(term.op, 1.0)
    moving = 0.0
    for layout, strides in zip(walk.layouts, walk.strides, strict=True):
        count = prod(n for n, step in zip(walk.lengths, strides, strict=True) if step)
        beside = walk.axis is None or abs(strides[walk.axis]) <= 1
        moving += count * (layout.dtype.itemsize * _BYTE if beside else _APART)
    return max(computing, moving)


def _room(buffer: Buffer) -> int:
    return -(-buffer.bytes // 64) * 64
