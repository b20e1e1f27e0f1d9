"""Running sums, products and extremes: each result is the one before with one more element.

The order is that of the reference, so the results are the same to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Final, final

from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.running.lines import Lines, each_line, without_axis
from clearprop.execute.native.special import Base, Special
from clearprop.graph import Node

_OPS: Final = {
    "cumsum": ("add", "or"),
    "cumprod": ("multiply", "and"),
    "cummax": ("maximum", "or"),
    "cummin": ("minimum", "and"),
}
"""What takes in one more element: of numbers, and of truth values."""


@final
@dataclass(slots=True)
class Running(Special):
    """What an operation makes of all elements up to each.

    Attributes:
        node: The operation of the graph.
        op: What takes in one more element.
        x: The elements.
        to: Where the results go.
        axis: Along which axis.
        reverse: Whether from the end.
    """

    node: Node
    op: str
    x: Layout
    to: Layout
    axis: int
    reverse: bool

    @property
    def line(self) -> str:
        """What is done, for those who ask."""
        count = self.x.shape[self.axis]
        lines = prod(without_axis(self.x, self.axis).shape)
        return f"running {self.op}: {lines} lines of {count} {self.x.dtype}"

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        return [self.x.buffer]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        return [self.to.buffer]

    def write(self, writer: Writer, machine: Machine, base: Base) -> None:
        """Write the body of a function."""
        if prod(self.x.shape):
            heads = [without_axis(layout, self.axis) for layout in (self.x, self.to)]
            lanes = machine.lanes(self.x.dtype.itemsize)
            each_line(writer, lanes, base, heads, lambda lines: self._along(writer, lines))

    def _along(self, writer: Writer, lines: Lines) -> None:
        access, dtype, tail = lines.access, self.x.dtype, lines.tail
        count = self.x.shape[self.axis]
        steps = [layout.strides[self.axis] for layout in (self.x, self.to)]
        source, target = lines.starts
        if self.reverse:
            source = access.moved(source, dtype, (count - 1) * steps[0])
            target = access.moved(target, dtype, (count - 1) * steps[1])
            steps = [-step for step in steps]
        first = access.load(dtype, source, lines.apart[0], tail)
        access.store(dtype, first, target, lines.apart[1], tail)
        if count == 1:
            return
        source, target = (
            access.moved(start, dtype, step)
            for start, step in zip((source, target), steps, strict=True)
        )

        def trip(index: str, carried: list[str]) -> list[str]:
            here = access.moved(source, dtype, access.times(index, steps[0]))
            there = access.moved(target, dtype, access.times(index, steps[1]))
            element = access.load(dtype, here, lines.apart[0], tail)
            now = lines.unit.combine(self.op, dtype, carried[0], element)
            access.store(dtype, now, there, lines.apart[1], tail)
            return [now]

        writer.loop(count - 1, [(lines.unit.type(dtype), first)], trip)


def planned(node: Node, operands: Sequence[Layout], result: Layout) -> Running:
    """The step of a running operation."""
    (x,) = operands
    params = dict(node.params)
    op = _OPS[node.primitive.name][x.dtype.kind == "b"]
    return Running(node, op, x, result, params["axis"], bool(params.get("reverse", False)))
