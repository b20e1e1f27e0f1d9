"""Steps as one module of LLVM's text: a function per loop and product, and one per segment.

A *segment* is a run of steps that are all native; between segments the reference computes what has
no native form. A segment's function takes the table of pointers to the buffers outside of the
arena, and the arena.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, final

from clearprop.execute.native import math, products
from clearprop.execute.native.bodies import Branch, Control
from clearprop.execute.native.control.text import control_lines
from clearprop.execute.native.layouts import Layout
from clearprop.execute.native.loops.nest import loop_text
from clearprop.execute.native.loops.writer import LLVM, Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.placing import Places
from clearprop.execute.native.products import Beside, Grid, Product
from clearprop.execute.native.singles import Straight
from clearprop.execute.native.special import Special
from clearprop.execute.native.steps import Fallback, Loop, Multiply, Step
from clearprop.execute.native.straight.recipes import SHORT
from clearprop.execute.native.straight.text import Texts
from clearprop.execute.native.threads import CALL, PART, calls, dispatcher

MOST_INLINED: Final = 64
"""From this number of calls with single numbers on, the code of a function stands only once."""

MOST_IN_A_TRIP: Final = 500
"""Up to this number of lines the steps of a body are no functions to be called, but stand in it."""

_SINGLE: Final = ".x1("


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


def module_texts(
    steps: Sequence[Step],
    runs: Sequence[Sequence[int]],
    places: Places,
    machine: Machine,
    flush_denormals: bool,
) -> tuple[str, str]:
    """The module, and that of straight-line code; the function of segment i is ``segment_i``."""
    module = _Module(machine)
    names = module.steps(steps, places, "step")
    for number, run in enumerate(runs):
        if not isinstance(steps[run[0]], Fallback):
            calls = [names[at] for at in run]
            module.texts.append(_segment(number, calls, machine if flush_denormals else None))
    return module.text(), module.stretches()


@final
class _Module:
    """Functions, and what they have in common."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.texts: list[str] = []
        self.declared: dict[str, None] = {}
        self.functions: dict[tuple[str, str, int], None] = {}
        self.products: dict[Product, None] = {}
        self.straight: list[Texts] = []

    def steps(
        self, steps: Sequence[Step], places: Places, prefix: str, outermost: bool = True
    ) -> dict[int, str]:
        """Write a function for each native step; their names. The outermost stand in no loop."""
        names = {}
        for at, step in enumerate(steps):
            if isinstance(step, Fallback):
                continue
            names[at] = f"{prefix}_{at}"
            if isinstance(step, Loop):
                room = places.scratch[at]
                text, declared, functions = loop_text(
                    step, names[at], self.machine, places.base, room
                )
                self.texts.append(text)
                self.declared.update(dict.fromkeys(declared))
                self.functions.update(functions)
            elif isinstance(step, Straight):
                self._straight(step, names[at], places, places.scratch[at])
            elif isinstance(step, Multiply):
                self._multiply(step, at, places, names[at])
            elif isinstance(step, Special):
                self._step(names[at], partial(_special, step, at, self.machine, places))
            else:
                lines = partial(self._control, step, at, places, names[at], outermost)
                self._step(names[at], lines)
        return names

    def text(self) -> str:
        """All of it, each declaration once."""
        texts = list(self.texts)
        if self.functions:
            texts.append(self._functions())
        if self.products:
            texts.append(products.module_text(list(self.products), self.machine))
        if any(CALL in text for text in self.texts):
            texts.append(dispatcher())
        return _once(self.declared, texts)

    def stretches(self) -> str:
        """The straight-line code, with the short functions that it calls; empty if there is none.

        The long ones stand in the other module.
        """
        if not self.straight:
            return ""
        declared: dict[str, None] = {}
        for texts in self.straight:
            declared.update(texts.assumed)
        called = self._called()
        short = [key for key in called if key[0] in SHORT]
        for name, dtype, lanes in called:
            if name not in SHORT:
                given = ", ".join([LLVM[dtype]] * math.NAMES[name])
                symbol = math.symbol(name, dtype, lanes)
                declared[f"declare {LLVM[dtype]} {symbol}({given})"] = None
        code = [texts.stretches for texts in self.straight]
        return "".join([_once(declared, [math.functions(short, self.machine)]), *code])

    def _called(self) -> dict[tuple[str, str, int], None]:
        """The functions of the math library that the straight-line code calls."""
        return {key: None for texts in self.straight for key in texts.called}

    def _functions(self) -> str:
        """The functions of the math library; those of single numbers once if they are many."""
        text = math.functions(self.functions, self.machine)
        shared = [f" {math.symbol(*key)}(" for key in self._called() if key[0] not in SHORT]
        often = sum(each.count(_SINGLE) for each in self.texts) > MOST_INLINED
        lines = text.split("\n")
        for at, line in enumerate(lines):
            if line.startswith("define ") and _SINGLE in line:
                if often:
                    line = line.replace(" alwaysinline ", " noinline ")
                if any(symbol in line for symbol in shared):
                    line = line.replace("define internal ", "define ")
                lines[at] = line
        return "\n".join(lines)

    def _straight(self, step: Straight, name: str, places: Places, own: int) -> None:
        texts = Texts(step, name, self.machine, places.base, own)
        self.straight.append(texts)
        self.texts.append(texts.loops)
        self.declared.update(texts.declared)
        self.functions.update(texts.functions)
        self.functions.update({key: None for key in texts.called if key[0] not in SHORT})

    def _step(self, name: str, lines: Callable[[Writer], None]) -> None:
        writer = Writer()
        lines(writer)
        self.declared.update(writer.declared)
        self.functions.update(writer.functions)
        self.texts.append(writer.function(name))

    def _multiply(self, step: Multiply, at: int, places: Places, name: str) -> None:
        if step.product.epilogue is not None:
            for key in step.product.epilogue.functions(self.machine.lanes(step.product.itemsize)):
                self.functions[key] = None
        grid = products.grid(step.product, self.machine)
        if grid is None:
            self.products[step.product] = None
            self._step(name, partial(_multiplication, step, at, places))
            return
        self.products.update(dict.fromkeys(grid.pieces()))
        part = Writer()
        _chunk(part, step, grid, grid.room(self.machine), places, at)
        self.texts.append(part.function(f"{name}.part", PART))
        self._step(name, lambda writer: writer.do(calls(f"{name}.part", grid.chunks)))

    def _control(
        self, step: Control, at: int, places: Places, name: str, outermost: bool, writer: Writer
    ) -> None:
        names = []
        inside = outermost and isinstance(step, Branch)
        for number, body in enumerate(step.bodies):
            inner = Places(body.slots, body.inside, body.scratch, body.arena_bytes)
            begin = len(self.texts)
            calls = self.steps(body.steps, inner, f"{name}_{number}", inside)
            names.append(f"{name}_{number}")
            self.texts.append(
                _function(f"internal void @{names[-1]}", list(calls.values()), " noinline")
            )
            made = self.texts[begin:]
            if sum(text.count("\n") for text in made) <= MOST_IN_A_TRIP:
                self.texts[begin:] = [text.replace(_APART, _INSIDE) for text in made]
        scratch = writer.put(f"getelementptr i8, ptr %arena, i64 {places.scratch[at]}")
        control_lines(writer, step, names, places.base, scratch, outermost)


