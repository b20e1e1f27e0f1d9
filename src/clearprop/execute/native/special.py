"""Steps of a kind of their own: each writes its own text; and how a step says that it cannot.

A step that meets a position outside of an array neither reads nor writes there: it stores 1 in
:data:`FLAG`, the one buffer that is the same in all plans, and ends. What comes after it in the
segment may compute nonsense, but in bounds; the program then asks the reference, which raises.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from clearprop.execute.native.layouts import Buffer
from clearprop.graph import Node, type_of

if TYPE_CHECKING:
    from clearprop.execute.native.loops.writer import Writer
    from clearprop.execute.native.machine import Machine

FLAG: Final = Buffer(-1, type_of((), "int64"))
"""Not 0 once a step could not be done."""

WATCH: Final = Buffer(-3, type_of((), "int64"))
"""Where loops ask now and then whether they shall go on: see :mod:`.polling`. It is the same in
all plans, too."""

SCRATCH: Final = Buffer(-2, type_of((), "int64"))
"""The memory that a step has to itself while it runs."""

Base = Callable[["Writer", Buffer], str]
"""Writes how a buffer's address is found; returns its name."""


class Special(ABC):
    """A step that writes its own text.

    Attributes:
        node: The operation of the graph.
    """

    __slots__ = ()
    node: Node

    @property
    @abstractmethod
    def line(self) -> str:
        """What is done, for those who ask."""

    @property
    def checks(self) -> bool:
        """Whether it may find that it cannot be done."""
        return FLAG in self.writes()

    @property
    def work(self) -> int:
        """About how many operations on one number it is; by default, some for each that it has."""
        return 8 * sum(buffer.type.size for buffer in (*self.reads(), *self.writes()))

    def scratch_bytes(self, machine: Machine) -> int:
        """How much memory it needs at :data:`SCRATCH`."""
        return 0

    @abstractmethod
    def reads(self) -> list[Buffer]:
        """The buffers that are read."""

    @abstractmethod
    def writes(self) -> list[Buffer]:
        """The buffers that are written; :data:`FLAG` among them if it checks."""

    @abstractmethod
    def write(self, writer: Writer, machine: Machine, base: Base) -> None:
        """Write the body of a function of the table of pointers and the arena."""


Planner = Callable[..., Special]
"""``planner(node, operands, *results)``: the step that computes a node."""
