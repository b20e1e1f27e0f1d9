"""L U factors with the order of the rows, as LAPACK finds it: :mod:`lapack` says how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.factors import lapack
from clearprop.execute.native.factors.stack import Kernel, Site
from clearprop.execute.native.factors.text import Index, Text
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine

NUMBER: Final = np.dtype(np.int64)


@final
@dataclass(frozen=True, slots=True)
class Factor(Kernel):
    """L and U in one, and the order of the rows.

    Attributes:
        m: The number of rows.
        n: The number of columns.
        dtype: Of the numbers.
    """

    m: int
    n: int
    dtype: np.dtype[Any]

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        return f"{self.m} × {self.n}"

    def scratch_bytes(self, machine: Machine) -> int:
        """How much memory it has to itself."""
        return lapack.scratch_bytes(self.dtype, self.m * self.n, min(self.m, self.n))

    def write(self, writer: Writer, machine: Machine, site: Site) -> str:
        """Write the work."""
        (a,), (packed, order) = site.given, site.made
        text = Text(writer, self.dtype, machine.lanes(self.dtype.itemsize))
        numbers = Text(writer, NUMBER, 1)
        put = writer.put

        def place(i: Index) -> str:
            return numbers.access.moved(order.start, NUMBER, i)

        def counted(i: Index, _: list[str]) -> list[str]:
            numbers.store_one(str(i), place(i))
            return []

        numbers.span(0, self.m, counted)
        if not min(self.m, self.n):
            return ""
        found, rows = lapack.factors(text, a, self.m, self.n, site.scratch)
        text.copy(found, packed, self.m, self.n)

        def exchanged(k: Index, _: list[str]) -> list[str]:
            row = put(f"load i32, ptr {numbers.access.moved(rows, lapack.INTEGER, k)}, align 4")
            other = put(f"add i64 {put(f'sext i32 {row} to i64')}, -1")
            places = place(k), place(other)
            values = [numbers.one(where) for where in places]
            for value, where in zip(values, reversed(places), strict=True):
                numbers.store_one(value, where)
            return []

        numbers.span(0, min(self.m, self.n), exchanged)
        return ""
