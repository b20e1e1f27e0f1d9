"""The rows of an array that index arrays pick, one by one in the order of the indices.

Every position is compared with the length of its axis, as a number without sign: so one comparison
finds the negative ones, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.indexing.positions import FIRST, are_known, counted
from clearprop.execute.native.layouts import Buffer, Layout, collapsed
from clearprop.execute.native.loops.access import Access
from clearprop.execute.native.loops.nest import write_loop
from clearprop.execute.native.loops.writer import Writer, element
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.special import FLAG, Base
from clearprop.execute.native.steps import Loop, Store
from clearprop.execute.native.terms import Term
from clearprop.graph import Node

OUTSIDE: Final = "outside"
"""The block to which a position outside of the array leads."""


@final
@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of an array, and another array that has such a row for each position.

    Attributes:
        array: Whose leading axes are indexed.
        indices: The index arrays, of one shape.
        wraps: Per index array whether its negative positions count from the end.
        other: The rows read there, or to be written there: of the indices' shape and a row's.
        known: Whether all positions are known to lie in the array.
    """

    array: Layout
    indices: tuple[Layout, ...]
    wraps: tuple[bool, ...]
    other: Layout
    known: bool

    @property
    def work(self) -> int:
        """About how many operations on one number it takes to go through them."""
        return 8 * prod(self.indices[0].shape) + prod(self.other.shape)

    @property
    def reads(self) -> list[Buffer]:
        """The buffers of the index arrays."""
        return [layout.buffer for layout in self.indices]

    @property
    def flags(self) -> list[Buffer]:
        """The flag, if positions are checked."""
        return [] if self.known else [FLAG]

    @property
    def line(self) -> str:
        """How many rows of which length."""
        count = prod(self.indices[0].shape)
        length = prod(self.array.shape[len(self.indices) :])
        checked = "" if self.known else ", positions checked"
        return f"{count} rows of {length} {self.array.dtype}{checked}"

    def write(
        self,
        writer: Writer,
        machine: Machine,
        base: Base,
        work: Callable[[Term, Term], tuple[Term, Layout]],
    ) -> None:
        """Write the loops over all positions.

        Args:
            writer: Where to.
            machine: What it is for.
            base: Writes how a buffer's address is found.
            work: Given a row's element in the array and in the other, what is to be stored, and
                in which of the two.
        """
        if not prod(self.indices[0].shape):
            return
        row = self._row(work)
        flag = "" if self.known else base(writer, FLAG)

        def visit(pointers: Sequence[str]) -> None:
            *places, other = pointers
            here = {self.array.buffer: self._picked(writer, first, places)}
            here[self.other.buffer] = other
            write_loop(row, writer, machine, lambda _, buffer: here[buffer])

        access = Access(writer, 1)
        first = access.moved(base(writer, self.array.buffer), self.array.dtype, self.array.offset)
        each(writer, base, [*self.indices, self._leading()], visit)
        if self.known:
            return
        after = writer.label()
        writer.do(f"br label %{after}")
        writer.open(OUTSIDE)
        writer.do(f"store i64 1, ptr {flag}, align 8")
        writer.do(f"br label %{after}")
        writer.open(after)

    def _leading(self) -> Layout:
        """Where the rows of the other begin."""
        lead = len(self.indices[0].shape)
        other = self.other
        return Layout(other.buffer, other.offset, other.shape[:lead], other.strides[:lead])

    def _row(self, work: Callable[[Term, Term], tuple[Term, Layout]]) -> Loop:
        """The work of one row, with addresses that are found for each."""
        count, lead = len(self.indices), len(self.indices[0].shape)
        parts = [
            Layout(layout.buffer, 0, layout.shape[skip:], layout.strides[skip:])
            for layout, skip in ((self.array, count), (self.other, lead))
        ]
        mine, other = (Term("load", (), part.dtype, at) for at, part in enumerate(parts))
        term, to = work(mine, other)
        place = parts[0] if to is self.array else parts[1]
        return Loop(parts[0].shape, loads=parts, stores=[Store(term, place)])

    def _picked(self, writer: Writer, first: str, places: Sequence[str]) -> str:
        """The address of the row at the positions that stand there."""
        access = Access(writer, 1)
        pointer = first
        for axis, (index, place) in enumerate(zip(self.indices, places, strict=True)):
            position = _position(writer, index.dtype, place)
            if self.wraps[axis]:
                position = _from_end(writer, position, self.array.shape[axis])
            if not self.known:
                within = writer.put(f"icmp ult i64 {position}, {self.array.shape[axis]}")
                writer.require(within, OUTSIDE)
            by = access.times(position, self.array.strides[axis])
            pointer = access.moved(pointer, self.array.dtype, by)
        return pointer


def rows_of(node: Node, array: Layout, indices: Sequence[Layout], other: Layout) -> Rows:
    """The rows that an operation reads or writes.

    Args:
        node: The operation.
        array: Whose rows.
        indices: Where its positions lie, as :func:`sources` gives them.
        other: The rows read there, or to be written there.
    """
    values = node.operands[FIRST[node.primitive.name] :]
    wraps = [
        counted(value, length) is not None
        for value, length in zip(values, array.shape, strict=False)
    ]
    return Rows(array, tuple(indices), tuple(wraps), other, are_known(values, array.shape))


def _position(writer: Writer, dtype: np.dtype[Any], place: str) -> str:
    """The number at a place, as 64 bits."""
    type_ = element(dtype)
    number = writer.put(f"load {type_}, ptr {place}, align {dtype.itemsize}")
    if dtype.itemsize == 8:
        return number
    return writer.put(f"{'sext' if dtype.kind == 'i' else 'zext'} {type_} {number} to i64")


def _from_end(writer: Writer, position: str, length: int) -> str:
    """The position itself, or where it is negative that many before the end."""
    negative = writer.put(f"icmp slt i64 {position}, 0")
    later = writer.put(f"add i64 {position}, {length}")
    return writer.put(f"select i1 {negative}, i64 {later}, i64 {position}")


def each(
    writer: Writer,
    base: Base,
    layouts: Sequence[Layout],
    visit: Callable[[Sequence[str]], None],
) -> None:
    """Write loops over the elements of layouts of one shape, in C order."""
    shape = layouts[0].shape
    lengths, _, strides = collapsed(layouts, shape, [True] * len(shape))
    access = Access(writer, 1)

    def level(depth: int, pointers: Sequence[str]) -> None:
        if depth == len(lengths):
            visit(pointers)
            return

        def trip(index: str, _: Sequence[str]) -> list[str]:
            moved = []
            for layout, steps, pointer in zip(layouts, strides, pointers, strict=True):
                by = access.times(index, steps[depth])
                moved.append(access.moved(pointer, layout.dtype, by))
            level(depth + 1, moved)
            return []

        writer.loop(lengths[depth], [], trip)

    level(0, [access.moved(base(writer, x.buffer), x.dtype, x.offset) for x in layouts])
