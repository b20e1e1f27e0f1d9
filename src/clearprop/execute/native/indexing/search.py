"""Where numbers belong in sorted ones: a binary search whose steps are known before.

The rest of the row that may still hold the place shrinks by the same amounts whatever the numbers
are, so there is no branch, and no position outside of the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import final

from clearprop.execute.native.indexing.rows import each
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.loops.access import Access
from clearprop.execute.native.loops.writer import LLVM, Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.special import Base, Special
from clearprop.graph import Node


@final
@dataclass(slots=True)
class Search(Special):
    """The places of numbers in sorted rows.

    Attributes:
        node: The operation of the graph.
        rows: The sorted rows.
        wanted: The numbers, those for each row side by side.
        places: Where the results go.
        right: Whether equal ones stand before.
    """

    node: Node
    rows: Layout
    wanted: Layout
    places: Layout
    right: bool

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        return f"search  {prod(self.wanted.shape)} {self.wanted.dtype} in {self.rows.shape[-1]}"

    @property
    def work(self) -> int:
        """About how many operations on one number it is."""
        return 4 * prod(self.wanted.shape) * self.rows.shape[-1].bit_length()

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        return [self.rows.buffer, self.wanted.buffer]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        return [self.places.buffer]

    def write(self, writer: Writer, machine: Machine, base: Base) -> None:
        """Write the body of a function."""
        if not prod(self.wanted.shape):
            return
        access = Access(writer, 1)
        starts = Layout(  # for each number the row in which it is searched
            self.rows.buffer, self.rows.offset, self.wanted.shape, (*self.rows.strides[:-1], 0)
        )

        def visit(pointers: Sequence[str]) -> None:
            row, number, place = pointers
            value = access.load(self.wanted.dtype, number, 1, 0)
            access.store_one(self.places.dtype, self._found(writer, row, value), place)

        each(writer, base, [starts, self.wanted, self.places], visit)

    def _found(self, writer: Writer, row: str, value: str) -> str:
        """How many numbers of the row stand before the value."""
        start, length = "0", self.rows.shape[-1]
        while length:
            half = max(length // 2, 1)
            start = self._step(writer, row, value, start, half)
            length -= half if length > 1 else 1
        return start

    def _step(self, writer: Writer, row: str, value: str, start: str, half: int) -> str:
        """The start, moved on by half if the number right before that stands before the value."""
        access, put = Access(writer, 1), writer.put
        further = put(f"add i64 {start}, {half}")
        last = put(f"add i64 {start}, {half - 1}")
        by = put(f"mul i64 {last}, {self.rows.strides[-1]}")
        there = access.load(self.rows.dtype, access.moved(row, self.rows.dtype, by), 1, 0)
        before = self._before(writer, there, value)
        return put(f"select i1 {before}, i64 {further}, i64 {start}")

    def _before(self, writer: Writer, there: str, value: str) -> str:
        """Whether a number of the row is smaller, or not larger; NaN is larger than all others."""
        dtype, put = self.rows.dtype, writer.put
        type_ = LLVM[dtype.name]
        if dtype.kind != "f":
            sign = "s" if dtype.kind == "i" else "u"
            return put(f"icmp {sign}{'le' if self.right else 'lt'} {type_} {there}, {value}")
        if self.right:  # the value is not smaller: neither known to be, nor NaN there alone
            most = put(f"fcmp ole {type_} {there}, {value}")
            unknown = put(f"fcmp uno {type_} {value}, {value}")
            return put(f"or i1 {most}, {unknown}")
        smaller = put(f"fcmp ult {type_} {there}, {value}")
        known = put(f"fcmp ord {type_} {there}, {there}")
        return put(f"and i1 {smaller}, {known}")


def planned(node: Node, operands: Sequence[Layout], result: Layout) -> Search:
    """The step of a ``searchsorted``."""
    rows, wanted = operands
    return Search(node, rows, wanted, result, bool(dict(node.params)["right"]))
