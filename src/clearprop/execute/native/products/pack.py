"""Copies of parts of A and B in the order in which the micro-kernel reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, final

from clearprop.execute.native.products.product import DType
from clearprop.execute.native.products.writer import Index, Module, Numbers, Writer


@final
@dataclass(frozen=True, slots=True)
class Move:
    """What is copied where.

    Whole vectors are written, row after row: up to a vector after the target is overwritten.

    Attributes:
        depth: How many rows the target gets.
        source: Where the first number stands.
        stride: Elements from one row of the source to the next.
        target: Where the first number goes.
        width: Elements from one row of the target to the next.
        filled: How many numbers the last vector of a row gets, at least 1.
    """

    depth: Index
    source: str
    stride: Index
    target: str
    width: Index
    filled: Index


_TURNED: Final = 32
"""The bytes of the vectors that rows are turned with."""


def copy(w: Writer, module: Module, dtype: DType, vectors: int, move: Move) -> None:
    """Copy rows, each of that many vectors, closer together."""

    def body(inner: Writer) -> None:
        lanes = inner.numbers.lanes
        masks = [None] * (vectors - 1) + [inner.mask("%filled")]

        def row(_: Index, pointers: list[str]) -> list[str]:
            start, end = pointers
            for vector, mask in enumerate(masks):
                values = inner.load(inner.at(start, vector * lanes), mask)
                inner.store(values, inner.at(end, vector * lanes))
            return [inner.at(start, "%stride"), inner.at(end, "%width")]

        inner.loop("%depth", 1, row, [("ptr", "%source"), ("ptr", "%target")])

    _call(w, module, f"copy_{dtype}_{vectors}", module.numbers(dtype), move, body)


def turn(w: Writer, module: Module, dtype: DType, move: Move, *, exact: bool = False) -> None:
    """Copy as many rows as there are filled, each ``depth`` long, into columns.

    Squares are turned, and the target has room for a multiple of the lanes of rows and of columns;
    columns past those that are filled repeat the last. Vectors of 32 bytes do it: wider ones take
    longer to compile than they save.

    Args:
        w: Where the call goes.
        module: Where the function goes.
        dtype: Of the numbers.
        move: What is copied where.
        exact: Whether nothing else than the target may be written.
    """

    def body(inner: Writer) -> None:
        side = inner.numbers.lanes
        onward = inner.multiply("%width", side)
        for first in inner.each("%filled", side):
            left = inner.subtract("%filled", first)
            start = inner.at("%source", inner.multiply("%stride", first))
            rows = _up_to(inner, start, "%stride", left, side)
            columns = inner.mask(left) if exact else None

            def square(
                count: Index, ends: list[str], rows: list[str] = rows, columns: str | None = columns
            ) -> list[str]:
                below = inner.subtract("%depth", count)
                mask = inner.mask(below)
                values = transposed(inner, [inner.load(inner.at(row, count), mask) for row in rows])
                places = _up_to(inner, ends[0], "%width", below if exact else side, side)
                for value, place in reversed(list(zip(values, places, strict=True))):
                    inner.store(value, place, columns)
                return [inner.at(ends[0], onward)]

            inner.loop("%depth", side, square, [("ptr", inner.at("%target", first))])

    name = f"turn_{dtype}_exact" if exact else f"turn_{dtype}"
    _call(w, module, name, module.numbers(dtype, _TURNED), move, body)


def _up_to(w: Writer, start: str, stride: str, rows: Index, side: int) -> list[str]:
    """Where the rows of a square start; from the last that there is, the same again."""
    last = w.subtract(rows, 1)
    return [w.at(start, w.multiply(stride, w.smaller(last, row))) for row in range(side)]


def transposed(w: Writer, rows: Sequence[str]) -> list[str]:
    """A square of numbers in registers, turned: as many vectors as each has lanes.

    Pairs of rows are interleaved within 128 bits, then whole 128-bit parts change places, which is
    what the processor has instructions for; the rows come out permuted, and are put in order.
    """
    lanes, part = w.numbers.lanes, 16 // w.numbers.size
    values, columns = list(rows), [list(range(lanes))] * lanes
    distance = 1
    while distance < lanes:
        low, high = _stage(lanes, part, distance)
        for i in range(lanes):
            if i & distance:
                continue
            j = i | distance
            a, b, both = values[i], values[j], columns[i] + columns[j]
            values[i], values[j] = w.shuffle(a, b, low), w.shuffle(a, b, high)
            columns[i], columns[j] = [both[k] for k in low], [both[k] for k in high]
        distance *= 2
    placed = {column[0]: value for column, value in zip(columns, values, strict=True)}
    return [placed[j] for j in range(lanes)]


def _stage(lanes: int, part: int, distance: int) -> tuple[list[int], list[int]]:
    """Which lanes of two rows make the first and the second vector of the next stage."""
    if distance >= part:
        low = [at + i for at in range(0, 2 * lanes, 2 * part) for i in range(part)]
        return low, [lane + part for lane in low]
    low = [
        at + row + i
        for start in range(0, lanes, part)
        for at in range(start, start + part // 2, distance)
        for row in (0, lanes)
        for i in range(distance)
    ]
    return low, [lane + part // 2 for lane in low]


def _call(
    w: Writer,
    module: Module,
    name: str,
    numbers: Numbers,
    move: Move,
    body: Callable[[Writer], None],
) -> None:
    module.define(name, _PARAMETERS, numbers, body)
    given = [
        ("i64", move.depth),
        ("ptr", move.source),
        ("i64", move.stride),
        ("ptr", move.target),
        ("i64", move.width),
        ("i64", move.filled),
    ]
    w.call(name, given)


_PARAMETERS: Final = (
    "i64 %depth",
    "ptr noalias readonly %source",
    "i64 %stride",
    "ptr noalias %target",
    "i64 %width",
    "i64 %filled",
)
