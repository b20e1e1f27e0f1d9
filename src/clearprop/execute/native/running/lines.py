"""All lines of an array along one axis, several at a time: a vector holds one number of each.

So what goes along a line step by step, each needing the one before, is done for as many lines at
once as a vector has places, whether they lie side by side or not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

from clearprop.execute.native.layouts import Layout, collapsed
from clearprop.execute.native.loops.access import Access
from clearprop.execute.native.loops.instructions import Instructions
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.special import Base


@final
@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines that are walked together.

    Attributes:
        access: Their loads and stores.
        unit: Their instructions.
        starts: Per array the address of the first line's first element.
        apart: Per array how far one line is from the next.
        tail: How many of the lines there are, if not as many as places; else 0.
    """

    access: Access
    unit: Instructions
    starts: Sequence[str]
    apart: Sequence[int]
    tail: int


def without_axis(layout: Layout, axis: int) -> Layout:
    """The first elements of all lines along an axis."""
    shape, strides = list(layout.shape), list(layout.strides)
    del shape[axis], strides[axis]
    return Layout(layout.buffer, layout.offset, tuple(shape), tuple(strides))


def each_line(
    writer: Writer,
    lanes: int,
    base: Base,
    layouts: Sequence[Layout],
    visit: Callable[[Lines], None],
) -> None:
    """Write loops over all lines.

    Args:
        writer: Where to.
        lanes: How many lines to take at a time, at most.
        base: Writes how a buffer's address is found.
        layouts: Per array where its lines start; of one shape, without empty axes.
        visit: Writes what is done for some lines.
    """
    shape = layouts[0].shape
    lengths, _, strides = collapsed(layouts, shape, [True] * len(shape))
    across = _across(lengths, strides)
    count = lengths[across] if lengths else 1
    while lanes > 1 and lanes // 2 >= count:
        lanes //= 2
    access, unit = Access(writer, lanes), Instructions(writer, lanes)
    apart = [steps[across] if lengths else 0 for steps in strides]
    outer = [axis for axis in range(len(lengths)) if axis != across]

    def moved(starts: Sequence[str], index: str, steps: Sequence[int]) -> list[str]:
        return [
            access.moved(start, layout.dtype, access.times(index, step))
            for start, layout, step in zip(starts, layouts, steps, strict=True)
        ]

    def together(starts: Sequence[str]) -> None:
        whole, rest = divmod(count, lanes)
        by = [lanes * step for step in apart]

        def trip(index: str, _: Sequence[str]) -> list[str]:
            visit(Lines(access, unit, moved(starts, index, by), apart, 0))
            return []

        if whole:
            writer.loop(whole, [], trip)
        if rest:
            visit(Lines(access, unit, moved(starts, str(whole), by), apart, rest))

    def level(depth: int, starts: Sequence[str]) -> None:
        if depth == len(outer):
            together(starts)
            return

        def trip(index: str, _: Sequence[str]) -> list[str]:
            level(depth + 1, moved(starts, index, [steps[outer[depth]] for steps in strides]))
            return []

        writer.loop(lengths[outer[depth]], [], trip)

    level(0, [access.moved(base(writer, x.buffer), x.dtype, x.offset) for x in layouts])


def _across(lengths: Sequence[int], strides: Sequence[Sequence[int]]) -> int:
    """The axis from line to line: that along which most lie side by side, or else the longest."""

    def benefit(axis: int) -> tuple[int, int]:
        return sum(steps[axis] == 1 for steps in strides), lengths[axis]

    return max(range(len(lengths)), key=benefit, default=0)
