"""Inner products of rows with rows: vectors lie along the rows.

Several rows are taken at once, so that several sums are under way; in the end the lanes of each sum
are added in pairs, many sums together.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, final

from clearprop.execute.native.machine import Level
from clearprop.execute.native.products.own import Operands
from clearprop.execute.native.products.pack import Move, turn
from clearprop.execute.native.products.plan import cut
from clearprop.execute.native.products.product import DType, Product
from clearprop.execute.native.products.writer import Index, Module, Writer

_ENOUGH: Final = 8
"""How many sums are under way at least."""

_ACROSS: Final[dict[Level, tuple[int, ...]]] = {
    "avx512": (8, 8, 5, 5),
    "avx2": (8, 4, 3, 2),
    "baseline": (8, 4, 3, 2),
    "neon": (8, 8, 5, 5),
}
"""How many rows of B are taken at once with 1, 2, … rows of A, at most."""


@final
@dataclass(frozen=True, slots=True)
class Dots:
    """All inner products of the rows of A, m×k, with the rows of B, n×k.

    Attributes:
        dtype: Of the numbers.
        m: The rows of A, at least 1.
        n: The rows of B, at least 1.
        k: How long they are, at least 1.
        a: Where A starts.
        lda: From one row of A to the next.
        b: Where B starts.
        ldb: From one row of B to the next.
        c: Where the results go, those of a row of A side by side.
        ldc: From the results of one row of A to the next.
    """

    dtype: DType
    m: int
    n: int
    k: int
    a: str
    lda: int
    b: str
    ldb: int
    c: str
    ldc: int


def write(w: Writer, module: Module, dots: Dots) -> None:
    """Write the calls that compute them."""
    table = _ACROSS[module.machine.level]
    for group in cut(dots.m, len(table)):
        most = min(table[group.size - 1], w.numbers.lanes)
        size = -(-dots.n // -(-dots.n // most))
        name = f"dots_{dots.dtype}_{group.size}x{size}"
        kernel = functools.partial(_kernel, tall=group.size, size=size)
        module.define(name, _PARAMETERS, w.numbers, kernel)
        for block in w.each(group.blocks):
            row = w.add(group.start, w.multiply(block, group.size))
            given: list[tuple[str, Index]] = [
                ("i64", dots.n),
                ("i64", dots.k),
                ("ptr", w.at(dots.a, w.multiply(row, dots.lda))),
                ("i64", dots.lda),
                ("ptr", dots.b),
                ("i64", dots.ldb),
                ("ptr", w.at(dots.c, w.multiply(row, dots.ldc))),
                ("i64", dots.ldc),
            ]
            w.call(name, given)


def room_turned(product: Product, lanes: int) -> int:
    """The elements of scratch for B by columns."""
    return 0 if product.transposed_b else _up(product.n, lanes) * _up(product.k, lanes)


def write_product(w: Writer, module: Module, product: Product, at: Operands) -> None:
    """Write a product with A by rows; B is turned where it is by rows too."""
    b, ldb, lanes = at.b, product.ldb, w.numbers.lanes
    if not product.transposed_b:
        b, ldb = at.scratch, _up(product.k, lanes)
        move = Move(product.n, at.b, product.ldb, b, ldb, product.k)
        turn(w, module, product.dtype, move)
    dots = Dots(
        dtype=product.dtype,
        m=product.m,
        n=product.n,
        k=product.k,
        a=at.a,
        lda=product.lda,
        b=b,
        ldb=ldb,
        c=at.c,
        ldc=product.ldc,
    )
    write(w, module, dots)


def _up(size: int, lanes: int) -> int:
    """The next multiple of the lanes."""
    return -(-size // lanes) * lanes


_PARAMETERS: Final = (
    "i64 %rows",
    "i64 %depth",
    "ptr noalias readonly %a",
    "i64 %lda",
    "ptr noalias readonly %b",
    "i64 %ldb",
    "ptr noalias %c",
    "i64 %ldc",
)


def _kernel(w: Writer, tall: int, size: int) -> None:
    """Groups of rows of B; the last starts early enough to be whole, and repeats some results."""
    last = w.subtract("%rows", size)
    whole = None if size == w.numbers.lanes else w.mask(size)
    left = [w.at("%a", w.multiply("%lda", row)) for row in range(tall)]
    for count in w.each("%rows", size):
        first = w.smaller(count, last)
        start = w.at("%b", w.multiply("%ldb", first))
        right = [w.at(start, w.multiply("%ldb", row)) for row in range(size)]
        sums = _sums(w, left, right)
        for row in range(tall):
            place = w.at(w.at("%c", w.multiply("%ldc", row)), first)
            w.store(added(w, sums[row * size : (row + 1) * size]), place, whole)


def _sums(w: Writer, left: list[str], right: list[str]) -> list[str]:
    """A vector of partial sums for each pair of rows."""
    lanes, number = w.numbers.lanes, len(left) * len(right)
    chains = 1 << max(0, (_ENOUGH // number).bit_length() - 1)

    def trip(at: Index, sums: list[str], chains: int, mask: str | None) -> list[str]:
        sums = list(sums)
        for chain in range(chains):
            here = w.add(at, chain * lanes)
            ours = [w.load(w.at(row, here), mask) for row in left]
            for j, row in enumerate(right):
                theirs = w.load(w.at(row, here), mask)
                for i, one in enumerate(ours):
                    place = chain * number + i * len(right) + j
                    sums[place] = w.multiply_add(one, theirs, sums[place])
        return sums

    zeros = [(w.numbers.vector, "zeroinitializer")] * (number * chains)
    _, over = w.divided("%depth", chains * lanes)
    even = w.subtract("%depth", over)
    sums = w.loop(even, chains * lanes, lambda at, now: trip(at, now, chains, None), zeros)

    def rest(at: Index, now: list[str]) -> list[str]:
        return trip(w.add(even, at), now, 1, w.mask(w.subtract(over, at)))

    carried = [(w.numbers.vector, value) for value in sums[:number]]
    sums = w.loop(over, lanes, rest, carried) + sums[number:]
    while len(sums) > number:
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
