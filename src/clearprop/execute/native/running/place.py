"""Where the largest or smallest element of each line stands: the first of ties, the first NaN.

Where there is one line of elements side by side, or few, its elements go through the places of a
few vectors in turn; each place keeps its best, and the best of those is found at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Final, final

import numpy as np

from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.loops.access import Access
from clearprop.execute.native.loops.instructions import Instructions
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.running.lines import Lines, each_line, without_axis
from clearprop.execute.native.special import Base, Special
from clearprop.graph import Node

PLACE: Final = np.dtype(np.int64)

MASK: Final = np.dtype(bool)

VECTORS: Final = 4
"""As many vectors are compared in turn; from as many on, a line is walked by vectors."""


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
        if self.x.strides[self.axis] == 1 and self.x.shape[self.axis] >= VECTORS * lanes:
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
        """One line, whose elements lie side by side; several vectors keep their best in turn."""
        access, unit = Access(writer, lanes), Instructions(writer, lanes)
        dtype, start = self.x.dtype, lines.starts[0]
        whole, rest = divmod(self.x.shape[self.axis], lanes)
        trips, over = divmod(whole, VECTORS)

        def taken(at: str, which: int, best: Sequence[str], tail: int = 0) -> list[str]:
            """The best with one more vector: that of the trip, or one after the last."""
            here = access.moved(start, dtype, access.times(at, VECTORS * lanes))
            element = access.load(dtype, access.moved(here, dtype, which * lanes), 1, tail)
            begin = access.spread("i64", access.times(at, VECTORS * lanes))
            place = writer.put(f"add {types[1]} {begin}, {within[which]}")
            return self._better(unit, element, place, best, access.mask(tail) if tail else "")

        types = [unit.type(dtype), unit.type(PLACE)]
        first = [
            access.load(dtype, access.moved(start, dtype, i * lanes), 1, 0) for i in range(VECTORS)
        ]
        within = [_counted(i * lanes, lanes) for i in range(VECTORS)]
        carried = [
            pair for i in range(VECTORS) for pair in zip(types, (first[i], within[i]), strict=True)
        ]

        def trip(index: str, carried: list[str]) -> list[str]:
            at = _next(writer, index)
            pairs = [taken(at, i, carried[2 * i : 2 * i + 2]) for i in range(VECTORS)]
            return [value for pair in pairs for value in pair]

        found = [value for _, value in carried]
        if trips > 1:
            found = writer.loop(trips - 1, carried, trip)
        best = [found[2 * i : 2 * i + 2] for i in range(VECTORS)]
        for which in range(over):
            best[which] = taken(str(trips), which, best[which])
        if rest:
            best[0] = taken(str(trips), over, best[0], rest)
        while len(best) > 1:
            best = [self._first(unit, *best[i : i + 2]) for i in range(0, len(best), 2)]
        access.store_one(PLACE, self._best(writer, types, best[0], lanes), lines.starts[1])

    def _first(self, unit: Instructions, a: Sequence[str], b: Sequence[str]) -> list[str]:
        """The better of two with their places; of equal ones the first."""
        put, mask, places = unit.writer.put, unit.type(MASK), unit.type(PLACE)
        wins = self._beats(unit, b[0], a[0])
        stays = self._beats(unit, a[0], b[0])
        earlier = put(f"icmp slt {places} {b[1]}, {a[1]}")
        other = put(f"xor {mask} {stays}, {unit.splat(True, MASK)}")
        tie = put(f"and {mask} {earlier}, {other}")
        chosen = put(f"or {mask} {wins}, {tie}")
        return [
            put(f"select {mask} {chosen}, {type_} {new}, {type_} {old}")
            for type_, new, old in ((unit.type(self.x.dtype), b[0], a[0]), (places, b[1], a[1]))
        ]

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

    def _best(self, writer: Writer, types: Sequence[str], found: Sequence[str], lanes: int) -> str:
        """The place of the best of a vector."""
        unit = Instructions(writer, 1)
        singles = [
            [
                writer.put(f"extractelement {type_} {value}, i32 {lane}")
                for type_, value in zip(types, found, strict=True)
            ]
            for lane in range(lanes)
        ]
        while len(singles) > 1:
            singles = [self._first(unit, *singles[i : i + 2]) for i in range(0, len(singles), 2)]
        return singles[0][1]


def _counted(first: int, lanes: int) -> str:
    """Numbers from the first on, one per place."""
    return f"<{', '.join(f'i64 {first + lane}' for lane in range(lanes))}>"


def _next(writer: Writer, index: str) -> str:
    """The number after an index."""
    if not index.startswith("%"):
        return str(int(index) + 1)
    return writer.put(f"add nuw nsw i64 {index}, 1")


def planned(node: Node, operands: Sequence[Layout], result: Layout) -> Place:
    """The step of an ``argmax`` or ``argmin``."""
    (x,) = operands
    return Place(node, x, result, dict(node.params)["axis"], node.primitive.name == "argmax")
