"""Eigenvalues of symmetric matrices and singular values, with their vectors; pseudo-inverses.

They are NumPy's: :mod:`gufuncs` says why and how. Single precision goes through doubles, as NumPy's
does. What does not converge is for the reference, which says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar, Final, final

import numpy as np

from clearprop.execute.native.factors import gufuncs, lapack
from clearprop.execute.native.factors.gufuncs import DOUBLE, Stack
from clearprop.execute.native.factors.stack import Kernel, Site, raised
from clearprop.execute.native.factors.text import Index, Matrix, Text
from clearprop.execute.native.indexing.rows import each
from clearprop.execute.native.layouts import Buffer, Layout, c_strides, collapsed
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.special import FLAG, SCRATCH, Base, Special
from clearprop.graph import Node

_VALUES: Final = {"eigh": 1, "svd": 2}
"""Which of operand and results holds the eigenvalues, or singular values."""


@final
@dataclass(slots=True)
class Spectra(Special):
    """The eigenvalues or singular values of a stack of matrices, with their vectors.

    Attributes:
        node: The operation of the graph.
        operand: Where the matrices lie.
        results: Where the results go.
    """

    node: Node
    operand: Layout
    results: Sequence[Layout]

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        *lead, m, n = self.operand.shape
        times = f", {prod(lead)} times" if lead else ""
        return f"{self.node.primitive.name}: {m} × {n} {self.operand.dtype}{times}"

    def scratch_bytes(self, machine: Machine) -> int:
        """How much memory it has to itself: in single precision for one matrix and its results."""
        if self.operand.dtype == DOUBLE:
            return gufuncs.ROOM
        numbers = sum(prod(shape) for shape in self._shapes)
        return gufuncs.ROOM + numbers * DOUBLE.itemsize

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        return [self.operand.buffer]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        return [*[layout.buffer for layout in self.results], FLAG]

    def write(self, writer: Writer, machine: Machine, base: Base) -> None:
        """Write the body of a function: doubles are taken a whole axis of the stack at a time."""
        arrays = [self.operand, *self.results]
        if not any(prod(layout.shape) for layout in self.results):
            return
        room, flag = base(writer, SCRATCH), base(writer, FLAG)
        lead = self.operand.shape[:-2]
        leading = [Layout(x.buffer, x.offset, lead, x.strides[: len(lead)]) for x in arrays]
        lengths, _, strides = collapsed(leading, lead, [True] * len(lead))
        at_once = lengths[-1:] if self.operand.dtype == DOUBLE else []
        outer = len(lengths) - len(at_once)
        around = [
            Layout(x.buffer, x.offset, tuple(lengths[:outer]), steps[:outer])
            for x, steps in zip(arrays, strides, strict=True)
        ]

        def visit(starts: Sequence[str]) -> None:
            parts = zip(starts, strides, self._shapes, arrays, strict=True)
            stacks = [
                Stack(start, sum(steps[outer:]), shape, x.strides[len(lead) :])
                for start, steps, shape, x in parts
            ]
            raised(writer, self._work(writer, stacks, prod(at_once), room), flag)

        each(writer, base, around, visit)

    def _work(self, writer: Writer, stacks: Sequence[Stack], count: int, room: str) -> str:
        """Write the work on some matrices; whether one did not converge."""
        values = _VALUES[self.node.primitive.name]
        if self.operand.dtype == DOUBLE:
            gufuncs.call(writer, self._gufunc, count, stacks, room)
            return _is_nan(writer, stacks[values], count)
        doubles, start = [], f"{room}, i64 {gufuncs.ROOM}"
        for x in stacks:
            here = writer.put(f"getelementptr i8, ptr {start}")
            doubles.append(Stack(here, 0, x.shape, c_strides(x.shape)))
            start = f"{here}, i64 {prod(x.shape) * DOUBLE.itemsize}"
        _converted(writer, stacks[0], self.operand.dtype, doubles[0], DOUBLE)
        gufuncs.call(writer, self._gufunc, 1, doubles, room)
        for x, double in zip(stacks[1:], doubles[1:], strict=True):
            _converted(writer, double, DOUBLE, x, self.operand.dtype)
        return _is_nan(writer, doubles[values], 1)

    @property
    def _shapes(self) -> list[tuple[int, ...]]:
        """Those of one matrix, and of its results."""
        lead = len(self.operand.shape) - 2
        return [x.shape[lead:] for x in (self.operand, *self.results)]

    @property
    def _gufunc(self) -> str:
        if self.node.primitive.name == "svd":
            return "svd_s"
        return "eigh_lo" if dict(self.node.params)["lower"] else "eigh_up"


@final
@dataclass(frozen=True, slots=True)
class Pseudoinverse(Kernel):
    """V diag(1 / s) Uᵀ, where what is at most ``rcond`` times the largest s counts as 0.

    Attributes:
        m: The number of rows.
        n: The number of columns.
        dtype: Of the numbers.
        rcond: The part of the largest singular value.
    """

    checks: ClassVar[bool] = True

    m: int
    n: int
    dtype: np.dtype[Any]
    rcond: float

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        return f"{self.m} × {self.n}"

    def scratch_bytes(self, machine: Machine) -> int:
        """How much memory it has to itself: for the three factors, and a matrix of doubles."""
        numbers = (self.m + 1 + self.n) * min(self.m, self.n) + self.m * self.n
        return gufuncs.ROOM + numbers * DOUBLE.itemsize

    def write(self, writer: Writer, machine: Machine, site: Site) -> str:
        """Write the work; whether it did not converge."""
        m, n, k = self.m, self.n, min(self.m, self.n)
        text = Text(writer, DOUBLE, 1)
        a, result = _stack(site.given[0], m, n), _stack(site.made[0], n, m)
        u = Matrix(writer.put(f"getelementptr i8, ptr {site.scratch}, i64 {gufuncs.ROOM}"), k)
        vt = Matrix(text.at(u, m), n)
        s = Stack(text.at(vt, k), 0, (k,), (1,))
        work = Stack(text.access.moved(s.start, DOUBLE, k), 0, (m, n), (n, 1))
        _converted(writer, a, self.dtype, work, DOUBLE)
        gufuncs.call(writer, "svd_s", 1, [work, _stack(u, m, k), s, _stack(vt, k, n)], site.scratch)
        self._divide(text, vt, s.start)
        self._multiply(text, u, vt, work.start, site.scratch)
        turned = replace(work, shape=(n, m), strides=(m, 1))
        _converted(writer, turned, DOUBLE, result, self.dtype)
        return _is_nan(writer, s, 1)

    def _divide(self, text: Text, vt: Matrix, s: str) -> None:
        """Divide the rows of Vᵀ by the singular values that count."""
        bound = text.combine("multiply", text.one(s), text.literal(self.rcond))

        def row(i: Index, _: list[str]) -> list[str]:
            value = text.one(text.access.moved(s, text.dtype, i))
            counts = text.compare("ogt", value, bound)
            scale = text.choose(counts, text.reciprocal(value), text.literal(0.0))

            def element(j: Index, _: list[str]) -> list[str]:
                place = text.at(vt, i, j)
                text.store_one(text.combine("multiply", text.one(place), scale), place)
                return []

            text.span(0, self.n, element)
            return []

        text.span(0, min(self.m, self.n), row)

    def _multiply(self, text: Text, u: Matrix, vt: Matrix, result: str, scratch: str) -> None:
        """The product of U and the divided Vᵀ by columns, which is its transpose by rows."""
        call = lapack.Call(text.writer, scratch)
        call.letters("TT")
        for size in (self.m, self.n, min(self.m, self.n)):
            call.integer(size)
        call.number(text, 1.0)
        for matrix in (u, vt):
            call.pointer(matrix.start)
            call.integer(matrix.down)
        call.number(text, 0.0)
        call.pointer(result)
        call.integer(self.m)
        call.call(text, "gemm")


def _stack(matrix: Matrix, rows: int, columns: int) -> Stack:
    return Stack(matrix.start, 0, (rows, columns), (matrix.down, matrix.right))


def _converted(
    writer: Writer, source: Stack, kind: np.dtype[Any], to: Stack, other: np.dtype[Any]
) -> None:
    """Copy a matrix or vector of one kind of numbers to one of the same or another kind."""
    texts = Text(writer, kind, 1), Text(writer, other, 1)
    how = "fptrunc" if kind == DOUBLE else "fpext"

    def level(axis: int, places: tuple[str, str]) -> None:
        if axis == len(source.shape):
            value = texts[0].one(places[0])
            if kind != other:
                value = writer.put(f"{how} {texts[0].single} {value} to {texts[1].single}")
            texts[1].store_one(value, places[1])
            return
        steps = source.strides[axis], to.strides[axis]

        def trip(i: Index, _: list[str]) -> list[str]:
            first, second = (
                text.access.moved(place, text.dtype, text.times(i, step))
                for text, place, step in zip(texts, places, steps, strict=True)
            )
            level(axis + 1, (first, second))
            return []

        texts[0].span(0, source.shape[axis], trip)

    level(0, (source.start, to.start))


def _is_nan(writer: Writer, values: Stack, count: int) -> str:
    """Whether the first value of a matrix is none, as all are where it did not converge."""
    text = Text(writer, DOUBLE, 1)

    def matrix(i: Index, found: list[str]) -> list[str]:
        value = text.one(text.access.moved(values.start, DOUBLE, text.times(i, values.step)))
        return [text.either(found[0], text.compare("uno", value, value))]

    (found,) = text.span(0, count, matrix, [("i1", "false")])
    return found
