"""Triangular systems: one unknown after the other is found, and taken out of all rows that follow.

Of small systems the rows stay in registers. Larger ones go through memory, with the rows of the
right-hand sides in whole vectors; from a size on it is BLAS's ``trsm``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.factors import lapack
from clearprop.execute.native.factors.stack import Kernel, Site
from clearprop.execute.native.factors.text import Index, Matrix, Text
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine

TINY: Final = 8
"""Up to this size matrices are taken apart in registers."""

MOST_REGISTERS: Final = 32
"""Up to so many vectors count as in registers."""

GROUP: Final = 4
"""So many vectors of a row are held at a time."""


@final
@dataclass(frozen=True, slots=True)
class Triangular(Kernel):
    """A solution of T x = b, or of Tᵀ x = b.

    Attributes:
        n: The number of unknowns.
        m: The number of right-hand sides.
        dtype: Of the numbers.
        lower: Whether the lower triangle of T is read.
        transposed: Whether the system is that of the transposed T.
        unit: Whether the diagonal counts as ones.
    """

    n: int
    m: int
    dtype: np.dtype[Any]
    lower: bool
    transposed: bool
    unit: bool

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        return f"{self.n} unknowns, {self.m} right-hand sides"

    def scratch_bytes(self, machine: Machine) -> int:
        """How much memory it has to itself."""
        if self._is_large(machine):
            return lapack.scratch_bytes(self.dtype, self.n * self.n)
        lanes = lanes_for(machine, self.dtype, self.m)
        return self.n * padded(self.m, lanes) * self.dtype.itemsize

    def write(self, writer: Writer, machine: Machine, site: Site) -> str:
        """Write the work."""
        lanes = lanes_for(machine, self.dtype, self.m)
        text = Text(writer, self.dtype, lanes)
        (t, b), (x,) = site.given, site.made
        if self.transposed:
            t = t.turned
        forward = self.lower != self.transposed
        width = padded(self.m, lanes)
        if in_registers(self.n, self.m, lanes):
            rows = load_rows(text, b, self.n, self.m)
            by_registers(text, t, rows, forward=forward, unit=self.unit)
            store_rows(text, rows, x, self.m)
            return ""
        if self._is_large(machine):
            text.copy(b, x, self.n, self.m)
            flags = {"lower": self.lower, "transposed": self.transposed, "unit": self.unit}
            lapack.triangular(text, site.given[0], x, (self.n, self.m), site.scratch, **flags)
            return ""
        work = Matrix(site.scratch, width)
        text.copy(b, work, self.n, self.m)
        by_rows(text, t, work, self.n, width // lanes, forward=forward, unit=self.unit)
        text.copy(work, x, self.n, self.m)
        return ""

    def _is_large(self, machine: Machine) -> bool:
        return self.m > 0 and lapack.is_large(self.n, self.dtype, machine)


def lanes_for(machine: Machine, dtype: np.dtype[Any], width: int) -> int:
    """The lanes of the vectors that hold rows: as many as are of use."""
    lanes = machine.lanes(dtype.itemsize)
    while lanes > 1 and lanes // 2 >= width:
        lanes //= 2
    return lanes


def padded(width: int, lanes: int) -> int:
    """The length of rows in whole vectors."""
    return -(-width // lanes) * lanes


def in_registers(n: int, width: int, lanes: int) -> bool:
    """Whether so many rows of that length can be held in registers."""
    return n <= TINY and n * (padded(width, lanes) // lanes) <= MOST_REGISTERS


# In registers ------------------------------------------------------------------------------------


def load_rows(text: Text, matrix: Matrix, rows: int, columns: int) -> list[list[str]]:
    """The rows of a matrix, each as vectors; what is beyond its columns is 0."""
    found = []
    for i in range(rows):
        row = []
        for first in range(0, columns, text.lanes):
            tail = min(columns - first, text.lanes) % text.lanes
            here = text.at(matrix, i, first)
            row.append(text.access.load(text.dtype, here, matrix.right if columns > 1 else 1, tail))
        found.append(row)
    return found


def store_rows(text: Text, rows: list[list[str]], to: Matrix, columns: int) -> None:
    """Write rows that are vectors."""
    for i, row in enumerate(rows):
        for place, value in enumerate(row):
            first = place * text.lanes
            tail = min(columns - first, text.lanes) % text.lanes
            text.store(value, text.at(to, i, first), tail)


def by_registers(
    text: Text, t: Matrix, rows: list[list[str]], *, forward: bool, unit: bool
) -> None:
    """Have the rows of right-hand sides become those of the solution."""
    n = len(rows)
    single = Text(text.writer, text.dtype, 1)
    order = list(range(n)) if forward else list(reversed(range(n)))
    scales = {}
    if not unit:
        scales = {k: text.spread(single.reciprocal(text.one(text.at(t, k, k)))) for k in order}
    for place, k in enumerate(order):
        if not unit:
            rows[k] = [text.combine("multiply", value, scales[k]) for value in rows[k]]
        for i in order[place + 1 :]:
            factor = text.spread(text.one(text.at(t, i, k)))
            rows[i] = [
                text.less(value, factor, known)
                for value, known in zip(rows[i], rows[k], strict=True)
            ]


# In memory ---------------------------------------------------------------------------------------


def by_rows(
    text: Text, t: Matrix, work: Matrix, n: int, blocks: int, *, forward: bool, unit: bool
) -> None:
    """The same for rows in memory, in whole vectors.

    Where there is more than one vector to a row, several of them are held while the known ones are
    taken out; of one, the next ones' sums would wait for one another.
    """

    def scale(k: Index) -> str:
        single = Text(text.writer, text.dtype, 1)
        return text.spread(single.reciprocal(text.one(text.at(t, k, k))))

    def left(column: Index, count: int, k: Index) -> None:
        """Take the known unknowns out of one row."""

        def known(i: Index, values: list[str]) -> list[str]:
            factor, there = text.spread(text.one(text.at(t, k, i))), text.at(work, i, column)
            return [
                text.less(value, factor, text.load(text.in_row(there, q)))
                for q, value in enumerate(values)
            ]

        place = text.at(work, k, column)
        values = [(text.type, text.load(text.in_row(place, q))) for q in range(count)]
        first, last = (0, k) if forward else (text.plus(k, 1), n)
        found = text.span(first, last, known, values)
        if not unit:
            by = scale(k)
            found = [text.combine("multiply", value, by) for value in found]
        for q, value in enumerate(found):
            text.store(value, text.in_row(place, q))

    def right(column: Index, k: Index) -> None:
        """Take one unknown out of all rows that follow."""
        place = text.at(work, k, column)
        known = text.load(place)
        if not unit:
            known = text.combine("multiply", known, scale(k))
            text.store(known, place)

        def row(i: Index, _: list[str]) -> list[str]:
            factor, there = text.spread(text.one(text.at(t, i, k))), text.at(work, i, column)
            text.store(text.less(text.load(there), factor, known), there)
            return []

        first, last = (text.plus(k, 1), n) if forward else (0, k)
        text.span(first, last, row)

    def columns(start: Index, count: int) -> None:
        def unknown(trip: Index, _: list[str]) -> list[str]:
            k = trip if forward else text.minus(n - 1, trip)
            if count > 1:
                left(start, count, k)
            else:
                right(start, k)
            return []

        text.span(0, n, unknown)

    def group(trip: Index, _: list[str]) -> list[str]:
        columns(text.times(trip, GROUP * text.lanes), GROUP)
        return []

    whole, rest = divmod(blocks, GROUP)
    text.span(0, whole, group)
    if rest:
        columns(whole * GROUP * text.lanes, rest)
