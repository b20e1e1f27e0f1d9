"""Many operations on single numbers as one step: stretches of code, and functions at many numbers.

What one stretch makes and another reads has a *home*: a place in the step's own memory. The calls
of one function that do not wait for each other are a batch: their arguments stand side by side in
that memory, and vector code computes all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

import numpy as np

from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.terms import Term
from clearprop.graph import Node, Value

if TYPE_CHECKING:
    from clearprop.execute.native.steps import Loop
    from clearprop.execute.native.straight.recipes import Recipe


@final
@dataclass(slots=True, eq=False)
class Batch:
    """A function of the math library at many numbers.

    Attributes:
        name: The function.
        dtype: Of the numbers.
        nodes: The operations, in the order in which their results lie in memory.
        alone: Whether they are too few: each is a call in a stretch of code instead.
        arguments: Where the first operands lie, then the second ones, in bytes.
        results: Where the results will, in bytes.
    """

    name: str
    dtype: np.dtype[Any]
    nodes: list[Node] = field(default_factory=list)
    alone: bool = False
    arguments: int = -1
    results: int = -1

    @property
    def width(self) -> int:
        """How many operands the function has."""
        return len(self.nodes[0].operands)

    @property
    def bytes(self) -> int:
        """How much memory the results take; for each operand it is the same."""
        return len(self.nodes) * self.dtype.itemsize


@final
@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """A value is written where a batch will read it."""

    value: Value
    batch: Batch
    operand: int
    place: int

    @property
    def at(self) -> int:
        """Where that is, in bytes."""
        among = self.operand * len(self.batch.nodes) + self.place
        return self.batch.arguments + among * self.batch.dtype.itemsize


@final
@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A result of a batch is written where others look for it."""

    value: Node


@final
@dataclass(frozen=True, slots=True, eq=False)
class Copied:
    """A number is written to another place."""

    source: Layout | Term
    to: Layout


Entry = Node | Argument | Kept | Copied

Code = list[Entry]
"""What a function does, one after the other."""


@final
@dataclass(slots=True, eq=False)
class Straight:
    """Operations on single numbers, whatever their number.

    Attributes:
        nodes: The operations of the graph, for those who ask.
        parts: What is done, in order.
        recipes: How each operation is written.
        sources: Where the values lie that were computed elsewhere.
        stored: Where values are to be written for others.
        homes: Where in the step's memory values lie that cross between parts, in bytes.
        scratch_bytes: How much memory that is.
        loop: The same as a loop over one number, for those who write no stretches.
    """

    nodes: Sequence[Node]
    parts: list[Code | Batch]
    recipes: dict[Node, Recipe]
    sources: dict[Value, Layout]
    stored: dict[Value, list[Layout]]
    homes: dict[Value, int]
    scratch_bytes: int
    copied: list[Copied]
    loop: Callable[[], Loop]

    @property
    def work(self) -> int:
        """How many operations it is."""
        return len(self.nodes)

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        moved = [x.source.buffer for x in self.copied if isinstance(x.source, Layout)]
        return [*dict.fromkeys([layout.buffer for layout in self.sources.values()]), *moved]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        kept = [layout.buffer for layouts in self.stored.values() for layout in layouts]
        return kept + [x.to.buffer for x in self.copied]
