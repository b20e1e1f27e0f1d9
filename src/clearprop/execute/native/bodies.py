"""Steps that run other steps: loops with and without a known number of trips, and branches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.graph import Graph, Node

POINTER: Final = 8
"""The size of an address in bytes."""


@final
@dataclass(slots=True)
class Body:
    """The steps of a graph that another step runs, and the memory that they use.

    Attributes:
        steps: In order.
        inputs: The buffer of each input.
        outputs: The buffer of each output.
        constants: Its buffers that hold constants, with those of the graph around it.
        slots: The place of each outside buffer in the table of pointers.
        inside: The offset of the others in the body's own arena.
        scratch: The offset of each step's scratch there.
        arena_bytes: The size of that arena.
        work: About how many operations on one number the steps are, less those of loops that ask
            themselves whether they shall go on.
        updated: Of a loop's body the numbers of the carries that a trip writes where it reads them.
    """

    steps: Sequence[Any]
    inputs: Sequence[Buffer]
    outputs: Sequence[Buffer]
    constants: dict[Buffer, Buffer]
    slots: dict[Buffer, int]
    inside: dict[Buffer, int]
    scratch: Sequence[int]
    arena_bytes: int
    work: int
    updated: frozenset[int] = frozenset()

    @property
    def bytes(self) -> int:
        """The memory for a run: the table, and behind it the arena."""
        return self.table_bytes + max(self.arena_bytes, 64)

    @property
    def table_bytes(self) -> int:
        """The size of the table of pointers, in whole cache lines."""
        return -(-max(len(self.slots), 1) * POINTER // 64) * 64


@final
@dataclass(slots=True)
class Scan:
    """A loop with a known number of trips.

    Attributes:
        node: The operation of the graph.
        body: What a trip does: inputs consts, carry, slices; outputs carry, slices.
        length: The number of trips.
        consts: What every trip is given.
        carries: What the first trip is given, to be carried on.
        slices: What trips are given a part of, each.
        finals: Where the last carry goes.
        stacked: Where the slices go that come out.
        backward: Whether the last slices go first.
        histories: For some carries, by their number, the slices that hold what entered each trip.
            The body does not give these: its carry is written there in the first place.
    """

    node: Node
    body: Body
    length: int
    consts: list[Layout]
    carries: list[Layout]
    slices: list[Layout]
    finals: list[Layout]
    stacked: list[Layout]
    backward: bool
    histories: dict[int, Layout]

    @property
    def bodies(self) -> list[Body]:
        """The steps within."""
        return [self.body]

    @property
    def scratch_bytes(self) -> int:
        """The memory for a run: the body's, and a second place for carries that need one."""
        sizes = [self.finals[number].buffer.bytes for number in self.doubled]
        return self.body.bytes + sum(map(_rounded, sizes))

    @property
    def doubled(self) -> list[int]:
        """The numbers of the carries that trips write to two places by turns."""
        one = self.body.updated | self.histories.keys()
        return [number for number in range(len(self.finals)) if number not in one]

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        given = (*self.consts, *self.carries, *self.slices)
        return [*(layout.buffer for layout in given), *self.body.constants.values()]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        made = (*self.finals, *self.stacked, *self.histories.values())
        return [layout.buffer for layout in made]


@final
@dataclass(slots=True)
class While:
    """A loop for as long as a condition holds.

    Attributes:
        node: The operation of the graph.
        cond: Whether there is one more trip: inputs consts, carry; output a truth value.
        body: What a trip does: inputs consts, carry; outputs carry.
        consts: What every trip is given.
        carries: What the first trip is given, to be carried on.
        finals: Where the last carry goes.
    """

    node: Node
    cond: Body
    body: Body
    consts: list[Layout]
    carries: list[Layout]
    finals: list[Layout]

    @property
    def bodies(self) -> list[Body]:
        """The steps within."""
        return [self.cond, self.body]

    @property
    def scratch_bytes(self) -> int:
        """The memory for a run: both bodies', the truth value, two places for most carries."""
        sizes = [self.finals[number].buffer.bytes for number in self.doubled]
        return self.cond.bytes + self.body.bytes + 64 + 2 * sum(map(_rounded, sizes))

    @property
    def doubled(self) -> list[int]:
        """The numbers of the carries that trips write to two places by turns."""
        return [i for i in range(len(self.finals)) if i not in self.body.updated]

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        given = [layout.buffer for layout in (*self.consts, *self.carries)]
        return [*given, *self.cond.constants.values(), *self.body.constants.values()]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        return [layout.buffer for layout in self.finals]


