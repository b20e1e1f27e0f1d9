"""Straight-line code as LLVM's text: a function per stretch, one per kind of batch, one that calls.

The stretches are long and simple, and stand in a module of their own, which is made into machine
code with the least effort: the time that this takes grows with their length alone. The functions of
the math library stand in the other one, with the loops.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final, final

from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.loops.instructions import literal
from clearprop.execute.native.loops.writer import LLVM, Writer, element
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.singles import Argument, Batch, Code, Copied, Kept, Straight
from clearprop.execute.native.straight.batches import Batches
from clearprop.execute.native.straight.recipes import Recipe
from clearprop.execute.native.terms import Term
from clearprop.graph import Constant, Node, Type, Value

Base = Callable[[Writer, Buffer], str]
Function = tuple[str, str, int]

TABLES: Final = "ptr %slots, ptr %arena, ptr %own"
"""What every stretch takes: the table of pointers, the arena, and the step's own memory."""


@final
class Texts:
    """The functions of a step; the one of its name does all of it.

    Args:
        step: The step.
        name: A name for its functions to begin with.
        machine: What it is for.
        base: Writes how a buffer's address is found; returns its name.
        own: Where the step's own memory lies in the arena, in bytes.

    Attributes:
        loops: The functions that are made with effort: the batches, and the one that calls.
        stretches: The functions that are made without.
        declared: The declarations that the former need.
        assumed: The declarations that the latter need.
        functions: The functions of the math library that the former call.
        called: Those that the latter call.
    """

    def __init__(self, step: Straight, name: str, machine: Machine, base: Base, own: int) -> None:
        batches = Batches(name, machine)
        stretches, declared = list[str](), dict[str, None]()
        self.called: dict[Function, None] = {}
        self.assumed: dict[str, None] = {}
        calls = [f"  %own = getelementptr i8, ptr %arena, i64 {own}\n"]
        for at, part in enumerate(step.parts):
            if isinstance(part, Batch):
                calls.append(batches.call(part, at))
                continue
            stretch = _Stretch(step, base)
            stretches.append(stretch.text(f"{name}_{at}", part))
            self.called.update(stretch.called)
            self.assumed.update(stretch.writer.declared)
            declared[f"declare void @{name}_{at}(ptr, ptr, ptr)"] = None
            calls.append(f"  call void @{name}_{at}({TABLES})\n")
        head = f"define internal void @{name}(ptr %slots, ptr %arena) noinline {{\n"
        self.loops = "".join([*batches.texts.values(), head, *calls, "  ret void\n}\n"])
        self.stretches = "".join(stretches)
        self.declared = declared | batches.declared
        self.functions = batches.functions


@final
class _Stretch:
    """One function of straight-line code; its values are numbered, as LLVM reads that fastest."""

    def __init__(self, step: Straight, base: Base) -> None:
        self.step = step
        self.base = base
        self.writer = Writer()
        self.called: dict[Function, None] = {}
        self._names: dict[Value, str] = {}
        self._bases: dict[Buffer, str] = {}
        self._count = 0

    def text(self, name: str, code: Code) -> str:
        """The function."""
        lines, names, read, homes = self.writer.lines, self._names, self._read, self.step.homes
        recipes, stored = self.step.recipes, self.step.stored
        seen: dict[Recipe, None] = {}
        for entry in code:
            if isinstance(entry, Node):
                given = [names.get(x) or read(x) for x in entry.operands]
                recipe, count = recipes[entry], self._count
                seen[recipe] = None
                made = f"%{count}" if recipe.is_last else recipe.result(count, *given)
                if recipe.does:
                    lines.append(recipe.write(count, *given))
                    self._count += 1
                names[entry] = made
                home = homes.get(entry)
                if home is not None:
                    self._keep(entry.type, made, "%own", home)
                if entry in stored:
                    self._store(entry, made)
            elif isinstance(entry, Argument):
                if not entry.batch.alone:
                    value = entry.value
                    self._keep(value.type, names.get(value) or read(value), "%own", entry.at)
            elif isinstance(entry, Kept):
                self._store(entry.value, names.get(entry.value) or read(entry.value))
            else:
                self._copy(entry)
        for recipe in seen:
            self.called.update(recipe.functions)
            self.writer.declared.update(recipe.declared)
        body = "\n".join(lines)
        return f"define void @{name}({TABLES}) nounwind {{\nentry:\n{body}\n  ret void\n}}\n"

    def _read(self, value: Value) -> str:
        """The name of a value that was not computed here: a number, or from memory."""
        home = self.step.homes.get(value)
        if home is not None:
            name = self._load(value.type, "%own", home)
        elif isinstance(value, Constant) and not value.type.shape:
            name = literal(value.value, value.type.dtype)
        else:
            name = self._load(*self._place(self.step.sources[value]))
        self._names[value] = name
        return name

    def _place(self, layout: Layout) -> tuple[Type, str, int]:
        """Where a layout's one element lies: its type, the buffer's address, and bytes from it."""
        buffer = layout.buffer
        base = self._bases.get(buffer)
        if base is None:
            base = self._bases[buffer] = self.base(self.writer, buffer)
        return buffer.type, base, layout.offset * buffer.type.dtype.itemsize

    def _load(self, type_: Type, base: str, offset: int) -> str:
        register, memory, size = _kind(type_)
        place, name = self._count, f"%{self._count + 1}"
        self._count += 2
        self.writer.lines.append(
            f"  %{place} = getelementptr i8, ptr {base}, i64 {offset}\n"
            f"  {name} = load {memory}, ptr %{place}, align {size}"
        )
        if register == memory:
            return name
        self.writer.lines.append(f"  %m{place} = icmp ne {memory} {name}, 0")
        return f"%m{place}"

    def _keep(self, type_: Type, value: str, base: str, offset: int) -> None:
        """Write a number to memory."""
        register, memory, size = _kind(type_)
        place = self._count
        self._count += 1
        if register != memory:
            self.writer.lines.append(f"  %m{place} = zext {register} {value} to {memory}")
            value = f"%m{place}"
        self.writer.lines.append(
            f"  %{place} = getelementptr i8, ptr {base}, i64 {offset}\n"
            f"  store {memory} {value}, ptr %{place}, align {size}"
        )

    def _store(self, value: Value, name: str) -> None:
        """Write a value where others look for it."""
        for layout in self.step.stored[value]:
            type_, base, offset = self._place(layout)
            self._keep(type_, name, base, offset)

    def _copy(self, entry: Copied) -> None:
        if isinstance(entry.source, Term):
            name = literal(entry.source.payload, entry.source.dtype)
        else:
            name = self._load(*self._place(entry.source))
        type_, base, offset = self._place(entry.to)
        self._keep(type_, name, base, offset)


@functools.cache
def _kind(type_: Type) -> tuple[str, str, int]:
    """LLVM's type of a number in a register and in memory, and its size."""
    return LLVM[type_.dtype.name], element(type_.dtype), type_.dtype.itemsize
