"""Work on every matrix of a stack, one after the other; what cannot be done raises the flag."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, final

from clearprop.execute.native.factors.text import Matrix
from clearprop.execute.native.indexing.rows import each
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.special import FLAG, SCRATCH, Base, Special
from clearprop.graph import Node


@final
@dataclass(frozen=True, slots=True)
class Site:
    """Where the work on one matrix of a stack is done.

    Attributes:
        given: The operands.
        made: The results.
        scratch: Where the memory is that the work has to itself.
    """

    given: Sequence[Matrix]
    made: Sequence[Matrix]
    scratch: str


class Kernel(ABC):
    """The work on one matrix."""

    __slots__ = ()

    checks: ClassVar[bool] = False
    """Whether it may find that it cannot be done."""

    @property
    @abstractmethod
    def line(self) -> str:
        """What is done, for those who ask."""

    @abstractmethod
    def scratch_bytes(self, machine: Machine) -> int:
        """How much memory it has to itself."""

    @abstractmethod
    def write(self, writer: Writer, machine: Machine, site: Site) -> str:
        """Write the work; the truth value that says whether it could not be done, or nothing."""


@final
@dataclass(slots=True)
class Stacked(Special):
    """A stack of matrices.

    Attributes:
        node: The operation of the graph.
        kernel: The work on one of them.
        operands: Where they lie.
        results: Where the results go.
        lead: The shape of the stack.
    """

    node: Node
    kernel: Kernel
    operands: Sequence[Layout]
    results: Sequence[Layout]
    lead: tuple[int, ...]

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        count = prod(self.lead)
        times = f", {count} times" if self.lead else ""
        return f"{self.node.primitive.name}: {self.kernel.line} {self.results[0].dtype}{times}"

    def scratch_bytes(self, machine: Machine) -> int:
        """How much memory it has to itself."""
        return self.kernel.scratch_bytes(machine)

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        return [layout.buffer for layout in self.operands]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        made = [layout.buffer for layout in self.results]
        return [*made, FLAG] if self.kernel.checks else made

    def write(self, writer: Writer, machine: Machine, base: Base) -> None:
        """Write the body of a function."""
        if not any(prod(layout.shape) for layout in self.results):
            return
        arrays, count = [*self.operands, *self.results], len(self.lead)
        scratch = base(writer, SCRATCH)
        flag = base(writer, FLAG) if self.kernel.checks else ""

        def visit(starts: Sequence[str]) -> None:
            matrices = [
                Matrix(start, *_steps(x.strides[count:]))
                for start, x in zip(starts, arrays, strict=True)
            ]
            given = len(self.operands)
            site = Site(matrices[:given], matrices[given:], scratch)
            failed = self.kernel.write(writer, machine, site)
            if failed:
                raised(writer, failed, flag)

        leading = [Layout(x.buffer, x.offset, self.lead, x.strides[:count]) for x in arrays]
        each(writer, base, leading, visit)


def _steps(strides: Sequence[int]) -> tuple[int, int]:
    """How far apart rows are, and columns; a row for a vector, and 1 by 1 for a number."""
    down, right = (*(0, 1)[: 2 - len(strides)], *strides)
    return down, right


def raised(writer: Writer, failed: str, flag: str) -> None:
    """Store 1 in the flag where the work could not be done."""
    yes, after = writer.label(), writer.label()
    writer.do(f"br i1 {failed}, label %{yes}, label %{after}")
    writer.open(yes)
    writer.do(f"store i64 1, ptr {flag}, align 8")
    writer.do(f"br label %{after}")
    writer.open(after)
