"""Copies of parts of A and B in the order in which the micro-kernel reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, final

from clearprop.execute.native.products.product import DType
from clearprop.execute.native.products.writer import Index, Module, Writer


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

    _call(w, module, f"copy_{dtype}_{vectors}", dtype, move, body)


def turn(w: Writer, module: Module, dtype: DType, move: Move) -> None:
    """Copy as many rows as there are filled, each ``depth`` long, into columns.

    The target has room for a multiple of the lanes of rows. Lanes that are not filled repeat the
    last that is.
    """

    def body(inner: Writer) -> None:
        lanes = inner.numbers.lanes
        last = inner.subtract("%filled", 1)
        rows = [
            inner.at("%source", inner.multiply("%stride", inner.smaller(last, row)))
            for row in range(lanes)
        ]
        onward = inner.multiply("%width", lanes)

        def square(count: Index, ends: list[str]) -> list[str]:
            mask = inner.mask(inner.subtract("%depth", count))
            read = [inner.load(inner.at(row, count), mask) for row in rows]
            for row, value in enumerate(transposed(inner, read)):
                inner.store(value, inner.at(ends[0], inner.multiply("%width", row)))
            return [inner.at(ends[0], onward)]

        inner.loop("%depth", lanes, square, [("ptr", "%target")])

    _call(w, module, f"turn_{dtype}", dtype, move, body)


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
    w: Writer, module: Module, name: str, dtype: DType, move: Move, body: Callable[[Writer], None]
) -> None:
    module.define(name, _PARAMETERS, dtype, body)
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
