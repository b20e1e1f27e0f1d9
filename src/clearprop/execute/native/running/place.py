"""Where the largest or smallest element of each line stands: the first of ties, the first NaN.

Where there is one line of elements side by side, or few, its elements go through the places of a
vector in turn; each place keeps its best, and the best of those is found at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.loops.access import Access
from clearprop.execute.native.loops.instructions import Instructions
from clearprop.execute.native.loops.writer import LLVM, Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.running.lines import Lines, each_line, without_axis
from clearprop.execute.native.special import Base, Special
from clearprop.graph import Node

PLACE: Final = np.dtype(np.int64)

MASK: Final = np.dtype(bool)

LONG: Final = 4
"""From this many vectors on, a line is walked by vectors."""


@final
@dataclass(slots=True)
class Place(Special):
    """The places of extremes.

    Attributes:
        node: The operation of the graph.
        x: The elements.
        to: Where the results go.
        axis: Along which axis.
        largest: Whether the largest is looked for.
    """

    node: Node
    x: Layout
    to: Layout
    axis: int
    largest: bool

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        count = self.x.shape[self.axis]
        what = "largest" if self.largest else "smallest"
        return f"{what} of {count} {self.x.dtype}, {prod(self.to.shape)} times"

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        return [self.x.buffer]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        return [self.to.buffer]

    def write(self, writer: Writer, machine: Machine, base: Base) -> None:
        """Write the body of a function."""
        if not prod(self.to.shape):
            return
        heads = [without_axis(self.x, self.axis), self.to]
        lanes = machine.lanes(PLACE.itemsize)
        if self.x.strides[self.axis] == 1 and self.x.shape[self.axis] >= LONG * lanes:
            each_line(writer, 1, base, heads, lambda lines: self._by_vectors(writer, lines, lanes))
        else:
            each_line(writer, lanes, base, heads, lambda lines: self._together(writer, lines))

    def _together(self, writer: Writer, lines: Lines) -> None:
        """Several lines at once."""
        access, unit, dtype = lines.access, lines.unit, self.x.dtype
        step, count = self.x.strides[self.axis], self.x.shape[self.axis]
        first = access.load(dtype, lines.starts[0], lines.apart[0], lines.tail)

        def trip(index: str, carried: list[str]) -> list[str]:
            at = _next(writer, index)
            here = access.moved(lines.starts[0], dtype, access.times(at, step))
            element = access.load(dtype, here, lines.apart[0], lines.tail)
            return self._better(unit, element, access.spread("i64", at), carried)

        start = [(unit.type(dtype), first), (unit.type(PLACE), unit.splat(0, PLACE))]
        found = [value for _, value in start]
        if count > 1:
            found = writer.loop(count - 1, start, trip)
        access.store(PLACE, found[1], lines.starts[1], lines.apart[1], lines.tail)

    def _by_vectors(self, writer: Writer, lines: Lines, lanes: int) -> None:
        """One line, whose elements lie side by side."""
        access, unit = Access(writer, lanes), Instructions(writer, lanes)
        dtype, start = self.x.dtype, lines.starts[0]
        whole, rest = divmod(self.x.shape[self.axis], lanes)
        each = ", ".join(f"i64 {lane}" for lane in range(lanes))
        first = access.load(dtype, start, 1, 0)

        def places(at: str) -> str:
            begin = access.spread("i64", access.times(at, lanes))
            return writer.put(f"add {unit.type(PLACE)} {begin}, <{each}>")

        def trip(index: str, carried: list[str]) -> list[str]:
            at = _next(writer, index)
            here = access.moved(start, dtype, access.times(at, lanes))
            return self._better(unit, access.load(dtype, here, 1, 0), places(at), carried)

        types = [unit.type(dtype), unit.type(PLACE)]
        found = writer.loop(whole - 1, [(types[0], first), (types[1], f"<{each}>")], trip)
        if rest:
            here = access.moved(start, dtype, whole * lanes)
            element, here = access.load(dtype, here, 1, rest), places(str(whole))
            found = self._better(unit, element, here, found, access.mask(rest))
        access.store_one(PLACE, self._best(writer, types, found, lanes), lines.starts[1])

    def _better(
        self, unit: Instructions, element: str, place: str, best: Sequence[str], only: str = ""
    ) -> list[str]:
        """The better ones of new elements and the best so far, with their places."""
        dtype, put, mask = self.x.dtype, unit.writer.put, unit.type(MASK)
        wins = self._beats(unit, element, best[0])
        if only:
            wins = put(f"and {mask} {wins}, {only}")
        return [
            put(f"select {mask} {wins}, {type_} {new}, {type_} {old}")
            for type_, new, old in (
                (unit.type(dtype), element, best[0]),
                (unit.type(PLACE), place, best[1]),
            )
        ]

    def _beats(self, unit: Instructions, a: str, b: str) -> str:
        """Whether a is beyond b, or alone NaN."""
        dtype, put, type_ = self.x.dtype, unit.writer.put, unit.type(self.x.dtype)
        side = "gt" if self.largest else "lt"
        if dtype.kind != "f":
            return put(f"icmp {'s' if dtype.kind == 'i' else 'u'}{side} {type_} {a}, {b}")
        beyond = put(f"fcmp u{side} {type_} {a}, {b}")
        known = put(f"fcmp ord {type_} {b}, {b}")
        return put(f"and {unit.type(MASK)} {beyond}, {known}")

    def _best(self, writer: Writer, types: Sequence[str], found: list[str], lanes: int) -> str:
        """The place of the best of a vector; of equal ones the first."""
        unit, put = Instructions(writer, 1), writer.put
        best: list[str] = []
        for lane in range(lanes):
            element, place = (
                put(f"extractelement {type_} {value}, i32 {lane}")
                for type_, value in zip(types, found, strict=True)
            )
            if not best:
                best = [element, place]
                continue
            beaten = self._beats(unit, best[0], element)
            wins = self._beats(unit, element, best[0])
            earlier = put(f"icmp slt i64 {place}, {best[1]}")
            tie = put(f"select i1 {beaten}, i1 false, i1 {earlier}")
            chosen = put(f"or i1 {wins}, {tie}")
            single: Any = LLVM[self.x.dtype.name]
            best = [
                put(f"select i1 {chosen}, {type_} {new}, {type_} {old}")
                for type_, new, old in ((single, element, best[0]), ("i64", place, best[1]))
            ]
        return best[1]


def _next(writer: Writer, index: str) -> str:
    """The number after an index."""
    if not index.startswith("%"):
        return str(int(index) + 1)
    return writer.put(f"add nuw nsw i64 {index}, 1")


def planned(node: Node, operands: Sequence[Layout], result: Layout) -> Place:
    """The step of an ``argmax`` or ``argmin``."""
    (x,) = operands
    return Place(node, x, result, dict(node.params)["axis"], node.primitive.name == "argmax")
