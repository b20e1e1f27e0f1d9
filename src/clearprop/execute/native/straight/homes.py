"""Where the values lie that cross between the parts of straight-line code.

A value has a home from the part that makes it to the last one that reads it; then the home is
another's. The memory in use stays small and warm.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final, final

from clearprop.execute.native.memory import ALIGNMENT
from clearprop.execute.native.singles import Argument, Batch, Code
from clearprop.execute.native.straight.order import read_by
from clearprop.graph import Node, Value

HOME: Final = 8
"""The size of a home: that of the largest number."""


@final
class Homes:
    """The homes of the values of one step.

    Args:
        parts: What is done, in order; batches learn where their numbers lie.
        inside: The values that are computed here.

    Attributes:
        places: Where each value that crosses lies, in bytes.
        bytes: How much memory that is.
    """

    def __init__(self, parts: Sequence[Code | Batch], inside: Container[Value]) -> None:
        self.places: dict[Value, int] = {}
        self.bytes = 0
        self._free: list[int] = []
        self._areas: dict[int, list[int]] = {}
        last, crossing = _lives(parts, inside)
        ending: dict[int, list[Value]] = {}
        for value in crossing:
            ending.setdefault(last[value], []).append(value)
        left: dict[Batch, int] = {}
        batch_of: dict[Value, Batch] = {}
        for at, part in enumerate(parts):
            if isinstance(part, Batch):
                self._give_area(part.arguments, part.bytes * part.width)
                part.results = self._take_area(part.bytes)
                left[part] = len(part.nodes)
                for i, node in enumerate(part.nodes):
                    self.places[node] = part.results + i * part.dtype.itemsize
                    batch_of[node] = part
                    if node not in last:
                        left[part] -= 1
                continue
            for entry in part:
                if entry.__class__ is Node:
                    if entry in crossing:
                        self.places[entry] = self._take()
                elif isinstance(entry, Argument):
                    batch = entry.batch
                    if batch.arguments < 0 and not batch.alone:
                        batch.arguments = self._take_area(batch.bytes * batch.width)
            for value in ending.get(at, ()):
                made_by = batch_of.get(value)
                if made_by is None:
                    self._free.append(self.places[value])
                    continue
                left[made_by] -= 1
                if not left[made_by]:
                    self._give_area(made_by.results, made_by.bytes)

    def _take(self) -> int:
        if self._free:
            return self._free.pop()
        self.bytes += HOME
        return self.bytes - HOME

    def _take_area(self, size: int) -> int:
        """Room for many numbers side by side."""
        size = _rounded(size)
        known = self._areas.get(size)
        if known:
            return known.pop()
        start = -(-self.bytes // ALIGNMENT) * ALIGNMENT
        self._free.extend(range(self.bytes, start, HOME))
        self.bytes = start + size
        return start

    def _give_area(self, start: int, size: int) -> None:
        self._areas.setdefault(_rounded(size), []).append(start)


def _rounded(size: int) -> int:
    return -(-size // HOME) * HOME


def _lives(
    parts: Sequence[Code | Batch], inside: Container[Value]
) -> tuple[dict[Value, int], dict[Value, None]]:
    """The last part that reads each value, of those that some part reads after it was made."""
    made: set[Value] = set()
    last: dict[Value, int] = {}
    crossing: dict[Value, None] = {}
    for at, part in enumerate(parts):
        if isinstance(part, Batch):
            continue
        made = set()
        for entry in part:
            for value in entry.operands if entry.__class__ is Node else read_by(entry):
                if value not in made and value in inside:
                    last[value] = at
                    crossing[value] = None
            if entry.__class__ is Node:
                made.add(entry)
    return last, crossing
