"""Matrices in memory and in registers: vectors along rows, and loops that may have no trip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from clearprop.execute.native.loops.access import Access
from clearprop.execute.native.loops.instructions import Instructions, literal
from clearprop.execute.native.loops.writer import LLVM, Writer

Index = int | str
"""A count or offset: known now, or a value's name."""


@final
@dataclass(frozen=True, slots=True)
class Matrix:
    """Where the elements of a matrix lie.

    Attributes:
        start: The address of the first one.
        down: How far a row is from the next, in elements.
        right: How far a column is from the next.
    """

    start: str
    down: int
    right: int = 1

    @property
    def turned(self) -> Matrix:
        """The transposed matrix."""
        return Matrix(self.start, self.right, self.down)


@final
class Text:
    """Writes what is done with vectors of numbers of one kind.

    Args:
        writer: Where to.
        dtype: Of the numbers.
        lanes: How many a vector holds; of 1, they are single numbers.
    """

    def __init__(self, writer: Writer, dtype: np.dtype[Any], lanes: int) -> None:
        self.writer = writer
        self.dtype = dtype
        self.lanes = lanes
        self.access = Access(writer, lanes)
        self.unit = Instructions(writer, lanes)
        self.type = self.unit.type(dtype)
        self.mask = self.unit.type(np.dtype(bool))
        self.single = LLVM[dtype.name]
        self._named = f"{'' if lanes == 1 else f'v{lanes}'}f{8 * dtype.itemsize}"

    # Counts and addresses -------------------------------------------------------------------------

    def plus(self, a: Index, b: Index) -> Index:
        """The sum of two counts."""
        if isinstance(a, int) and isinstance(b, int):
            return a + b
        return self.writer.put(f"add nsw i64 {a}, {b}")

    def minus(self, a: Index, b: Index) -> Index:
        """The difference of two counts."""
        if isinstance(a, int) and isinstance(b, int):
            return a - b
        return self.writer.put(f"sub nsw i64 {a}, {b}")

    def times(self, a: Index, by: int) -> Index:
        """A multiple of a count."""
        if isinstance(a, int):
            return a * by
        return a if by == 1 else self.writer.put(f"mul nsw i64 {a}, {by}")

    def block(self, at: Index) -> Index:
        """Which vector of a row holds an element."""
        if isinstance(at, int):
            return at // self.lanes
        return self.writer.put(f"lshr i64 {at}, {self.lanes.bit_length() - 1}")

    def at(self, matrix: Matrix, row: Index, column: Index = 0) -> str:
        """The address of an element."""
        here = self.access.moved(matrix.start, self.dtype, self.times(row, matrix.down))
        return self.access.moved(here, self.dtype, self.times(column, matrix.right))

    def in_row(self, row: str, block: Index) -> str:
        """The address of a vector of a row."""
        return self.access.moved(row, self.dtype, self.times(block, self.lanes))

    # Numbers --------------------------------------------------------------------------------------

    def load(self, pointer: str, tail: int = 0) -> str:
        """A vector, or the first numbers of one and zeros."""
        return self.access.load(self.dtype, pointer, 1, tail)

    def store(self, value: str, pointer: str, tail: int = 0) -> None:
        """Write a vector, or the first numbers of one."""
        self.access.store(self.dtype, value, pointer, 1, tail)

    def one(self, pointer: str) -> str:
        """A single number."""
        return self.writer.put(f"load {self.single}, ptr {pointer}, align {self.dtype.itemsize}")

    def store_one(self, value: str, pointer: str) -> None:
        """Write a single number."""
        self.access.store_one(self.dtype, value, pointer)

    def spread(self, value: str) -> str:
        """A single number in every lane."""
        return self.access.spread(self.single, value)

    def lane(self, vector: str, place: int) -> str:
        """One lane's number in every lane."""
        if self.lanes == 1:
            return vector
        chosen = ", ".join([f"i32 {place}"] * self.lanes)
        return self.writer.put(
            f"shufflevector {self.type} {vector}, {self.type} poison, "
            f"<{self.lanes} x i32> <{chosen}>"
        )

    def with_lane(self, vector: str, other: str, place: int) -> str:
        """A vector with one lane of another one."""
        if self.lanes == 1:
            return other
        chosen = [f"i32 {k + self.lanes if k == place else k}" for k in range(self.lanes)]
        return self.writer.put(
            f"shufflevector {self.type} {vector}, {self.type} {other}, "
            f"<{self.lanes} x i32> <{', '.join(chosen)}>"
        )

    def constant(self, value: float) -> str:
        """A number in every lane."""
        return self.unit.splat(value, self.dtype)

    def literal(self, value: float) -> str:
        """A single number."""
        return literal(value, self.dtype)

    def combine(self, op: str, a: str, b: str) -> str:
        """The sum, difference, product or quotient."""
        return self.unit.combine(op, self.dtype, a, b)

    def less(self, c: str, a: str, b: str) -> str:
        """What is left of c without a·b."""
        return self.combine("subtract", c, self.combine("multiply", a, b))

    def reciprocal(self, x: str) -> str:
        """One divided by numbers."""
        return self.combine("divide", self.constant(1.0), x)

    def root(self, x: str) -> str:
        """Square roots."""
        return self.writer.intrinsic(f"llvm.sqrt.{self._named}", self.type, (self.type, x))

    def opposite(self, x: str) -> str:
        """Numbers with the other sign."""
        return self.writer.put(f"fneg {self.type} {x}")

    def with_sign(self, x: str, sign: str) -> str:
        """Numbers with the signs of others."""
        given = (self.type, x), (self.type, sign)
        return self.writer.intrinsic(f"llvm.copysign.{self._named}", self.type, *given)

    def size(self, x: str) -> str:
        """Absolute values."""
        return self.writer.intrinsic(f"llvm.fabs.{self._named}", self.type, (self.type, x))

    # Truth values ---------------------------------------------------------------------------------

    def compare(self, how: str, a: str, b: str) -> str:
        """A truth value per lane."""
        return self.writer.put(f"fcmp {how} {self.type} {a}, {b}")

    def either(self, a: str, b: str) -> str:
        """Whether one of two holds, in each lane; the empty one never does."""
        return self.writer.put(f"or {self.mask} {a}, {b}") if a and b else a or b

    def both(self, a: str, b: str) -> str:
        """Whether both hold, in each lane."""
        return self.writer.put(f"and {self.mask} {a}, {b}")

    def different(self, a: str, b: str) -> str:
        """Whether one of two holds and the other does not, in each lane."""
        return self.writer.put(f"xor {self.mask} {a}, {b}")

    def choose(self, mask: str, yes: str, no: str) -> str:
        """The one or the other, in each lane."""
        return self.writer.put(f"select {self.mask} {mask}, {self.type} {yes}, {self.type} {no}")

    def choose_truth(self, mask: str, yes: str, no: str) -> str:
        """The one truth value or the other, in each lane."""
        return self.writer.put(f"select {self.mask} {mask}, {self.mask} {yes}, {self.mask} {no}")

    # Loops ----------------------------------------------------------------------------------------

    def span(
        self,
        start: Index,
        stop: Index,
        body: Callable[[Index, list[str]], Sequence[str]],
        carried: Sequence[tuple[str, str]] = (),
    ) -> list[str]:
        """A loop over start, …, stop − 1, which may be none.

        Args:
            start: The first index.
            stop: The one after the last.
            body: Writes a trip, given the index and the carried values; returns the next ones.
            carried: The types and first values of what goes from trip to trip.

        Returns:
            The carried values after the last trip.
        """
        first = [value for _, value in carried]
        if isinstance(start, int) and isinstance(stop, int) and stop - start <= 1:
            return list(body(start, first)) if start < stop else first
        writer = self.writer
        before, head, inside, after = writer.block, *(writer.label() for _ in range(3))
        writer.do(f"br label %{head}")
        writer.open(head)
        index, names = writer.name(), [writer.name() for _ in carried]
        hole = len(writer.lines)
        writer.lines.extend("" for _ in range(1 + len(names)))
        more = writer.put(f"icmp slt i64 {index}, {stop}")
        writer.do(f"br i1 {more}, label %{inside}, label %{after}")
        writer.open(inside)
        results = body(index, names)
        following = writer.put(f"add nuw nsw i64 {index}, 1")
        phis = [(index, "i64", str(start), following)]
        phis += [
            (name, type_, value, result)
            for name, (type_, value), result in zip(names, carried, results, strict=True)
        ]
        last = writer.block
        for place, (name, type_, old, new) in enumerate(phis, hole):
            writer.lines[place] = f"  {name} = phi {type_} [{old}, %{before}], [{new}, %{last}]"
        writer.do(f"br label %{head}")
        writer.open(after)
        return names

    def copy(self, source: Matrix, to: Matrix, rows: int, columns: int) -> None:
        """Copy a matrix; the target's columns lie side by side."""
        if source.right != 1 and columns > 1:
            self._copy_singly(source, to, rows, columns)
            return
        full, rest = divmod(columns, self.lanes)

        def row(i: Index, _: list[str]) -> list[str]:
            here, there = self.at(source, i), self.at(to, i)

            def vector(block: Index, _: list[str]) -> list[str]:
                self.store(self.load(self.in_row(here, block)), self.in_row(there, block))
                return []

            self.span(0, full, vector)
            if rest:
                value = self.load(self.in_row(here, full), rest)
                self.store(value, self.in_row(there, full), rest)
            return []

        self.span(0, rows, row)

    def _copy_singly(self, source: Matrix, to: Matrix, rows: int, columns: int) -> None:
        def row(i: Index, _: list[str]) -> list[str]:
            here, there = self.at(source, i), self.at(to, i)

            def element(j: Index, _: list[str]) -> list[str]:
                value = self.one(self.access.moved(here, self.dtype, self.times(j, source.right)))
                self.store_one(value, self.access.moved(there, self.dtype, j))
                return []

            self.span(0, columns, element)
            return []

        self.span(0, rows, row)
