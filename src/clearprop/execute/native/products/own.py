"""A product of matrices by the micro-kernel: its loops over blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from clearprop.execute.native.products.epilogue import Epilogue
from clearprop.execute.native.products.pack import Move, copy, turn
from clearprop.execute.native.products.plan import Plan, cut
from clearprop.execute.native.products.product import Product
from clearprop.execute.native.products.tile import Blocks, Tile, run
from clearprop.execute.native.products.writer import Index, Module, Writer


@final
@dataclass(frozen=True, slots=True)
class Operands:
    """Where the matrices stand.

    Attributes:
        a: The first factor.
        b: The second.
        c: The result.
        scratch: Room for copies.
        beside: What the product's epilogue reads and writes.
    """

    a: str
    b: str
    c: str
    scratch: str
    beside: Sequence[str] = ()


def write(w: Writer, module: Module, product: Product, plan: Plan, at: Operands) -> None:
    """C = A·B: some rows at a time, the depth in parts, panel after panel of columns."""
    loops = _Loops(w, module, product, plan, at)
    whole = product.m // plan.height * plan.height
    for start in w.each(whole, plan.height):
        loops.rows(start, plan.height)
    if product.m > whole:
        loops.rows(whole, product.m - whole)


@final
@dataclass(frozen=True, slots=True)
class _Part:
    """Some rows of A and C, and a part of the depth.

    Attributes:
        height: How many rows.
        depth: How much of the depth.
        fresh: An ``i1``: whether it is the first part.
        epilogue: What is made of C, where it is the last part.
        a: Where it starts in A.
        b: Where it starts in B.
        c: Where it starts in C.
        beside: Where it starts in what the epilogue reads and writes.
    """

    height: int
    depth: Index
    fresh: str
    epilogue: Epilogue | None
    a: str
    b: str
    c: str
    beside: Sequence[str]


@final
@dataclass(frozen=True, slots=True)
class _Loops:
    """The loops of one product, from the outside in."""

    w: Writer
    module: Module
    product: Product
    plan: Plan
    at: Operands

    def rows(self, start: Index, height: int) -> None:
        """Some rows, from one on."""
        w, product, plan = self.w, self.product, self.plan
        last = (product.k - 1) // plan.depth * plan.depth
        before = product.k if product.epilogue is None else last
        for begin in w.each(before, plan.depth):
            self._part(start, height, begin, None)
        if product.epilogue is not None:
            self._part(start, height, last, product.epilogue)

    def _part(self, start: Index, height: int, begin: Index, epilogue: Epilogue | None) -> None:
        """Some rows, and a part of the depth."""
        w, product, plan = self.w, self.product, self.plan
        part = _Part(
            height,
            w.smaller(plan.depth, w.subtract(product.k, begin)),
            str(begin == 0).lower()
            if isinstance(begin, int)
            else w.value(f"icmp eq i64 {begin}, 0"),
            epilogue,
            _inside(w, self.at.a, start, begin, product.lda, product.transposed_a),
            _inside(w, self.at.b, begin, 0, product.ldb, product.transposed_b),
            _inside(w, self.at.c, start, 0, product.ldc, False),
            self._beside(epilogue, self.at.beside, start, 0),
        )
        if plan.copies_a:
            self._copy_a(part)
        self._panels(part)

    def _beside(
        self, epilogue: Epilogue | None, starts: Sequence[str], row: Index, column: Index
    ) -> list[str]:
        """Where an element stands in what an epilogue reads and writes."""
        w, found = self.w, []
        for place, start in zip(epilogue.places if epilogue else (), starts, strict=False):
            by = w.add(w.multiply(row, place.rows), w.multiply(column, place.columns))
            found.append(w.by_bytes(start, w.multiply(by, place.dtype.itemsize)))
        return found

    def _copy_a(self, part: _Part) -> None:
        """Bring blocks of A into the order of the kernel: each column's numbers together."""
        w, product, lanes = self.w, self.product, self.w.numbers.lanes
        for group in cut(part.height, self.plan.rows):
            for number in w.each(group.blocks):
                row = w.add(group.start, w.multiply(number, group.size))
                target = self._strip(part, row)
                vectors = -(-group.size // lanes)
                filled = group.size - (vectors - 1) * lanes
                source = w.at(part.a, row)
                move = Move(part.depth, source, product.lda, target, group.size, filled)
                copy(w, self.module, product.dtype, vectors, move)

    def _panels(self, part: _Part) -> None:
        """All columns."""
        w, lanes = self.w, self.w.numbers.lanes
        across = -(-self.product.n // lanes)
        tail = self.product.n - (across - 1) * lanes
        for group in cut(across, self.plan.vectors):
            start, wide = group.start * lanes, group.size * lanes
            partial = tail < lanes and group.start + group.size * group.blocks == across
            for at in w.each((group.blocks - partial) * wide, wide):
                self._panel(part, w.add(start, at), group.size, lanes)
            if partial:
                self._panel(part, start + (group.blocks - 1) * wide, group.size, tail)

    def _panel(self, part: _Part, column: Index, vectors: int, tail: int) -> None:
        """Some columns, the last vector of which has that many."""
        w, product, plan = self.w, self.product, self.plan
        lanes = w.numbers.lanes
        b, ldb = _inside(w, part.b, 0, column, product.ldb, product.transposed_b), product.ldb
        if plan.copies_b:
            self._copy_b(part, b, vectors, tail)
            b, ldb = self.at.scratch, vectors * lanes
        for group in cut(part.height, plan.rows):
            first, rows = group.start, group.size
            tile = Tile(
                dtype=product.dtype,
                rows=rows,
                vectors=vectors,
                masked=tail < lanes,
                adds=plan.depth < product.k,
                upright=product.transposed_a,
                epilogue=part.epilogue,
                pairs=product.form == "pairs",
            )
            if plan.copies_a:
                a, lda, step = self._strip(part, first), rows, w.multiply(rows, part.depth)
            else:
                a = _inside(w, part.a, first, 0, product.lda, product.transposed_a)
                lda = product.lda
                step = rows if product.transposed_a else rows * lda
            c = w.at(_inside(w, part.c, first, 0, product.ldc, False), column)
            beside = self._beside(part.epilogue, part.beside, first, column)
            places = part.epilogue.places if part.epilogue else ()
            blocks = Blocks(
                count=group.blocks,
                depth=part.depth,
                a=a,
                lda=lda,
                step=step,
                b=b,
                ldb=ldb,
                c=c,
                ldc=product.ldc,
                lanes=tail,
                fresh=part.fresh,
                beside=beside,
                strides=[place.rows * place.dtype.itemsize for place in places],
            )
            run(w, self.module, tile, blocks)

    def _copy_b(self, part: _Part, b: str, vectors: int, tail: int) -> None:
        """Bring a panel of B into the order of the kernel: its rows right after one another."""
        w, product, lanes = self.w, self.product, self.w.numbers.lanes
        wide = vectors * lanes
        if not product.transposed_b:
            move = Move(part.depth, b, product.ldb, self.at.scratch, wide, tail)
            copy(w, self.module, product.dtype, vectors, move)
            return
        columns = wide - lanes + tail
        move = Move(part.depth, b, product.ldb, self.at.scratch, wide, columns)
        turn(w, self.module, product.dtype, move)

    def _strip(self, part: _Part, row: Index) -> str:
        """Where the copy of a block of A stands that starts with that row."""
        w = self.w
        return w.at(w.at(self.at.scratch, self.plan.panel), w.multiply(row, part.depth))


def _inside(
    w: Writer, matrix: str, row: Index, column: Index, stride: int, transposed: bool
) -> str:
    """Where a number of a matrix stands."""
    if transposed:
        row, column = column, row
    return w.at(matrix, w.add(w.multiply(row, stride), column))
