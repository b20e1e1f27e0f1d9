"""What a compiled function does, in words: its loops, products, memory, and what fell back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, final

from clearprop.execute.native.bodies import Branch, Control, Scan, While
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.placing import chunks
from clearprop.execute.native.program import Program
from clearprop.execute.native.singles import Straight
from clearprop.execute.native.special import Special
from clearprop.execute.native.steps import Fallback, Loop, Multiply, Step
from clearprop.graph import Node, location_of


@final
class ExecutionPlan:
    """The steps of a compiled function; ``str`` shows them.

    Attributes:
        loops: How many fused loops there are.
        products: How many matrix products.
        fallbacks: The operations that the reference computes: name, reason and line of each.
        arena_bytes: The memory that intermediate results take during a call, in bytes.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        steps = program.steps
        self.loops = sum(isinstance(step, Loop) for step in steps)
        self.products = sum(isinstance(step, Multiply) for step in steps)
        self.fallbacks = [
            (step.node.primitive.name, step.reason, str(location_of(step.node) or ""))
            for step in steps
            if isinstance(step, Fallback)
        ]
        self.arena_bytes = program.arena_bytes

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "machine": self._program.machine.level,
            "loops": self.loops,
            "products": self.products,
            "fallbacks": [list(each) for each in self.fallbacks],
            "arena_bytes": self.arena_bytes,
            "cached": self._program.was_cached,
            "steps": self._lines(),
        }

    def __str__(self) -> str:
        head = (
            f"{self.loops} loops, {self.products} matrix products, {len(self.fallbacks)} "
            f"operations by NumPy; arena {self.arena_bytes:,} bytes; "
            f"for {self._program.machine.level}"
        )
        return "\n".join([head, *(f"  {line}" for line in self._lines())])

    __repr__ = __str__

    def _lines(self) -> list[str]:
        machine = self._program.machine
        return [f"{_line(step)}{_shared(step, machine)}" for step in self._program.steps]


def _shared(step: Step, machine: Machine) -> str:
    """Into how many chunks a step is cut, if it is, which several threads may take."""
    if isinstance(step, Scan | While | Branch):
        count = sum(bool(_shared(inner, machine)) for body in step.bodies for inner in body.steps)
        return f", {count} of them in chunks" if count else ""
    count = chunks(step, machine)
    return f"; in {count} chunks" if count > 1 else ""


def _carries(step: Control) -> str:
    """How many of what the trips of a loop carry on is changed where it lies."""
    if isinstance(step, Branch) or not step.finals:
        return ""
    return f", {len(step.body.updated)} of {len(step.finals)} carries in place"


def _line(step: Step) -> str:
    """A step in a line."""
    if isinstance(step, Scan | While | Branch):
        inner = sum(len(body.steps) for body in step.bodies)
        trips = f" of {step.length} trips" if isinstance(step, Scan) else ""
        return f"{step.node.primitive.name}{trips}{_carries(step)}, {inner} steps inside"
    if isinstance(step, Multiply):
        p = step.product
        stack = f"{p.batch} × " if p.batch != 1 else ""
        also = f" with {_work(step.nodes)}" if p.epilogue is not None else ""
        kind = "bfloat16" if p.form == "rounded" else p.dtype
        return f"product {stack}{p.m}×{p.k} · {p.k}×{p.n} {kind}{also}"
    if isinstance(step, Special):
        return step.line
    if isinstance(step, Fallback):
        where = location_of(step.node)
        return f"NumPy   {step.node.primitive.name}: {step.reason}" + (
            f" ({where})" if where else ""
        )
    work = _work(step.nodes)
    if isinstance(step, Straight):
        return f"numbers {work}; in {len(step.parts)} parts"
    shape = "×".join(map(str, step.domain)) or "one number"
    bytes_ = sum(layout.buffer.bytes for layout in step.loads)
    return f"loop    {shape}: {work}; reads {bytes_:,} bytes"


def _work(nodes: Sequence[Node]) -> str:
    """Operations in words, each kind once."""
    counts = Counter(node.primitive.name for node in nodes)
    work = ", ".join(name if n == 1 else f"{n} {name}" for name, n in counts.most_common())
    return work or "copy"
