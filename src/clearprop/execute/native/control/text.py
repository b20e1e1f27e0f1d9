"""Loops and branches as LLVM's text: tables of pointers are filled in, and bodies are called.

A body is a function of its table and its arena, like a segment. What a trip carries on is never
copied: either a trip writes it where it reads it, or the table says where a trip reads and where it
writes, and the places change about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, final

from clearprop.execute.native.bodies import (
    POINTER,
    Body,
    Branch,
    Control,
    Scan,
    While,
)
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.polling import Head, is_polled
from clearprop.execute.native.special import FLAG

Base = Callable[[Writer, Buffer], str]

COPY: Final = "llvm.memcpy.p0.p0.i64"


def control_lines(
    writer: Writer,
    step: Control,
    names: Sequence[str],
    base: Base,
    scratch: str,
    outermost: bool,
) -> None:
    """Write what runs a loop or branch.

    Args:
        writer: Where to.
        step: The step.
        names: The names of the functions of its bodies.
        base: Writes how a buffer's address is found; returns its name.
        scratch: The address of the step's scratch.
        outermost: Whether it stands in no loop.
    """
    lines = _Lines(writer, base, scratch, outermost)
    if isinstance(step, Scan):
        lines.scan(step, names[0])
    elif isinstance(step, While):
        lines.loop(step, *names)
    else:
        lines.branch(step, *names)


@final
class _Lines:
    def __init__(self, writer: Writer, base: Base, scratch: str, outermost: bool) -> None:
        self.writer = writer
        self.base = base
        self.scratch = scratch
        self.outermost = outermost
        self.used = 0

    # The three kinds ------------------------------------------------------------------------------

    def scan(self, step: Scan, name: str) -> None:
        """Trip by trip, a known number of times."""
        writer, body = self.writer, step.body
        table, arena = self._prepared(body)
        self._given(body, table, body.inputs[: len(step.consts)], step.consts)
        first = [self._address(layout) for layout in step.carries]
        finals = [self._address(layout) for layout in step.finals]
        others = {i: self._room(step.finals[i].buffer.bytes) for i in step.doubled}
        if not step.length:
            for source, target, layout in zip(first, finals, step.finals, strict=True):
                self._copy(target, source, layout.buffer.bytes)
            return
        kept = {i: self._address(layout) for i, layout in step.histories.items()}
        for i, pointer in kept.items():
            layout = step.histories[i]
            start = self._slice(pointer, layout, str(step.length - 1 if step.backward else 0))
            self._copy(start, first[i], step.carries[i].buffer.bytes)
            first[i] = start
        for i in step.body.updated:
            self._copy(finals[i], first[i], step.finals[i].buffer.bytes)
            first[i] = finals[i]
        slices = [self._address(layout) for layout in step.slices]
        stacked = [self._address(layout) for layout in step.stacked]
        entering = body.inputs[len(step.consts) : len(step.consts) + len(first)]
        into = body.inputs[len(step.consts) + len(first) :]
        leaving, out = body.outputs[: len(first)], body.outputs[len(first) :]
        asks = Head(writer, self.base, self.outermost) if is_polled(step) else None

        def trip(index: str, carried: list[str]) -> list[str]:
            if asks:
                asks.of_scan(step, index)
            rest = writer.put(f"sub i64 {step.length - 1}, {index}")
            odd = writer.put(f"trunc i64 {rest} to i1")
            targets = list(finals)
            for i, other in others.items():
                targets[i] = writer.put(f"select i1 {odd}, ptr {other}, ptr {finals[i]}")
            at = rest if step.backward else index
            if kept:
                is_last = writer.put(f"icmp eq i64 {rest}, 0")
                following = writer.put(f"add i64 {at}, {-1 if step.backward else 1}")
            for i, pointer in kept.items():  # the next trip's entry is written in its place
                place = self._slice(pointer, step.histories[i], following)
                targets[i] = writer.put(f"select i1 {is_last}, ptr {finals[i]}, ptr {place}")
            for buffer, pointer in zip(entering, carried, strict=True):
                self._set(body, table, buffer, pointer)
            for buffer, pointer in zip(leaving, targets, strict=True):
                self._set(body, table, buffer, pointer)
            for buffers, pointers, layouts in (
                (into, slices, step.slices),
                (out, stacked, step.stacked),
            ):
                for buffer, pointer, layout in zip(buffers, pointers, layouts, strict=True):
                    self._set(body, table, buffer, self._slice(pointer, layout, at))
            self._call(name, table, arena)
            return targets

        writer.loop(step.length, [("ptr", pointer) for pointer in first], trip)
        if asks:
            asks.after_scan(step)

    def loop(self, step: While, cond: str, body: str) -> None:
        """Trip by trip, for as long as the condition holds."""
        writer = self.writer
        tables = [self._prepared(part) for part in (step.cond, step.body)]
        for part, (table, _) in zip((step.cond, step.body), tables, strict=True):
            self._given(part, table, part.inputs[: len(step.consts)], step.consts)
        truth = self._room(1)
        self._set(step.cond, tables[0][0], step.cond.outputs[0], truth)
        starts = [self._address(layout) for layout in step.carries]
        finals = [self._address(layout) for layout in step.finals]
        sizes = [layout.buffer.bytes for layout in step.finals]
        turns = {i: (self._room(sizes[i]), self._room(sizes[i])) for i in step.doubled}
        for i in step.body.updated:
            self._copy(finals[i], starts[i], sizes[i])
        count = len(step.consts)
        asks = Head(writer, self.base, self.outermost)
        before, head, trip, after = writer.block, *(writer.label() for _ in range(3))
        writer.do(f"br label %{head}")
        writer.open(head)
        names = {i: (writer.name(), writer.name(), writer.name()) for i in turns}
        entering = [names[i][0] if i in names else final for i, final in enumerate(finals)]
        leaving = [names[i][1] if i in names else final for i, final in enumerate(finals)]
        hole = len(writer.lines)
        writer.lines.extend("" for _ in range(3 * len(turns)))
        asks.of_while(step)
        for buffer, pointer in zip(step.cond.inputs[count:], entering, strict=True):
            self._set(step.cond, tables[0][0], buffer, pointer)
        self._call(cond, *tables[0])
        byte = writer.put(f"load i8, ptr {truth}, align 1")
        goes_on = self._unless_flagged(step, writer.put(f"icmp ne i8 {byte}, 0"))
        writer.do(f"br i1 {goes_on}, label %{trip}, label %{after}")
        writer.open(trip)
        for buffers, pointers in (
            (step.body.inputs[count:], entering),
            (step.body.outputs, leaving),
        ):
            for buffer, pointer in zip(buffers, pointers, strict=True):
                self._set(step.body, tables[1][0], buffer, pointer)
        self._call(body, *tables[1])
        writer.do(f"br label %{head}")
        for i, (now, target, other) in names.items():
            one, two = turns[i]
            for name, first, following in (
                (now, starts[i], target),
                (target, one, other),
                (other, two, target),
            ):
                writer.lines[hole] = (
                    f"  {name} = phi ptr [{first}, %{before}], [{following}, %{trip}]"
                )
                hole += 1
        writer.open(after)
        asks.after()
        for i, (now, _, _) in names.items():
            self._copy(finals[i], now, sizes[i])

    def branch(self, step: Branch, on_true: str, on_false: str) -> None:
        """One of two."""
        writer = self.writer
        byte = writer.put(f"load i8, ptr {self._address(step.pred)}, align 1")
        holds = writer.put(f"icmp ne i8 {byte}, 0")
        yes, no, after = (writer.label() for _ in range(3))
        writer.do(f"br i1 {holds}, label %{yes}, label %{no}")
        for label, body, name in ((yes, step.on_true, on_true), (no, step.on_false, on_false)):
            writer.open(label)
            self.used = 0
            table, arena = self._prepared(body)
            self._given(body, table, body.inputs, step.operands)
            self._given(body, table, body.outputs, step.results)
            self._call(name, table, arena)
            writer.do(f"br label %{after}")
        writer.open(after)

    def _unless_flagged(self, step: While, goes_on: str) -> str:
        """Whether a loop goes on: not if a step within could not be done, or it might for ever."""
        if not any(FLAG in body.constants for body in step.bodies):
            return goes_on
        flag = self.writer.put(f"load i64, ptr {self.base(self.writer, FLAG)}, align 8")
        none = self.writer.put(f"icmp eq i64 {flag}, 0")
        return self.writer.put(f"and i1 {goes_on}, {none}")

    # What they share ------------------------------------------------------------------------------

    def _prepared(self, body: Body) -> tuple[str, str]:
        """A body's table, constants filled in, and its arena."""
        table = self._room(body.table_bytes)
        arena = self._room(body.arena_bytes)
        for buffer, outer in body.constants.items():
            self._set(body, table, buffer, self.base(self.writer, outer))
        return table, arena

    def _room(self, size: int) -> str:
        """The next free place in the scratch."""
        place = self.writer.put(f"getelementptr i8, ptr {self.scratch}, i64 {self.used}")
        self.used += -(-max(size, 1) // 64) * 64
        return place

    def _given(
        self, body: Body, table: str, buffers: Sequence[Buffer], layouts: Sequence[Layout]
    ) -> None:
        for buffer, layout in zip(buffers, layouts, strict=True):
            self._set(body, table, buffer, self._address(layout))

    def _set(self, body: Body, table: str, buffer: Buffer, pointer: str) -> None:
        """Where a body finds a buffer."""
        by = body.slots[buffer] * POINTER
        place = self.writer.put(f"getelementptr i8, ptr {table}, i64 {by}")
        self.writer.do(f"store ptr {pointer}, ptr {place}, align 8")

    def _address(self, layout: Layout) -> str:
        pointer = self.base(self.writer, layout.buffer)
        by = layout.offset * layout.dtype.itemsize
        return self.writer.put(f"getelementptr i8, ptr {pointer}, i64 {by}") if by else pointer

    def _slice(self, pointer: str, layout: Layout, at: str) -> str:
        """The address of the part of an array that belongs to a trip."""
        step = layout.strides[0] * layout.dtype.itemsize
        by = self.writer.put(f"mul i64 {at}, {step}")
        return self.writer.put(f"getelementptr i8, ptr {pointer}, i64 {by}")

    def _call(self, name: str, table: str, arena: str) -> None:
        self.writer.do(f"call void @{name}(ptr {table}, ptr {arena})")

    def _copy(self, target: str, source: str, size: int) -> None:
        if size:
            args = (("ptr", target), ("ptr", source), ("i64", str(size)), ("i1", "false"))
            self.writer.intrinsic(COPY, "void", *args)
