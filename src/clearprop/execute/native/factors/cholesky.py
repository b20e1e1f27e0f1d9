"""Cholesky factors, by rows of U = Lᵀ: each is scaled, and taken out of all that follow.

Of small matrices the elements stay in registers. Only the lower triangle of the operand counts.
A pivot that is not positive, or NaN, is for the reference to judge. Source: G. H. Golub, C. F. Van
Loan, *Matrix Computations*, 4th ed. (2013), section 4.2.5 (outer product form).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from clearprop.execute.native.factors import lapack
from clearprop.execute.native.factors.stack import Kernel, Site
from clearprop.execute.native.factors.text import Index, Matrix, Text
from clearprop.execute.native.factors.triangular import TINY, lanes_for, padded
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine


@final
@dataclass(frozen=True, slots=True)
class Cholesky(Kernel):
    """L of a = L Lᵀ.

    Attributes:
        n: The size of the matrix.
        dtype: Of the numbers.
    """

    checks: ClassVar[bool] = True

    n: int
    dtype: np.dtype[Any]

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        return f"{self.n} × {self.n}"

    def scratch_bytes(self, machine: Machine) -> int:
        """How much memory it has to itself."""
        if self.n <= TINY:
            return 0
        if lapack.is_large(self.n, self.dtype, machine):
            return lapack.scratch_bytes(self.dtype, 0)
        return self.n * padded(self.n, lanes_for(machine, self.dtype, self.n)) * self.dtype.itemsize

    def write(self, writer: Writer, machine: Machine, site: Site) -> str:
        """Write the work; whether a pivot is not positive."""
        (a,), (factor,) = site.given, site.made
        if self.n <= TINY:
            return _by_registers(Text(writer, self.dtype, 1), a, factor, self.n)
        lanes = lanes_for(machine, self.dtype, self.n)
        if lapack.is_large(self.n, self.dtype, machine):
            return lapack.cholesky(Text(writer, self.dtype, lanes), a, factor, self.n, site.scratch)
        work = Matrix(site.scratch, padded(self.n, lanes))
        return _by_rows(Text(writer, self.dtype, lanes), a, work, factor, self.n)


def _by_registers(text: Text, a: Matrix, factor: Matrix, n: int) -> str:
    failed, nil = "", text.literal(0.0)
    found = {(i, j): text.one(text.at(a, i, j)) for i in range(n) for j in range(i + 1)}
    for k in range(n):
        failed = text.either(failed, text.compare("ule", found[k, k], nil))
        found[k, k] = text.root(found[k, k])
        scale = text.reciprocal(found[k, k])
        for i in range(k + 1, n):
            found[i, k] = text.combine("multiply", found[i, k], scale)
        for j in range(k + 1, n):
            for i in range(j, n):
                found[i, j] = text.less(found[i, j], found[i, k], found[j, k])
    for i in range(n):
        for j in range(n):
            text.store_one(found.get((i, j), nil), text.at(factor, i, j))
    return failed


def _by_rows(text: Text, a: Matrix, work: Matrix, factor: Matrix, n: int) -> str:
    writer, single = text.writer, Text(text.writer, text.dtype, 1)
    blocks = work.down // text.lanes
    text.copy(a.turned, work, n, n)
    zeros = (("ptr", factor.start), ("i8", "0"), ("i64", str(n * n * text.dtype.itemsize)))
    writer.intrinsic("llvm.memset.p0.i64", "void", *zeros, ("i1", "false"))

    def pivot(k: Index, carried: list[str]) -> list[str]:
        here, place = text.at(work, k), text.at(work, k, k)
        square = text.one(place)
        wrong = single.compare("ule", square, single.literal(0.0))
        root = single.root(square)
        scale = text.spread(single.reciprocal(root))

        def scaled(block: Index, _: list[str]) -> list[str]:
            there = text.in_row(here, block)
            text.store(text.combine("multiply", text.load(there), scale), there)
            return []

        text.span(text.block(k), blocks, scaled)
        text.store_one(root, place)
        text.store_one(root, text.at(factor, k, k))

        def row(i: Index, _: list[str]) -> list[str]:
            element = text.one(text.access.moved(here, text.dtype, i))
            text.store_one(element, text.at(factor, i, k))
            factors, target = text.spread(element), text.at(work, i)

            def less(block: Index, _: list[str]) -> list[str]:
                there = text.in_row(target, block)
                known = text.load(text.in_row(here, block))
                text.store(text.less(text.load(there), factors, known), there)
                return []

            text.span(text.block(i), blocks, less)
            return []

        text.span(text.plus(k, 1), n, row)
        return [single.either(carried[0], wrong)]

    (failed,) = text.span(0, n, pivot, [("i1", "false")])
    return failed
