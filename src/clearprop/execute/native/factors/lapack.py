"""SciPy's own LAPACK, called by pointer: for what is large, and L U and Q R factors of any size.

LAPACK counts by columns where NumPy counts by rows. So a matrix is copied column by column, unless
its transpose does as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.factors.text import Index, Matrix, Text
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.products.blas import address

PREFIX: Final = "lapack."
"""With which the names of the routines begin in the text."""

INTEGER: Final = np.dtype(np.int32)

MOST_VECTORS: Final = 20
"""Up to so many vectors to a row own code is at least as good."""

_ROUTINES: Final = ("gemm", "geqrf", "gesv", "getrf", "orgqr", "potrf", "trsm")

_ROOM: Final = 256
"""The bytes for a call's arguments."""


def is_large(n: int, dtype: np.dtype[Any], machine: Machine) -> bool:
    """Whether matrices of that size are LAPACK's."""
    return n > MOST_VECTORS * machine.lanes(dtype.itemsize)


def imports() -> Mapping[str, int]:
    """The addresses of the routines, by the names that the texts declare."""
    from scipy.linalg import cython_blas, cython_lapack

    known = {**cython_lapack.__pyx_capi__, **cython_blas.__pyx_capi__}
    names = [f"{letter}{name}" for letter in "sd" for name in _ROUTINES]
    return {f"{PREFIX}{name}": address(known[name]) for name in names}


def scratch_bytes(dtype: np.dtype[Any], elements: int, pivots: int = 0) -> int:
    """The memory for arguments, so many numbers of a matrix, and so many rows' numbers."""
    return _ROOM + _rounded(INTEGER.itemsize * pivots) + dtype.itemsize * elements


@final
@dataclass(slots=True)
class Call:
    """A call of a routine, whose arguments are put into memory one by one.

    Attributes:
        writer: Where it is written to.
        scratch: The memory that :func:`scratch_bytes` asks for.
        pivots: How many rows' numbers there are.
    """

    writer: Writer
    scratch: str
    pivots: int = 0
    _given: list[str] = field(default_factory=list)

    @property
    def rows(self) -> str:
        """Where the rows' numbers are."""
        return self._at(_ROOM)

    @property
    def numbers(self) -> str:
        """Where the matrix is."""
        return self._at(_ROOM + _rounded(INTEGER.itemsize * self.pivots))

    def pointer(self, pointer: str) -> None:
        """An argument in memory."""
        self._given.append(pointer)

    def integer(self, value: int) -> str:
        """An argument that is an integer; where it is."""
        return self._put(f"i32 {value}", 4)

    def letters(self, letters: str) -> None:
        """An argument for each letter."""
        for letter in letters:
            self._put(f"i8 {ord(letter)}", 1)

    def number(self, text: Text, value: float) -> None:
        """An argument that is a number."""
        self._put(f"{text.single} {text.literal(value)}", text.dtype.itemsize)

    def call(self, text: Text, routine: str) -> None:
        """Write the call."""
        name = f"{PREFIX}{_letter(text.dtype)}{routine}"
        self.writer.declare(name, "void", *["ptr"] * len(self._given))
        given = ", ".join(f"ptr {pointer}" for pointer in self._given)
        self.writer.do(f"call void @{name}({given})")

    def _put(self, value: str, size: int) -> str:
        place = self._at(16 * len(self._given))
        self.writer.do(f"store {value}, ptr {place}, align {size}")
        self._given.append(place)
        return place

    def _at(self, by: int) -> str:
        return self.writer.put(f"getelementptr i8, ptr {self.scratch}, i64 {by}")


def cholesky(text: Text, a: Matrix, factor: Matrix, n: int, scratch: str) -> str:
    """The factor, in its place; whether there is none. By columns, its transpose is upper."""
    text.copy(a, factor, n, n)
    size = text.dtype.itemsize

    def row(i: Index, _: list[str]) -> list[str]:
        start = text.at(factor, i, text.plus(i, 1))
        length = text.times(text.minus(n - 1, i), size)
        rest = (("ptr", start), ("i8", "0"), ("i64", str(length)), ("i1", "false"))
        text.writer.intrinsic("llvm.memset.p0.i64", "void", *rest)
        return []

    text.span(0, n, row)
    call = Call(text.writer, scratch)
    call.letters("U")
    call.integer(n)
    call.pointer(factor.start)
    call.integer(n)
    info = call.integer(0)
    call.call(text, "potrf")
    return failed(text, info)


def solve(text: Text, a: Matrix, b: Matrix, x: Matrix, n: int, m: int, scratch: str) -> str:
    """The solution; whether a pivot is 0."""
    call = Call(text.writer, scratch, n)
    left = Matrix(call.numbers, n)
    right = Matrix(text.at(left, n), n)
    text.copy(a.turned, left, n, n)
    text.copy(b.turned, right, m, n)
    for size in (n, m):
        call.integer(size)
    call.pointer(left.start)
    call.integer(n)
    call.pointer(call.rows)
    call.pointer(right.start)
    call.integer(n)
    info = call.integer(0)
    call.call(text, "gesv")
    text.copy(right.turned, x, n, m)
    return failed(text, info)


def factors(text: Text, a: Matrix, m: int, n: int, scratch: str) -> tuple[Matrix, str]:
    """L and U in one, and where the numbers of the rows are that were exchanged, from 1 on."""
    call = Call(text.writer, scratch, min(m, n))
    work, rows = Matrix(call.numbers, m), call.rows
    text.copy(a.turned, work, n, m)
    for size in (m, n):
        call.integer(size)
    call.pointer(work.start)
    call.integer(m)
    call.pointer(rows)
    call.integer(0)
    call.call(text, "getrf")
    return work.turned, rows


def triangular(
    text: Text,
    t: Matrix,
    x: Matrix,
    shape: tuple[int, int],
    scratch: str,
    *,
    lower: bool,
    transposed: bool,
    unit: bool,
) -> None:
    """The solution in the place of the right-hand sides: by columns xᵀ Tᵀ = bᵀ, or xᵀ T = bᵀ."""
    n, m = shape
    call = Call(text.writer, scratch)
    if 1 not in (t.down, t.right) or max(t.down, t.right) < n:
        work = Matrix(call.numbers, n)
        text.copy(t, work, n, n)
        t = work
    by_rows = t.right == 1
    call.letters("R")
    call.letters("U" if lower == by_rows else "L")
    call.letters("T" if transposed == by_rows else "N")
    call.letters("U" if unit else "N")
    for size in (m, n):
        call.integer(size)
    call.number(text, 1.0)
    call.pointer(t.start)
    call.integer(t.down if by_rows else t.right)
    call.pointer(x.start)
    call.integer(m)
    call.call(text, "trsm")


def failed(text: Text, info: str) -> str:
    """Whether a routine says that it could not do it."""
    found = text.writer.put(f"load i32, ptr {info}, align 4")
    return text.writer.put(f"icmp ne i32 {found}, 0")


def _letter(dtype: np.dtype[Any]) -> str:
    return "s" if dtype.itemsize == 4 else "d"


def _rounded(size: int) -> int:
    return -(-size // 64) * 64
