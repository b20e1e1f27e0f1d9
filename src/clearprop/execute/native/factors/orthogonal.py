"""Q R factors, by Householder's reflections as LAPACK takes them, so with LAPACK's signs.

Of small matrices the rows stay in registers. Where a column's norm is not finite, or too small for
its square, LAPACK is called after all. Sources: A. S. Householder, *Unitary triangularization of a
nonsymmetric matrix*, J. ACM 5 (1958); for the signs, LAPACK's routine dlarfg.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.factors import lapack
from clearprop.execute.native.factors.stack import Kernel, Site
from clearprop.execute.native.factors.text import Index, Matrix, Text
from clearprop.execute.native.factors.triangular import TINY, lanes_for, load_rows, store_rows
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine

BLOCK: Final = 32
"""So many columns LAPACK takes at a time, if it has the memory."""

Rows = list[list[str]]
"""Rows of a matrix, each as vectors."""


@final
@dataclass(frozen=True, slots=True)
class Orthogonal(Kernel):
    """Q and R of a = Q R, reduced.

    Attributes:
        m: The number of rows.
        n: The number of columns, at most as many.
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
        return lapack.scratch_bytes(self.dtype, (self.m + 1 + BLOCK) * self.n)

    def write(self, writer: Writer, machine: Machine, site: Site) -> str:
        """Write the work."""
        if self.m > TINY:
            self._by_lapack(writer, machine, site)
            return ""
        text = Text(writer, self.dtype, lanes_for(machine, self.dtype, self.n))
        odd = self._by_registers(text, site)
        if odd:
            rare, after = writer.label(), writer.label()
            writer.do(f"br i1 {text.unit.somewhere(odd)}, label %{rare}, label %{after}")
            writer.open(rare)
            self._by_lapack(writer, machine, site)
            writer.do(f"br label %{after}")
            writer.open(after)
        return ""

    # In registers ---------------------------------------------------------------------------------

    def _by_registers(self, text: Text, site: Site) -> str:
        """Write both factors; whether a norm was out of range."""
        (a,), (q, r) = site.given, site.made
        rows = load_rows(text, a, self.m, self.n)
        odd, reflections = "", []
        for k in range(min(self.n, self.m - 1)):
            block, lane = divmod(k, text.lanes)
            found = _reflection(text, [text.lane(row[block], lane) for row in rows[k:]])
            odd = text.either(odd, found.odd)
            reflections.append(found)
            _reflect(text, rows[k:], found, block)
            rows[k][block] = text.with_lane(rows[k][block], found.first, lane)
        nil = text.constant(0.0)
        for i, row in enumerate(rows[: self.n]):
            for block, value in enumerate(row):
                marks = [block * text.lanes + lane >= i for lane in range(text.lanes)]
                row[block] = text.choose(_mask(marks), value, nil)
        store_rows(text, rows[: self.n], r, self.n)
        blocks = len(rows[0]) if rows else 0
        rows = [
            [_unit(text, i - block * text.lanes) for block in range(blocks)] for i in range(self.m)
        ]
        for k, found in reversed(list(enumerate(reflections))):
            _reflect(text, rows[k:], found, k // text.lanes)
        store_rows(text, rows, q, self.n)
        return odd

    # By LAPACK ------------------------------------------------------------------------------------

    def _by_lapack(self, writer: Writer, machine: Machine, site: Site) -> None:
        (a,), (q, r) = site.given, site.made
        text = Text(writer, self.dtype, machine.lanes(self.dtype.itemsize))
        call = lapack.Call(writer, site.scratch)
        work = Matrix(call.numbers, self.m)
        scales = text.at(work, self.n)
        rest = text.access.moved(scales, self.dtype, self.n)
        text.copy(a.turned, work, self.n, self.m)
        self._call(text, call, "geqrf", work, (self.m, self.n), (scales, rest))
        text.copy(work.turned, r, self.n, self.n)

        def row(i: Index, _: list[str]) -> list[str]:
            below = text.times(i, self.dtype.itemsize)
            length = ("i64", str(below)), ("i1", "false")
            start = ("ptr", text.at(r, i)), ("i8", "0")
            writer.intrinsic("llvm.memset.p0.i64", "void", *start, *length)
            return []

        text.span(0, self.n, row)
        call, sizes = lapack.Call(writer, site.scratch), (self.m, self.n, self.n)
        self._call(text, call, "orgqr", work, sizes, (scales, rest))
        text.copy(work.turned, q, self.m, self.n)

    def _call(
        self,
        text: Text,
        call: lapack.Call,
        routine: str,
        work: Matrix,
        sizes: tuple[int, ...],
        rest: tuple[str, str],
    ) -> None:
        for size in sizes:
            call.integer(size)
        call.pointer(work.start)
        call.integer(self.m)
        for pointer in rest:
            call.pointer(pointer)
        call.integer(BLOCK * self.n)
        call.integer(0)
        call.call(text, routine)


@final
@dataclass(frozen=True, slots=True)
class _Reflection:
    """1 − scale v vᵀ, with v of 1 and the factors; all of them in every lane.

    Attributes:
        first: What it makes of the column's first element; of the others it makes 0.
        factors: The elements of v after the first.
        scale: As above.
        odd: Whether the norm was out of range.
    """

    first: str
    factors: Sequence[str]
    scale: str
    odd: str


def _reflection(text: Text, column: Sequence[str]) -> _Reflection:
    """The reflection of a column; none where all but its first element are 0 already."""
    info, nil = np.finfo(text.dtype), text.constant(0.0)
    alpha, *below = column
    square, moves = text.combine("multiply", alpha, alpha), ""
    for x in below:
        square = text.combine("add", square, text.combine("multiply", x, x))
        moves = text.either(moves, text.compare("une", x, nil))
    small = text.compare("ult", square, text.constant(float(info.tiny / info.eps**2)))
    large = text.compare("ugt", square, text.constant(float(info.max)))
    negative = text.opposite(text.with_sign(text.root(square), alpha))
    first = text.choose(moves, negative, alpha)
    gap = text.combine("subtract", alpha, negative)
    inverse = text.choose(moves, text.reciprocal(gap), nil)
    scale = text.combine("divide", text.opposite(gap), negative)
    return _Reflection(
        first,
        [text.combine("multiply", x, inverse) for x in below],
        text.choose(moves, scale, nil),
        text.both(moves, text.either(small, large)),
    )


def _reflect(text: Text, rows: Rows, by: _Reflection, first: int) -> None:
    """Apply a reflection to rows, from one of their vectors on."""
    top, *others = rows
    for q in range(first, len(top)):
        total = top[q]
        for factor, row in zip(by.factors, others, strict=True):
            total = text.combine("add", total, text.combine("multiply", factor, row[q]))
        total = text.combine("multiply", total, by.scale)
        top[q] = text.combine("subtract", top[q], total)
        for factor, row in zip(by.factors, others, strict=True):
            row[q] = text.less(row[q], factor, total)


def _unit(text: Text, lane: int) -> str:
    """A vector with 1 in one lane, if it has that lane, and 0 in the others."""
    nil = text.constant(0.0)
    if not 0 <= lane < text.lanes:
        return nil
    return text.with_lane(nil, text.constant(1.0), lane)


def _mask(marks: Sequence[bool]) -> str:
    """Truth values as a constant."""
    words = ["true" if mark else "false" for mark in marks]
    return words[0] if len(words) == 1 else f"<{', '.join(f'i1 {word}' for word in words)}>"
