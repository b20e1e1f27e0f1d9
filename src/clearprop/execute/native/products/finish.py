"""The end of a block of C: its sums are stored, added to what stands there, or handed on.

An epilogue's terms are written for each vector of the block, from the sums in registers; what
depends on no column is computed once for a row, and what depends on neither once for a block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from clearprop.execute.native.loops import writer as loops
from clearprop.execute.native.loops.access import Access
from clearprop.execute.native.loops.instructions import Instructions
from clearprop.execute.native.products.epilogue import PLACE, Epilogue
from clearprop.execute.native.products.writer import Index, Writer
from clearprop.execute.native.terms import Term, ordered


@final
@dataclass(frozen=True, slots=True)
class Block:
    """A block of C that is computed.

    Attributes:
        sums: Its vectors, by rows.
        masks: For each vector across which lanes are elements; None where all are.
        c: Where it starts in C, if anything is read or written there.
        ldc: From one row of C to the next.
        beside: Where it starts in what an epilogue reads and writes.
        strides: From one row of those to the next, in bytes.
    """

    sums: Sequence[str]
    masks: Sequence[str | None]
    c: str
    ldc: Index
    beside: Sequence[str] = ()
    strides: Sequence[Index] = ()

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self.sums) // len(self.masks)


def store(w: Writer, block: Block, *, adds: bool) -> None:
    """Write the block, or add it to what stands there."""
    for row in range(block.rows):
        start = w.at(block.c, w.multiply(block.ldc, row))
        for vector, mask in enumerate(block.masks):
            value = block.sums[row * len(block.masks) + vector]
            place = w.at(start, vector * w.numbers.lanes)
            if adds:
                value = w.plus(w.load(place, mask), value)
            w.store(value, place, mask)


def hand_on(w: Writer, epilogue: Epilogue, block: Block, *, adds: bool) -> None:
    """Compute and write what the epilogue makes of the block, or of that and what stands in C."""
    _Finish(w, epilogue, block, adds).write()


@final
class _Finish:
    def __init__(self, w: Writer, epilogue: Epilogue, block: Block, adds: bool) -> None:
        self.w = w
        self.epilogue = epilogue
        self.block = block
        self.adds = adds
        inner = loops.Writer()
        inner.lines = w.lines  # names differ by their letter
        self.unit = Instructions(inner, w.numbers.lanes)
        self.access = Access(inner, w.numbers.lanes)
        self.terms = ordered(epilogue.terms)
        self.depths = self._depths()

    def _depths(self) -> dict[Term, int]:
        """For each term whether it is computed for a block (0), a row (1) or a vector (2)."""
        depths: dict[Term, int] = {}
        for term in self.terms:
            depths[term] = max((depths[x] for x in term.args), default=0)
            if term.op == "load":
                depths[term] = 2
                if term.payload != PLACE:
                    place = self.epilogue.reads[term.payload - 1]
                    depths[term] = 2 if place.columns else 1 if place.rows else 0
        return depths

    def write(self) -> None:
        """Row after row, vector after vector."""
        w, block = self.w, self.block
        names = self._computed(0, {}, list(block.beside), 0, None)
        for row in range(block.rows):
            places = [
                w.by_bytes(start, w.multiply(stride, row))
                for start, stride in zip(block.beside, block.strides, strict=True)
            ]
            known = self._computed(1, names, places, 0, None)
            for vector, mask in enumerate(block.masks):
                self._vector(row, vector, mask, known, places)

    def _vector(
        self, row: int, vector: int, mask: str | None, known: dict[Term, str], places: Sequence[str]
    ) -> None:
        """One vector of the block."""
        w, epilogue = self.w, self.epilogue
        value = self.block.sums[row * len(self.block.masks) + vector]
        if self.adds or epilogue.keeps:
            start = w.at(self.block.c, w.multiply(self.block.ldc, row))
            place = w.at(start, vector * w.numbers.lanes)
            if self.adds:
                value = w.plus(w.load(place, mask), value)
            if epilogue.keeps:
                w.store(value, place, mask)
        found = {term: value for term in self.terms if term.op == "load" and term.payload == PLACE}
        found = self._computed(2, {**known, **found}, places, vector, mask)
        targets = zip(epilogue.terms, epilogue.writes, places[len(epilogue.reads) :], strict=True)
        for term, beside, start in targets:
            place = w.by_bytes(start, vector * w.numbers.lanes * beside.dtype.itemsize)
            if mask is None:
                self.access.store(beside.dtype, found[term], place, 1, 0)
            else:
                self.access.store_where(beside.dtype, found[term], place, mask)

    def _computed(
        self,
        depth: int,
        known: dict[Term, str],
        places: Sequence[str],
        vector: int,
        mask: str | None,
    ) -> dict[Term, str]:
        """The names of terms, and of those that belong to a depth."""
        names = dict(known)
        for term in self.terms:
            if self.depths[term] != depth or term in names:
                continue
            if term.op == "load":
                beside = self.epilogue.reads[term.payload - 1]
                by = vector * self.w.numbers.lanes * beside.columns * beside.dtype.itemsize
                place = self.w.by_bytes(places[term.payload - 1], by)
                if mask is None or not beside.columns:
                    names[term] = self.access.load(beside.dtype, place, beside.columns, 0)
                else:
                    names[term] = self.access.load_where(beside.dtype, place, mask)
            else:
                names[term] = self.unit.compute(term, [names[x] for x in term.args])
        return names
