"""The function of a batch: one of the math library's at so many numbers, side by side in memory."""

from __future__ import annotations

from typing import final

from clearprop.execute.native.layouts import Buffer, whole
from clearprop.execute.native.loops.nest import write_loop
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.singles import Batch
from clearprop.execute.native.steps import Loop, Store
from clearprop.execute.native.terms import Term
from clearprop.graph import type_of


@final
class Batches:
    """The functions of a step's batches, each written once.

    Args:
        name: What their names begin with.
        machine: What they are for.

    Attributes:
        texts: The functions, by their names.
        declared: The declarations that they need.
        functions: The functions of the math library that they call.
    """

    def __init__(self, name: str, machine: Machine) -> None:
        self.texts: dict[str, str] = {}
        self.declared: dict[str, None] = {}
        self.functions: dict[tuple[str, str, int], None] = {}
        self._name = name
        self._machine = machine

    def call(self, batch: Batch, at: int) -> str:
        """The lines that call a batch's function; ``at`` makes their names."""
        count, width = len(batch.nodes), batch.width
        function = f"{self._name}.{batch.name}.{batch.dtype.name}.{count}"
        if function not in self.texts:
            self.texts[function] = self._function(function, batch)
        places = [batch.arguments + i * batch.bytes for i in range(width)]
        lines = [
            f"  %b{at}.{i} = getelementptr i8, ptr %own, i64 {place}\n"
            for i, place in enumerate([*places, batch.results])
        ]
        given = ", ".join(f"ptr %b{at}.{i}" for i in range(width + 1))
        return "".join([*lines, f"  call void @{function}({given})\n"])

    def _function(self, function: str, batch: Batch) -> str:
        """A loop over the numbers, from the arguments' places to that of the results."""
        type_, width = type_of((len(batch.nodes),), batch.dtype), batch.width
        *given, to = [whole(Buffer(i, type_)) for i in range(width + 1)]
        terms = tuple([Term("load", (), batch.dtype, i) for i in range(width)])
        result = Term("call", terms, batch.dtype, batch.name)
        loop = Loop(type_.shape, loads=given, stores=[Store(result, to)])
        writer = Writer()
        called = write_loop(loop, writer, self._machine, lambda _, buffer: f"%p{buffer.number}")
        self.functions.update(called)
        self.declared.update(writer.declared)
        taken = ", ".join(f"ptr %p{i}" for i in range(width + 1))
        head = f"define internal void @{function}({taken}) noinline {{\nentry:\n"
        return "\n".join([head + "\n".join(writer.lines), "  ret void\n}\n"])
