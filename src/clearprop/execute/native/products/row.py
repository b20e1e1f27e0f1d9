"""Products with one row or one column: a vector and a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from clearprop.execute.native.products import dots, own
from clearprop.execute.native.products.pack import Move, copy
from clearprop.execute.native.products.plan import plan
from clearprop.execute.native.products.product import Product
from clearprop.execute.native.products.writer import Module, Writer


@final
@dataclass(frozen=True, slots=True)
class Row:
    """y = x·M, or y = M·x: which operand is which.

    Attributes:
        product: Where it came from.
        length: Of y.
        apart_x: Elements from one number of x to the next.
        apart_y: Elements from one number of y to the next.
        stride: Between the rows of M as stored.
        along: Whether a stored row of M makes one number of y, rather than one of x meets it.
        turned: Whether M is A.
    """

    product: Product
    length: int
    apart_x: int
    apart_y: int
    stride: int
    along: bool
    turned: bool

    def flat(self) -> Product:
        """The product of one row of numbers, taken from memory that far apart, and M."""
        return Product(
            m=1,
            n=self.length,
            k=self.product.k,
            dtype=self.product.dtype,
            transposed_a=True,
            lda=self.apart_x,
            ldb=self.stride,
            ldc=self.length,
        )

    def gathered(self) -> bool:
        """Whether x is copied first."""
        return self.along and self.apart_x != 1 and self.product.k > 1

    def scattered(self) -> bool:
        """Whether y is made side by side first."""
        return self.apart_y != 1 and self.length > 1

    def room_x(self, lanes: int) -> int:
        """The elements of scratch for x."""
        return -(-self.product.k // lanes) * lanes + lanes if self.gathered() else 0

    def room_y(self, lanes: int) -> int:
        """The elements of scratch for y."""
        return self.length + lanes if self.scattered() else 0


def row(product: Product) -> Row:
    """A product with m or n of 1, seen as that of a vector and a matrix."""
    straight_a = product.m == 1 and product.lda == 1  # both ways of storing A are the same then
    straight_b = product.n == 1 and product.ldb == 1
    transposed_a = product.transposed_a and not straight_a
    transposed_b = product.transposed_b or straight_b
    if product.m == 1 and (product.n > 1 or transposed_b):
        apart = product.lda if transposed_a else 1
        return Row(product, product.n, apart, 1, product.ldb, transposed_b, False)
    apart = 1 if transposed_b else product.ldb
    return Row(product, product.m, apart, product.ldc, product.lda, not transposed_a, True)


def write(w: Writer, module: Module, given: Row, at: own.Operands) -> None:
    """Write the vector."""
    dtype, depth, lanes = given.product.dtype, given.product.k, w.numbers.lanes
    x, matrix = (at.b, at.a) if given.turned else (at.a, at.b)
    apart, y = given.apart_x, at.c
    if given.gathered():
        copy(w, module, dtype, 1, Move(depth, x, apart, at.scratch, 1, 1))
        x = at.scratch
    if given.scattered():
        y = w.at(at.scratch, given.room_x(lanes))
    if given.along:
        found = dots.Dots(
            dtype=dtype,
            m=1,
            n=given.length,
            k=depth,
            a=x,
            lda=0,
            b=matrix,
            ldb=given.stride,
            c=y,
            ldc=0,
        )
        dots.write(w, module, found)
    else:
        flat = given.flat()
        own.write(w, module, flat, plan(flat, module.machine), own.Operands(x, matrix, y, ""))
    if given.scattered():
        for i in w.each(given.length):
            one = w.load_one(w.at(y, i))
            w.store_one(one, w.at(at.c, w.multiply(i, given.apart_y)))
