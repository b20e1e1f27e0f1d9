"""Determinants, and the logarithms of their sizes: from the pivots of an elimination.

NumPy's determinant is the exponential of such a logarithm; the product of the pivots is closer to
what is meant, as long as it neither overflows nor underflows on the way: then, and for what is not
finite, the reference is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from clearprop.execute.native.factors import elimination, lapack
from clearprop.execute.native.factors.stack import Kernel, Site
from clearprop.execute.native.factors.text import Index, Matrix, Text
from clearprop.execute.native.factors.triangular import (
    in_registers,
    lanes_for,
    load_rows,
    padded,
)
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.terms import Term


@final
@dataclass(frozen=True, slots=True)
class Determinant(Kernel):
    """The determinant, or its sign and the logarithm of its size.

    Attributes:
        n: The size of the matrix.
        dtype: Of the numbers.
        logarithm: Whether sign and logarithm are wanted.
    """

    checks: ClassVar[bool] = True

    n: int
    dtype: np.dtype[Any]
    logarithm: bool

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        return f"{self.n} × {self.n}"

    def scratch_bytes(self, machine: Machine) -> int:
        """How much memory it has to itself: for the rows, and one more for the pivots."""
        width = padded(self.n, lanes_for(machine, self.dtype, self.n))
        pivots = width * self.dtype.itemsize
        if lapack.is_large(self.n, self.dtype, machine):
            return pivots + lapack.scratch_bytes(self.dtype, self.n * self.n, self.n)
        return pivots * (self.n + 1)

    def write(self, writer: Writer, machine: Machine, site: Site) -> str:
        """Write the work; whether the answer is not a finite number."""
        text = Text(writer, self.dtype, lanes_for(machine, self.dtype, self.n))
        single = Text(writer, self.dtype, 1)
        if not self.n:
            for value, to in zip((1.0, 0.0), site.made, strict=False):
                single.store_one(single.literal(value), to.start)
            return ""
        width = padded(self.n, text.lanes)
        pivots = Matrix(site.scratch, width)
        (a,), rest = site.given, Matrix(text.at(pivots, 1), width)
        if in_registers(self.n, self.n, text.lanes):
            odd = self._by_registers(text, a, pivots)
        elif lapack.is_large(self.n, self.dtype, machine):
            odd = self._by_lapack(text, a, pivots, rest.start)
        else:
            text.copy(a, rest, self.n, self.n)
            odd = self._by_rows(text, rest, pivots)
        if self.logarithm:
            return self._logarithm(text, pivots, odd, site)
        return self._product(single, pivots, odd, site.made[0])

    # The pivots, and whether rows were exchanged an odd number of times ---------------------------

    def _by_registers(self, text: Text, a: Matrix, pivots: Matrix) -> str:
        given = load_rows(text, a, self.n, self.n)
        done = elimination.by_registers(text, given, singular=True)
        found = elimination.diagonal(text, done.rows)
        for place, value in enumerate(found):
            text.store(value, text.in_row(pivots.start, place))
        if text.lanes == 1:
            return done.odd
        return text.writer.put(f"extractelement {text.mask} {done.odd}, i32 0")

    def _by_rows(self, text: Text, work: Matrix, pivots: Matrix) -> str:
        def found(k: Index, pivot: str, moved: str, carried: list[str]) -> list[str]:
            text.store_one(pivot, text.at(pivots, 0, k))
            return [text.writer.put(f"xor i1 {carried[0]}, {moved}")]

        (odd,) = elimination.by_rows(text, work, self.n, found, [("i1", "false")])
        return odd

    def _by_lapack(self, text: Text, a: Matrix, pivots: Matrix, scratch: str) -> str:
        put = text.writer.put
        packed, rows = lapack.factors(text, a, self.n, self.n, scratch)

        def pivot(k: Index, carried: list[str]) -> list[str]:
            text.store_one(text.one(text.at(packed, k, k)), text.at(pivots, 0, k))
            row = put(f"load i32, ptr {text.access.moved(rows, lapack.INTEGER, k)}, align 4")
            other = put(f"sext i32 {row} to i64")
            moved = put(f"icmp ne i64 {other}, {text.plus(k, 1)}")
            return [put(f"xor i1 {carried[0]}, {moved}")]

        (odd,) = text.span(0, self.n, pivot, [("i1", "false")])
        return odd

    # What is made of them -------------------------------------------------------------------------

    def _product(self, text: Text, pivots: Matrix, odd: str, to: Matrix) -> str:
        info, nil = np.finfo(self.dtype), text.literal(0.0)

        def factor(k: Index, carried: list[str]) -> list[str]:
            product, singular, failed = carried
            pivot = text.one(text.at(pivots, 0, k))
            product = text.combine("multiply", product, pivot)
            singular = text.either(singular, text.compare("oeq", pivot, nil))
            size = text.size(product)
            small = text.compare("ult", size, text.literal(float(info.tiny)))
            large = text.compare("ugt", size, text.literal(float(info.max)))
            wrong = text.choose_truth(singular, "false", text.either(small, large))
            return [product, singular, text.either(failed, wrong)]

        start = [(text.type, text.literal(1.0)), ("i1", "false"), ("i1", "false")]
        product, singular, failed = text.span(0, self.n, factor, start)
        opposite = text.writer.put(f"fneg {text.type} {product}")
        signed = text.choose(odd, opposite, product)
        text.store_one(text.choose(singular, nil, signed), to.start)
        return failed

    def _logarithm(self, text: Text, pivots: Matrix, odd: str, site: Site) -> str:
        single = Text(text.writer, text.dtype, 1)
        nil, one = single.literal(0.0), single.literal(1.0)

        def pivot(k: Index, carried: list[str]) -> list[str]:
            value = single.one(text.at(pivots, 0, k))
            negative = single.compare("olt", value, nil)
            singular = single.compare("oeq", value, nil)
            return [single.different(carried[0], negative), single.either(carried[1], singular)]

        odd, singular = single.span(0, self.n, pivot, [("i1", odd), ("i1", "false")])
        sign = single.choose(odd, single.literal(-1.0), one)
        single.store_one(single.choose(singular, nil, sign), site.made[0].start)
        logarithm = self._sum(text, single, pivots)
        single.store_one(logarithm, site.made[1].start)
        return single.compare("uno", logarithm, nil)

    def _sum(self, text: Text, single: Text, pivots: Matrix) -> str:
        """The sum of the logarithms of the pivots' sizes."""
        tail = self.n % text.lanes
        load = Term("load", (), self.dtype, 0)
        call = Term("call", (load,), self.dtype, "log")

        def logarithms(block: Index, tail: int = 0) -> str:
            size = text.size(text.load(text.in_row(pivots.start, block)))
            if tail:
                here = text.access.mask(tail)
                size = text.choose(here, size, text.constant(1.0))
            return text.unit.compute(call, [size])

        def more(block: Index, carried: list[str]) -> list[str]:
            return [text.combine("add", carried[0], logarithms(block))]

        whole = self.n // text.lanes
        (total,) = text.span(0, whole, more, [(text.type, text.constant(0.0))])
        if tail:
            total = text.combine("add", total, logarithms(whole, tail))
        text.writer.functions.update(text.unit.functions)
        lanes = text.lanes
        while lanes > 1:  # the upper half onto the lower one
            lanes //= 2
            chosen = ", ".join(f"i32 {(k + lanes) % text.lanes}" for k in range(text.lanes))
            other = text.writer.put(
                f"shufflevector {text.type} {total}, {text.type} poison, "
                f"<{text.lanes} x i32> <{chosen}>"
            )
            total = text.combine("add", total, other)
        if text.lanes == 1:
            return total
        return text.writer.put(f"extractelement {text.type} {total}, i32 0")