@final
@dataclass(slots=True)
class Branch:
    """One of two graphs, by a truth value.

    Attributes:
        node: The operation of the graph.
        pred: The truth value.
        on_true: What is done if it is true.
        on_false: What is done else.
        operands: What both are given.
        results: Where the results go.
    """

    node: Node
    pred: Layout
    on_true: Body
    on_false: Body
    operands: list[Layout]
    results: list[Layout] = field(default_factory=list)

    @property
    def bodies(self) -> list[Body]:
        """The steps within."""
        return [self.on_true, self.on_false]

    @property
    def scratch_bytes(self) -> int:
        """The memory for a run, of either."""
        return max(self.on_true.bytes, self.on_false.bytes)

    def reads(self) -> list[Buffer]:
        """The buffers that are read."""
        given = [self.pred.buffer, *(layout.buffer for layout in self.operands)]
        return [*given, *self.on_true.constants.values(), *self.on_false.constants.values()]

    def writes(self) -> list[Buffer]:
        """The buffers that are written."""
        return [layout.buffer for layout in self.results]


Control = Scan | While | Branch


def first_slice(node: Node) -> int:
    """The place of a scan's first operand of which trips are given a part each."""
    params = dict(node.params)
    return int(params["consts"] + params["carries"])


def control_step(
    node: Node, bodies: dict[str, Body], operands: list[Layout], results: list[Layout]
) -> Control:
    """The step of a loop or branch.

    Args:
        node: The operation.
        bodies: Its planned bodies, by the name of the parameter.
        operands: Where the operands lie, in C order.
        results: Where the results go.
    """
    params: dict[str, Any] = dict(node.params)
    if node.primitive.name == "cond":
        pair = bodies["on_true"], bodies["on_false"]
        return Branch(node, operands[0], pair[0], pair[1], operands[1:], results)
    consts = params["consts"]
    if node.primitive.name == "while_loop":
        return While(
            node, bodies["cond"], bodies["body"], operands[:consts], operands[consts:], results
        )
    first, carries = first_slice(node), params["carries"]
    kept = histories(params["body"], consts, carries)
    stacked = results[carries:]
    return Scan(
        node,
        bodies["body"],
        params["length"],
        operands[:consts],
        operands[consts:first],
        operands[first:],
        results[:carries],
        [layout for place, layout in enumerate(stacked) if place not in kept.values()],
        params["backward"],
        {carry: stacked[place] for carry, place in kept.items()},
    )


def histories(body: Graph, consts: int, carries: int) -> dict[int, int]:
    """Which slices of a scan are just what entered each trip: carry's number to slice's number."""
    entering = {x: i for i, x in enumerate(body.inputs[consts : consts + carries])}
    found: dict[int, int] = {}
    for place, value in enumerate(body.outputs[carries:]):
        if value in entering:
            found.setdefault(entering[value], place)
    return found


def carried(node: Node) -> dict[int, tuple[int, int]]:
    """For a loop's carries, by number, which of the body's inputs enters, which output leaves.

    Without those of which a slice keeps what entered each trip.
    """
    params: dict[str, Any] = dict(node.params)
    consts = params["consts"]
    kept: dict[int, int] = {}
    count = len(node.operands) - consts
    if node.primitive.name == "scan":
        count = params["carries"]
        kept = histories(params["body"], consts, count)
    return {i: (consts + i, i) for i in range(count) if i not in kept}


def without_histories(node: Node) -> Graph:
    """A scan's body less the slices that are just what entered each trip."""
    params: dict[str, Any] = dict(node.params)
    body, carries = params["body"], params["carries"]
    kept = set(histories(body, params["consts"], carries).values())
    slices = [x for place, x in enumerate(body.outputs[carries:]) if place not in kept]
    return Graph(body.inputs, body.nodes, (*body.outputs[:carries], *slices))


def _rounded(size: int) -> int:
    return -(-max(size, 1) // 64) * 64
