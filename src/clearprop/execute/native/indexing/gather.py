"""Reading at positions: the rows that index arrays pick, copied by vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from clearprop.execute.native.indexing.rows import Rows, rows_of
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.special import Base, Special
from clearprop.graph import Node


@final
@dataclass(slots=True)
class Gather(Special):
    """Rows of an array put one after the other.

    Attributes:
        node: The operation of the graph.
        rows: Which; the other array is the result.
    """

    node: Node
    rows: Rows

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        return f"gather  {self.rows.line}"

    @property
    def work(self) -> int:
        """About how many operations on one number it is."""
        return self.rows.work

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        return [self.rows.array.buffer, *self.rows.reads]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        return [self.rows.other.buffer, *self.rows.flags]

    def write(self, writer: Writer, machine: Machine, base: Base) -> None:
        """Write the body of a function."""
        self.rows.write(writer, machine, base, lambda mine, other: (mine, self.rows.other))


def planned(node: Node, operands: Sequence[Layout], result: Layout) -> Gather:
    """The step of a ``gather``."""
    x, *indices = operands
    return Gather(node, rows_of(node, x, indices, result))
