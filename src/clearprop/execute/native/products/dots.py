"""Inner products of one vector with rows of a matrix: vectors lie along the rows.

Several rows are taken at once, each with several sums under way; in the end the sums' lanes are
added in pairs, all rows together.
"""

from __future__ import annotations

from typing import Final

from clearprop.execute.native.products.product import DType
from clearprop.execute.native.products.writer import Index, Module, Writer

_ROWS: Final = 8
"""How many rows are taken at once, where there are as many."""

_SUMS: Final = 8
"""How many sums are under way at least."""


def dots(
    w: Writer,
    module: Module,
    dtype: DType,
    *,
    rows: int,
    depth: int,
    vector: str,
    matrix: str,
    stride: int,
    target: str,
) -> None:
    """Write the inner product of the vector with each row, side by side.

    Args:
        w: Where the calls go.
        module: Where the function goes.
        dtype: Of the numbers.
        rows: Of the matrix, at least 1.
        depth: How long they are, at least 1.
        vector: Where its numbers stand, side by side.
        matrix: Where its first row starts.
        stride: From one row to the next.
        target: Where the results go, side by side.
    """
    size = min(_ROWS, w.numbers.lanes, rows)
    name = f"dots_{dtype}_{size}"
    module.define(name, _PARAMETERS, dtype, lambda inner: _kernel(inner, size))
    given: list[tuple[str, Index]] = [
        ("i64", rows),
        ("i64", depth),
        ("ptr", vector),
        ("ptr", matrix),
        ("i64", stride),
        ("ptr", target),
    ]
    w.call(name, given)


_PARAMETERS: Final = (
    "i64 %rows",
    "i64 %depth",
    "ptr noalias readonly %x",
    "ptr noalias readonly %matrix",
    "i64 %stride",
    "ptr noalias %y",
)


def _kernel(w: Writer, size: int) -> None:
    """Groups of rows; the last one starts early enough to be whole, and repeats some results."""
    last = w.subtract("%rows", size)
    whole = None if size == w.numbers.lanes else w.mask(size)
    chains = max(1, _SUMS // size)

    def group(count: Index, _: list[str]) -> list[str]:
        first = w.smaller(count, last)
        start = w.at("%matrix", w.multiply("%stride", first))
        starts = [w.at(start, w.multiply("%stride", row)) for row in range(size)]
        sums = _sums(w, starts, chains)
        w.store(added(w, sums), w.at("%y", first), whole)
        return []

    w.loop("%rows", size, group)


def _sums(w: Writer, starts: list[str], chains: int) -> list[str]:
    """A vector of partial sums for each row."""
    lanes, size = w.numbers.lanes, len(starts)
    zeros = [(w.numbers.vector, "zeroinitializer")] * (size * chains)

    def trip(at: Index, sums: list[str], chains: int, mask: str | None) -> list[str]:
        for chain in range(chains):
            here = w.add(at, chain * lanes)
            x = w.load(w.at("%x", here), mask)
            for row, start in enumerate(starts):
                place = chain * size + row
                sums[place] = w.multiply_add(x, w.load(w.at(start, here), mask), sums[place])
        return sums

    wide = chains * lanes
    _, over = w.divided("%depth", wide)
    even = w.subtract("%depth", over)
    sums = w.loop(even, wide, lambda at, values: trip(at, values, chains, None), zeros)
    carried = [(w.numbers.vector, value) for value in sums[:size]]

    def rest(at: Index, values: list[str]) -> list[str]:
        return trip(w.add(even, at), values, 1, w.mask(w.subtract(over, at)))

    sums = w.loop(over, lanes, rest, carried) + sums[size:]
    while len(sums) > size:
        half = len(sums) // 2
        sums = [w.plus(x, y) for x, y in zip(sums[:half], sums[half:], strict=True)]
    return sums


def added(w: Writer, values: list[str]) -> str:
    """The sums of the lanes of some vectors, in the first lanes of one.

    Two vectors become one that holds half as many partial sums of each, and so on. A number of
    vectors that is no power of two is filled up with the first.
    """
    lanes, number = w.numbers.lanes, len(values)
    count = 1 << (number - 1).bit_length()
    values = values + values[:1] * (count - number)
    parts = lanes
    while parts > 1:
        half = parts // 2
        if len(values) == 1:
            values = values * 2
            starts = range(0, count * parts, parts)
        else:
            starts = range(0, 2 * lanes, parts)
        low = [start + i for start in starts for i in range(half)]
        low += [-1] * (lanes - len(low))
        high = [k + half if k >= 0 else k for k in low]
        values = [
            w.plus(w.shuffle(x, y, low), w.shuffle(x, y, high))
            for x, y in zip(values[::2], values[1::2], strict=True)
        ]
        parts = half
    return values[0]
