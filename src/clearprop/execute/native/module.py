"""Steps as one module of LLVM's text: a function per loop and product, and one per segment.

A *segment* is a run of steps that are all native; between segments the reference computes what has
no native form. A segment's function takes the table of pointers to the buffers outside of the
arena, and the arena.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from clearprop.execute.native import math, products
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.loops.nest import loop_text
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.steps import Fallback, Loop, Multiply, Step


@final
@dataclass(frozen=True, slots=True)
class Places:
    """Where each buffer is found.

    Attributes:
        outside: The place in the table of pointers.
        inside: The offset in the arena, in bytes.
        scratch: The offset of each step's scratch.
    """

    outside: Mapping[Buffer, int]
    inside: Mapping[Buffer, int]
    scratch: Sequence[int]

    def base(self, writer: Writer, buffer: Buffer) -> str:
        """Write how a buffer's address is found; its name."""
        if buffer in self.inside:
            return writer.put(f"getelementptr i8, ptr %arena, i64 {self.inside[buffer]}")
        place = writer.put(f"getelementptr ptr, ptr %slots, i64 {self.outside[buffer]}")
        return writer.put(f"load ptr, ptr {place}, align 8")


def segments(steps: Sequence[Step]) -> list[list[int]]:
    """The steps' numbers, native ones in runs and the others by themselves."""
    found: list[list[int]] = []
    open_ = False
    for at, step in enumerate(steps):
        native = not isinstance(step, Fallback)
        if native and open_:
            found[-1].append(at)
        else:
            found.append([at])
        open_ = native
    return found


def module_text(
    steps: Sequence[Step],
    runs: Sequence[Sequence[int]],
    places: Places,
    machine: Machine,
    flush_denormals: bool,
) -> str:
    """The whole module; the function of segment i is ``segment_i``."""
    texts: list[str] = []
    declared: dict[str, None] = {}
    wanted: dict[tuple[str, str, int], None] = {}
    multiplied = [step.product for step in steps if isinstance(step, Multiply)]
    for at, step in enumerate(steps):
        if isinstance(step, Loop):
            text, declarations, functions = loop_text(step, f"step_{at}", machine, places.base)
            texts.append(text)
            declared.update(dict.fromkeys(declarations))
            wanted.update(functions)
        elif isinstance(step, Multiply):
            texts.append(_multiplication(step, at, places))
    for number, run in enumerate(runs):
        if not isinstance(steps[run[0]], Fallback):
            texts.append(_segment(number, run, flush_denormals))
    if wanted:
        texts.append(math.functions(wanted, machine))
    if multiplied:
        texts.append(products.module_text(list(dict.fromkeys(multiplied)), machine))
    return _once(declared, texts)


def _segment(number: int, run: Sequence[int], flush_denormals: bool) -> str:
    calls = "".join(f"  call void @step_{at}(ptr %slots, ptr %arena)\n" for at in run)
    if flush_denormals:
        calls = _FLUSHING.format(calls=calls)
    return f"define void @segment_{number}(ptr %slots, ptr %arena) {{\n{calls}  ret void\n}}\n"


_FLUSHING = """\
  %state = alloca i32
  %changed = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %state)
  %before = load i32, ptr %state
  %flushing = or i32 %before, 32832
  store i32 %flushing, ptr %changed
  call void @llvm.x86.sse.ldmxcsr(ptr %changed)
{calls}  call void @llvm.x86.sse.ldmxcsr(ptr %state)
"""
"""Around a segment: denormal results and operands are 0 (bits 15 and 6 of MXCSR)."""


def _multiplication(step: Multiply, at: int, places: Places) -> str:
    writer = Writer()
    given = [_address(writer, layout, places) for layout in (step.a, step.b, step.c)]
    scratch = writer.put(f"getelementptr i8, ptr %arena, i64 {places.scratch[at]}")
    args = ", ".join(f"ptr {name}" for name in (*given, scratch))
    writer.do(f"call void @{products.symbol(step.product)}({args})")
    lines = "\n".join(writer.lines)
    head = f"define internal void @step_{at}(ptr %slots, ptr %arena) noinline {{\nentry:\n"
    return f"{head}{lines}\n  ret void\n}}\n"


def _address(writer: Writer, layout: Layout, places: Places) -> str:
    base = places.base(writer, layout.buffer)
    offset = layout.offset * layout.dtype.itemsize
    return writer.put(f"getelementptr i8, ptr {base}, i64 {offset}") if offset else base


def _once(declared: Mapping[str, None], texts: Sequence[str]) -> str:
    """The texts in one, each declaration once."""
    seen = dict(declared)
    lines = []
    for text in texts:
        for line in text.split("\n"):
            if line.startswith("declare "):
                seen[line] = None
            else:
                lines.append(line)
    return "\n".join([*seen, *lines, ""])
