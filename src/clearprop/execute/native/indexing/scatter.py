"""Writing at positions: rows set, or added, in the order of the indices.

So what stands twice is added twice, always in the same order, and of what is set twice the last
one stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from clearprop.execute.native.indexing.rows import Rows, rows_of
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.special import Base, Special
from clearprop.execute.native.terms import Term
from clearprop.graph import Node


@final
@dataclass(slots=True)
class Scatter(Special):
    """Rows written into an array that holds its other elements already.

    Attributes:
        node: The operation of the graph.
        rows: Which; the other array is the update.
        adds: Whether they are added to what stands there.
    """

    node: Node
    rows: Rows
    adds: bool

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        return f"{'add' if self.adds else 'set':7} {self.rows.line}"

    @property
    def work(self) -> int:
        """About how many operations on one number it is."""
        return self.rows.work

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        return [self.rows.array.buffer, self.rows.other.buffer, *self.rows.reads]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        return [self.rows.array.buffer, *self.rows.flags]

    def write(self, writer: Writer, machine: Machine, base: Base) -> None:
        """Write the body of a function."""

        def work(mine: Term, other: Term) -> tuple[Term, Layout]:
            return (mine + other if self.adds else other), self.rows.array

        self.rows.write(writer, machine, base, work)


def planned(node: Node, operands: Sequence[Layout], result: Layout) -> Scatter:
    """The step of a ``scatter`` or ``scatter_add``; the result holds the base's elements."""
    _, update, *indices = operands
    rows = rows_of(node, result, indices, update)
    return Scatter(node, rows, node.primitive.name == "scatter_add")
