"""What is done with a product's elements while they are in registers, before anything is stored.

An *epilogue* is a loop over exactly the result of a product, such as a bias and an activation or a
step of a parameter. Done by the product itself it reads the sums from registers, and where nothing
else wants them they are never stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.terms import Term, ordered

PLACE: Final = 0
"""The payload of a ``load`` that stands for the product's element; others count from 1 on."""


@final
@dataclass(frozen=True, slots=True)
class Beside:
    """How an array lies that is read or written along with the result. Strides count elements.

    Attributes:
        dtype: Of its elements.
        stack: From one product of a stack to the next.
        rows: From one row to the next.
        columns: From one column to the next: 1, or 0 where a row has one element.
    """

    dtype: np.dtype[Any]
    stack: int
    rows: int
    columns: int

    @property
    def kind(self) -> str:
        """What code for it depends on."""
        return f"{self.dtype.name}{'.' if self.columns else '-' if self.rows else '='}"


@final
@dataclass(frozen=True, slots=True)
class Epilogue:
    """What is computed of a product's elements. Two are equal if their code and strides are.

    Attributes:
        reads: What else is read; a ``load`` names one by its place, counted from 1 on.
        writes: What is written.
        keeps: Whether the product itself is written to C, too.
        kernel: A short name for all that the code in a kernel depends on.
        terms: What is written, one term for each of ``writes``.
    """

    reads: tuple[Beside, ...]
    writes: tuple[Beside, ...]
    keeps: bool
    kernel: str
    terms: tuple[Term, ...] = field(compare=False, repr=False)

    @property
    def places(self) -> tuple[Beside, ...]:
        """All that lies beside the result: what is read, then what is written."""
        return self.reads + self.writes

    def functions(self, lanes: int) -> list[tuple[str, str, int]]:
        """The functions of the math library that it calls: name, dtype, lanes."""
        calls = [term for term in ordered(self.terms) if term.op == "call"]
        return [(term.payload, term.dtype.name, lanes) for term in calls]

    @property
    def name(self) -> str:
        """A short name that tells it from others with other code or strides."""
        return _digest([self.kernel, *(f"{x.stack} {x.rows} {x.columns}" for x in self.places)])


def epilogue(
    terms: Sequence[Term], reads: Sequence[Beside], writes: Sequence[Beside], *, keeps: bool
) -> Epilogue:
    """The epilogue that computes these terms, and writes each to its place."""
    lines = [str(keeps), *(place.kind for place in (*reads, *writes))]
    numbers: dict[Term, int] = {}
    for term in ordered(terms):
        numbers[term] = len(numbers)
        args = [numbers[x] for x in term.args]
        lines.append(f"{term.op} {term.dtype} {_payload(term)} {args}")
    lines.append(str([numbers[term] for term in terms]))
    return Epilogue(tuple(reads), tuple(writes), keeps, _digest(lines), tuple(terms))


def _payload(term: Term) -> str:
    """What a term holds besides operands, to the bit."""
    if term.op == "constant":
        return np.asarray(term.payload, term.dtype).tobytes().hex()
    return str(term.payload)


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
