"""Every line of an array along an axis put in order, with the places where its numbers stood.

Runs of a few numbers are sorted by insertion, then pairs of runs are merged until one is left; the
choice of the next number is no branch. Equal numbers, and NaN, stay in their order. Source: D. E.
Knuth, *The Art of Computer Programming*, vol. 3, 2nd ed. (1998), sections 5.2.1 and 5.2.4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.factors.text import Index, Text
from clearprop.execute.native.indexing.rows import each
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.running.lines import without_axis
from clearprop.execute.native.special import SCRATCH, Base, Special
from clearprop.graph import Node

RUN: Final = 16
"""So many numbers are sorted by insertion."""

WORD: Final = np.dtype(np.int64)

LOW: Final = 2**32 - 1
"""The lower half of a word."""

Words = Sequence[str]
"""Where words are that are sorted, and those that go along."""


@final
@dataclass(slots=True)
class Ordering(Special):
    """Lines in order.

    Attributes:
        node: The operation of the graph.
        x: The lines.
        values: Where the numbers go; None if they are not wanted.
        places: Where their places go.
        axis: Along which axis.
        falling: Whether the largest come first.
    """

    node: Node
    x: Layout
    values: Layout | None
    places: Layout
    axis: int
    falling: bool

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        count, lines = self.x.shape[self.axis], prod(without_axis(self.x, self.axis).shape)
        name = self.node.primitive.name
        some = f"{self.places.shape[self.axis]} of " if self.falling else ""
        return f"{name}: {lines} lines of {some}{count} {self.x.dtype}"

    def scratch_bytes(self, machine: Machine) -> int:
        """How much memory it has to itself: what is sorted, twice."""
        arrays = 1 if is_packed(self.x.dtype) else 2
        return 2 * arrays * self.x.shape[self.axis] * WORD.itemsize

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        return [self.x.buffer]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        values = [] if self.values is None else [self.values.buffer]
        return [*values, self.places.buffer]

    def write(self, writer: Writer, machine: Machine, base: Base) -> None:
        """Write the body of a function."""
        if not prod(self.places.shape):
            return
        results = [self.places] if self.values is None else [self.places, self.values]
        heads = [without_axis(layout, self.axis) for layout in (self.x, *results)]
        count, steps = self.x.shape[self.axis], [x.strides[self.axis] for x in (self.x, *results)]
        sorter = Sorter(writer, self.x.dtype, count, self.falling)
        arrays = 1 if is_packed(self.x.dtype) else 2
        words = [
            sorter.access.moved(base(writer, SCRATCH), WORD, place * count)
            for place in range(2 * arrays)
        ]

        def visit(starts: Sequence[str]) -> None:
            sorter.runs(starts[0], steps[0], words[:arrays])
            done = sorter.merged(words[:arrays], words[arrays:])
            sorter.give(done, self.places.shape[self.axis], starts, steps)

        each(writer, base, heads, visit)


def is_packed(dtype: np.dtype[Any]) -> bool:
    """Whether a number and its place go into one word."""
    return dtype.itemsize <= WORD.itemsize // 2


@final
class Sorter:
    """Writes how a line is sorted.

    What is sorted are words: integers in the numbers' order, the lower half of each the place where
    the number stood; of numbers of 64 bits the places are words of their own.

    Args:
        writer: Where to.
        dtype: Of the numbers.
        count: How many there are.
        falling: Whether the largest come first.
    """

    def __init__(self, writer: Writer, dtype: np.dtype[Any], count: int, falling: bool) -> None:
        self.writer = writer
        self.dtype = dtype
        self.count = count
        self.falling = falling
        self.text = Text(writer, dtype, 1)
        self.access = self.text.access

    def runs(self, line: str, step: int, to: Words) -> None:
        """Read a line, and sort as many numbers at a time as are in a run."""
        text, access = self.text, self.access

        def run(number: Index, _: list[str]) -> list[str]:
            first = text.times(number, RUN)

            def insert(i: Index, _: list[str]) -> list[str]:
                there = access.moved(line, self.dtype, access.times(str(i), step))
                words = self._words(access.load(self.dtype, there, 1, 0), i)
                self._put(to, self._gap(to, words[0], first, i), words)
                return []

            text.span(first, self._smaller(text.plus(first, RUN)), insert)
            return []

        text.span(0, -(-self.count // RUN), run)

    def merged(self, one: Words, other: Words) -> Words:
        """Merge pairs of runs until there is one; where it is."""
        passes = 0
        while RUN << passes < self.count:
            passes += 1
        arrays, start = len(one), [("i64", str(RUN)), *(("ptr", x) for x in (*one, *other))]

        def all_runs(_: Index, carried: list[str]) -> list[str]:
            width, source, to = carried[0], carried[1 : 1 + arrays], carried[1 + arrays :]
            both = str(self.text.plus(width, width))
            rounded = self.text.plus(self.text.plus(both, -1), self.count)
            trips = self.writer.put(f"udiv i64 {rounded}, {both}")

            def two(number: Index, _: list[str]) -> list[str]:
                first: Index = self.writer.put(f"mul nsw i64 {number}, {both}")
                middle = self._smaller(self.text.plus(first, width))
                self._merge(source, to, first, middle, self._smaller(self.text.plus(first, both)))
                return []

            self.text.span(0, trips, two)
            return [both, *to, *source]

        return self.text.span(0, passes, all_runs, start)[1 : 1 + arrays]

    def give(self, done: Words, count: int, starts: Sequence[str], steps: Sequence[int]) -> None:
        """Write the first places, and the numbers that stand there, to where they go."""
        text, access = self.text, self.access

        def moved(array: int, dtype: np.dtype[Any], i: Index | str) -> str:
            by = access.times(str(i), steps[array])
            return access.moved(starts[array], dtype, by)

        def one(i: Index, _: list[str]) -> list[str]:
            place = self._get(done, i)[-1]
            if is_packed(self.dtype):
                place = self.writer.put(f"and i64 {place}, {LOW}")
            access.store_one(WORD, place, moved(1, WORD, i))
            if len(starts) > 2:
                number = access.load(self.dtype, moved(0, self.dtype, place), 1, 0)
                access.store_one(self.dtype, number, moved(2, self.dtype, i))
            return []

        text.span(0, count, one)

    # Words ----------------------------------------------------------------------------------------

    def _words(self, number: str, place: Index) -> list[str]:
        """What is sorted for a number."""
        put, bits = self.writer.put, 8 * self.dtype.itemsize
        key = self._key(number)
        if self.falling:
            key = put(f"xor i{bits} {key}, -1")
        if not is_packed(self.dtype):
            return [key, str(place)]
        wide = put(f"sext i{bits} {key} to i64")
        return [put(f"or i64 {put(f'shl i64 {wide}, 32')}, {place}")]

    def _key(self, number: str) -> str:
        """An integer with sign in the order of the numbers; zeros are equal, and all NaN."""
        put, bits, type_ = self.writer.put, 8 * self.dtype.itemsize, self.text.type
        if self.dtype.kind == "b":
            return put(f"zext i1 {number} to i8")
        if self.dtype.kind == "i":
            return number
        least, most = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
        if self.dtype.kind == "u":
            return put(f"xor i{bits} {number}, {least}")
        positive = put(f"fadd {type_} {number}, {self.text.literal(0.0)}")  # of -0, too
        plain = put(f"bitcast {type_} {positive} to i{bits}")
        sign = put(f"ashr i{bits} {plain}, {bits - 1}")
        key = put(f"xor i{bits} {plain}, {put(f'and i{bits} {sign}, {most}')}")
        unknown = put(f"fcmp uno {type_} {number}, {number}")
        return put(f"select i1 {unknown}, i{bits} {most}, i{bits} {key}")

    def _get(self, words: Words, at: Index) -> list[str]:
        return [self.access.load(WORD, self.access.moved(x, WORD, at), 1, 0) for x in words]

    def _put(self, to: Words, at: Index, words: Sequence[str]) -> None:
        for start, word in zip(to, words, strict=True):
            self.access.store_one(WORD, word, self.access.moved(start, WORD, at))

    def _before(self, a: str, b: str) -> str:
        return self.writer.put(f"icmp slt i64 {a}, {b}")

    def _smaller(self, a: Index) -> str:
        """A place, or the one after the last number."""
        if isinstance(a, int):
            return str(min(a, self.count))
        types = (("i64", str(a)), ("i64", str(self.count)))
        return self.writer.intrinsic("llvm.smin.i64", "i64", *types)

    # Insertion and merging ------------------------------------------------------------------------

    def _gap(self, to: Words, word: str, first: Index, i: Index) -> str:
        """Where a word belongs in the run before it, what comes behind it moved on by one."""
        writer = self.writer
        before, (head, look, move, after) = writer.block, [writer.label() for _ in range(4)]
        writer.do(f"br label %{head}")
        writer.open(head)
        place, hole = writer.name(), len(writer.lines)
        writer.lines.append("")
        more = writer.put(f"icmp sgt i64 {place}, {first}")
        writer.do(f"br i1 {more}, label %{look}, label %{after}")
        writer.open(look)
        last = str(self.text.plus(place, -1))
        there = self._get(to, last)
        goes_before = self._before(word, there[0])
        writer.do(f"br i1 {goes_before}, label %{move}, label %{after}")
        writer.open(move)
        self._put(to, place, there)
        writer.do(f"br label %{head}")
        writer.lines[hole] = f"  {place} = phi i64 [{i}, %{before}], [{last}, %{move}]"
        writer.open(after)
        return place

    def _merge(self, source: Words, to: Words, first: Index, middle: str, end: str) -> None:
        """Merge two runs that follow one another."""
        writer, put = self.writer, self.writer.put
        before, (head, inside, after) = writer.block, [writer.label() for _ in range(3)]
        writer.do(f"br label %{head}")
        writer.open(head)
        names = [writer.name() for _ in range(3)]
        left, right, place = names
        hole = len(writer.lines)
        writer.lines.extend("" for _ in names)
        some = put(f"icmp slt i64 {left}, {middle}")
        others = put(f"icmp slt i64 {right}, {end}")
        writer.do(f"br i1 {put(f'and i1 {some}, {others}')}, label %{inside}, label %{after}")
        writer.open(inside)
        one, other = self._get(source, left), self._get(source, right)
        taken = self._before(other[0], one[0])
        chosen = [
            put(f"select i1 {taken}, i64 {new}, i64 {old}")
            for new, old in zip(other, one, strict=True)
        ]
        self._put(to, place, chosen)
        step = put(f"zext i1 {taken} to i64")
        following = [
            put(f"sub i64 {self.text.plus(left, 1)}, {step}"),
            put(f"add i64 {right}, {step}"),
            str(self.text.plus(place, 1)),
        ]
        writer.do(f"br label %{head}")
        for name, start, now in zip(names, (first, middle, first), following, strict=True):
            writer.lines[hole] = f"  {name} = phi i64 [{start}, %{before}], [{now}, %{inside}]"
            hole += 1
        writer.open(after)
        for start, stop in ((left, middle), (right, end)):
            (place,) = self.text.span(start, stop, self._rest(source, to), [("i64", place)])

    def _rest(self, source: Words, to: Words) -> Callable[[Index, list[str]], list[str]]:
        def one(i: Index, carried: list[str]) -> list[str]:
            self._put(to, carried[0], self._get(source, i))
            return [str(self.text.plus(carried[0], 1))]

        return one


def planned(node: Node, operands: Sequence[Layout], *results: Layout) -> Ordering:
    """The step of a ``sort``, ``argsort`` or ``top_k``."""
    (x,) = operands
    falling = node.primitive.name == "top_k"
    values = results[0] if len(results) > 1 else None
    return Ordering(node, x, values, results[-1], dict(node.params)["axis"], falling)