def _segment(number: int, names: Sequence[str], flushing: Machine | None) -> str:
    """The function of a segment; on that machine it flushes denormals."""
    text = _function(f"void @segment_{number}", names)
    if flushing is None:
        return text
    head, _, calls = text.partition("\n")
    around = _FLUSHING if flushing.is_x86 else _FLUSHING_ARM
    return f"{head}\n{around.format(calls=calls.removesuffix(_END))}{_END}"


def _function(head: str, names: Sequence[str], attribute: str = "") -> str:
    """A function that calls others, one after the other."""
    calls = "".join(f"  call void @{name}(ptr %slots, ptr %arena)\n" for name in names)
    return f"define {head}(ptr %slots, ptr %arena){attribute} {{\n{calls}{_END}"


_APART: Final = "(ptr %slots, ptr %arena) noinline {"
_INSIDE: Final = "(ptr %slots, ptr %arena) alwaysinline {"


_END = "  ret void\n}\n"

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

_FLUSHING_ARM = """\
  %before = call i64 @llvm.aarch64.get.fpcr()
  %flushing = or i64 %before, 16777216
  call void @llvm.aarch64.set.fpcr(i64 %flushing)
{calls}  call void @llvm.aarch64.set.fpcr(i64 %before)
"""
"""The same on Arm: bit 24 of FPCR."""


