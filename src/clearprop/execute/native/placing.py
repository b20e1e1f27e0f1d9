"""Where everything lies when a plan runs: in the table of pointers, or in the arena."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from clearprop.execute.native import products
from clearprop.execute.native.bodies import Body, Branch, Scan, While
from clearprop.execute.native.donating import updated
from clearprop.execute.native.layouts import Buffer
from clearprop.execute.native.loops.cut import cut
from clearprop.execute.native.loops.writer import Writer
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.memory import arena
from clearprop.execute.native.polling import polls, work
from clearprop.execute.native.singles import Straight
from clearprop.execute.native.special import SCRATCH, WATCH, Special
from clearprop.execute.native.steps import Loop, Multiply, Step


@final
@dataclass(frozen=True, slots=True)
class Places:
    """Where each buffer is found.

    Attributes:
        outside: The place in the table of pointers.
        inside: The offset in the arena, in bytes.
        scratch: The offset of each step's scratch.
        arena_bytes: The size of the arena.
    """

    outside: dict[Buffer, int]
    inside: dict[Buffer, int]
    scratch: Sequence[int]
    arena_bytes: int

    def base(self, writer: Writer, buffer: Buffer, step: int = 0) -> str:
        """Write how a buffer's address is found for a step; its name."""
        if buffer is SCRATCH:
            return writer.put(f"getelementptr i8, ptr %arena, i64 {self.scratch[step]}")
        if buffer in self.inside:
            return writer.put(f"getelementptr i8, ptr %arena, i64 {self.inside[buffer]}")
        place = writer.put(f"getelementptr ptr, ptr %slots, i64 {self.outside[buffer]}")
        return writer.put(f"load ptr, ptr {place}, align 8")


def placed(steps: Sequence[Step], outside: Sequence[Buffer], machine: Machine) -> Places:
    """The places of all buffers of these steps.

    Args:
        steps: In order.
        outside: The buffers that the table of pointers holds, in its order.
        machine: What the steps are compiled for.
    """
    slots = {buffer: place for place, buffer in enumerate(dict.fromkeys(outside))}
    inside, scratch, size = arena(steps, slots, [_scratch(step, machine) for step in steps])
    return Places(slots, inside, scratch, size)


def placed_body(
    steps: Sequence[Step],
    inputs: Sequence[Buffer],
    outputs: Sequence[Buffer],
    constants: Mapping[Buffer, Buffer],
    carries: Mapping[int, tuple[int, int]],
    machine: Machine,
) -> Body:
    """Steps that another step runs, with the places of their buffers.

    Carries are written where they are read, if they can be.

    Args:
        steps: In order.
        inputs: The buffer of each input.
        outputs: The buffer of each output.
        constants: The buffers that hold constants, with those of the graph around it.
        carries: For carries, by number, which input enters a trip and which output leaves it.
        machine: What the steps are compiled for.
    """
    pairs = {number: (inputs[i], outputs[j]) for number, (i, j) in carries.items()}
    steps, in_place = updated(steps, pairs)
    around = {WATCH: WATCH} if polls(steps) else {}
    known = {**constants, **around}
    places = placed(steps, [*inputs, *known, *outputs], machine)
    return Body(
        steps,
        inputs,
        outputs,
        known,
        places.outside,
        places.inside,
        places.scratch,
        places.arena_bytes,
        work(steps),
        in_place,
    )


def chunks(step: Step, machine: Machine) -> int:
    """Into how many chunks a step is cut, which several threads may take; 1 if it is not."""
    if isinstance(step, Multiply):
        grid = products.grid(step.product, machine)
        return 1 if grid is None else grid.chunks
    found = cut(step, machine) if isinstance(step, Loop) else None
    return 1 if found is None else found.chunks


def _scratch(step: Step, machine: Machine) -> int:
    if isinstance(step, Multiply):
        return products.scratch_of(step.product, machine)
    if isinstance(step, Loop):
        found = cut(step, machine)
        return 0 if found is None else found.scratch_bytes
    if isinstance(step, Special):
        return step.scratch_bytes(machine)
    return step.scratch_bytes if isinstance(step, Scan | While | Branch | Straight) else 0
