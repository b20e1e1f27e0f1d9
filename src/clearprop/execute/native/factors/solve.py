"""Linear systems: elimination with the right-hand sides along, then one unknown after the other.

A pivot that is 0, or nothing but rounding beside its column, is for the reference to judge: whether
a matrix counts as singular then hangs on the order of operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from clearprop.execute.native.factors import elimination, lapack
from clearprop.execute.native.factors.stack import Kernel, Site
from clearprop.execute.native.factors.text import Index, Matrix, Text
from clearprop.execute.native.factors.triangular import (
    by_rows,
    in_registers,
    lanes_for,
    load_rows,
    padded,
    store_rows,
)
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine


@final
@dataclass(frozen=True, slots=True)
class Solve(Kernel):
    """A solution of a x = b.

    Attributes:
        n: The number of unknowns.
        m: The number of right-hand sides.
        dtype: Of the numbers.
    """

    checks: ClassVar[bool] = True

    n: int
    m: int
    dtype: np.dtype[Any]

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        return f"{self.n} unknowns, {self.m} right-hand sides"

    def scratch_bytes(self, machine: Machine) -> int:
        """How much memory it has to itself."""
        if lapack.is_large(self.n, self.dtype, machine):
            return lapack.scratch_bytes(self.dtype, self.n * (self.n + self.m), self.n)
        _, first, width = self._widths(machine)
        return (self.n * width + first) * self.dtype.itemsize

    def write(self, writer: Writer, machine: Machine, site: Site) -> str:
        """Write the work; whether a pivot is too small."""
        lanes, first, width = self._widths(machine)
        text, (a, b), (x,) = Text(writer, self.dtype, lanes), site.given, site.made
        if in_registers(self.n, width, lanes):
            return self._by_registers(text, a, b, x)
        if lapack.is_large(self.n, self.dtype, machine):
            return lapack.solve(text, a, b, x, self.n, self.m, site.scratch)
        work = Matrix(site.scratch, width)
        sides = Matrix(text.at(work, 0, first), width)
        text.copy(a, work, self.n, self.n)
        text.copy(b, sides, self.n, self.m)
        failed = self._eliminated(text, work, first)
        by_rows(text, work, sides, self.n, (width - first) // lanes, forward=False, unit=False)
        text.copy(sides, x, self.n, self.m)
        return failed

    def _widths(self, machine: Machine) -> tuple[int, int, int]:
        """The lanes of vectors, and the length of a's rows and of the whole rows."""
        lanes = lanes_for(machine, self.dtype, max(self.n, self.m))
        first = padded(self.n, lanes)
        return lanes, first, first + padded(self.m, lanes)

    def _by_registers(self, text: Text, a: Matrix, b: Matrix, x: Matrix) -> str:
        given = load_rows(text, a, self.n, self.n)
        count = len(given[0])
        bounds = [_bound(text, [row[q] for row in given], self.n) for q in range(count)]
        sides = load_rows(text, b, self.n, self.m)
        rows = [mine + side for mine, side in zip(given, sides, strict=True)]
        done = elimination.by_registers(text, rows, singular=False)
        sides = [row[count:] for row in done.rows]
        for k in reversed(range(self.n)):
            place, lane = divmod(k, text.lanes)
            sides[k] = [text.combine("multiply", value, done.scales[k]) for value in sides[k]]
            for i in range(k):
                factor = text.lane(done.rows[i][place], lane)
                sides[i] = [
                    text.less(value, factor, known)
                    for value, known in zip(sides[i], sides[k], strict=True)
                ]
        store_rows(text, sides, x, self.m)
        failed = ""
        for pivots, bound in zip(elimination.diagonal(text, done.rows), bounds, strict=True):
            failed = text.either(failed, text.compare("ule", text.size(pivots), bound))
        return text.unit.somewhere(failed)

    def _eliminated(self, text: Text, work: Matrix, first: int) -> str:
        """Eliminate rows in memory; whether a pivot is too small."""
        bounds = Matrix(text.at(work, self.n), first)
        single = Text(text.writer, text.dtype, 1)

        def column(block: Index, _: list[str]) -> list[str]:
            def row(i: Index, most: list[str]) -> list[str]:
                size = text.size(text.load(text.in_row(text.at(work, i), block)))
                return [text.choose(text.compare("ogt", size, most[0]), size, most[0])]

            (most,) = text.span(0, self.n, row, [(text.type, text.constant(0.0))])
            text.store(_scaled(text, most, self.n), text.in_row(bounds.start, block))
            return []

        def found(k: Index, pivot: str, moved: str, carried: list[str]) -> list[str]:
            wrong = single.compare("ule", single.size(pivot), text.one(text.at(bounds, 0, k)))
            return [single.either(carried[0], wrong)]

        text.span(0, first // text.lanes, column)
        (failed,) = elimination.by_rows(text, work, self.n, found, [("i1", "false")])
        return failed


def _bound(text: Text, column: list[str], n: int) -> str:
    """Up to where pivots are nothing but rounding beside their columns."""
    most = text.size(column[0])
    for value in column[1:]:
        size = text.size(value)
        most = text.choose(text.compare("ogt", size, most), size, most)
    return _scaled(text, most, n)


def _scaled(text: Text, most: str, n: int) -> str:
    """As many roundings of the largest numbers; at least what is too small to be normal."""
    info = np.finfo(text.dtype)
    bound = text.combine("multiply", most, text.constant(n * float(info.eps)))
    least = text.constant(float(info.tiny))
    return text.choose(text.compare("ogt", bound, least), bound, least)