def _multiplication(step: Multiply, at: int, places: Places, writer: Writer) -> None:
    given = [_address(writer, layout, places) for layout in (step.a, step.b, _c(step))]
    given.append(writer.put(f"getelementptr i8, ptr %arena, i64 {places.scratch[at]}"))
    given += [_address(writer, layout, places) for layout in step.beside]
    args = ", ".join(f"ptr {name}" for name in given)
    writer.do(f"call void @{products.symbol(step.product)}({args})")


def _chunk(writer: Writer, step: Multiply, grid: Grid, room: int, places: Places, at: int) -> None:
    """One chunk of a product: where its matrices start, and which function is for its size."""
    whole = grid.whole
    _, rows, columns = grid.counts
    left = writer.put(f"udiv i64 %chunk, {rows}")
    numbers = (
        writer.put(f"udiv i64 {left}, {columns}"),
        writer.put(f"urem i64 %chunk, {rows}"),
        writer.put(f"urem i64 {left}, {columns}"),
    )
    down, across = (
        1 if whole.transposed_a else whole.lda,
        whole.ldb if whole.transposed_b else 1,
    )

    def start(layout: Layout | None, size: int, steps: Sequence[int]) -> str:
        """Where a chunk starts in an array."""
        pointer = _address(writer, layout, places)
        for number, by in zip(numbers, steps, strict=True):
            if by and layout is not None:
                bytes_ = writer.put(f"mul i64 {number}, {by * size}")
                pointer = writer.put(f"getelementptr i8, ptr {pointer}, i64 {bytes_}")
        return pointer

    size = whole.itemsize
    given = [
        start(step.a, size, (grid.stack * whole.batch_a, grid.rows * down, 0)),
        start(step.b, size, (grid.stack * whole.batch_b, 0, grid.columns * across)),
        start(_c(step), size, (grid.stack * whole.batch_c, grid.rows * whole.ldc, grid.columns)),
    ]
    mine = writer.put(f"mul i64 %worker, {room}")
    mine = writer.put(f"add i64 {mine}, {places.scratch[at]}")
    given.append(writer.put(f"getelementptr i8, ptr %arena, i64 {mine}"))
    for layout, x in zip(step.beside, _beside(whole), strict=True):
        by = (grid.stack * x.stack, grid.rows * x.rows, grid.columns * x.columns)
        given.append(start(layout, x.dtype.itemsize, by))
    ends = [
        writer.put(f"icmp eq i64 {number}, {count - 1}")
        for number, count in zip(numbers, grid.counts, strict=True)
    ]

    def function(*last: bool) -> str:
        """The function where that is known of the first directions."""
        if len(last) == len(ends):
            return f"@{products.symbol(grid.piece(last))}"
        yes, no = function(*last, True), function(*last, grid.counts[len(last)] == 1)
        if yes == no:
            return yes
        return writer.put(f"select i1 {ends[len(last)]}, ptr {yes}, ptr {no}")

    writer.do(f"call void {function()}({', '.join(f'ptr {x}' for x in given)})")


def _c(step: Multiply) -> Layout | None:
    """Where a product's result goes, if anywhere."""
    return step.c if step.uses_c else None


def _beside(product: Product) -> Sequence[Beside]:
    """How that lies which a product's epilogue reads and writes."""
    return () if product.epilogue is None else product.epilogue.places


def _special(step: Special, at: int, machine: Machine, places: Places, writer: Writer) -> None:
    step.write(writer, machine, partial(places.base, step=at))


def _address(writer: Writer, layout: Layout | None, places: Places) -> str:
    if layout is None:
        return "null"
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
