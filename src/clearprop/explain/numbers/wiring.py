"""The wiring of a graph: which values derivatives pass through, and along which edges.

An edge is an operand slot, so x·x has two. It leads from a value that depends on a differentiable
input to a differentiable node, and only where the operation has a path: comparisons, ``floor``
and ``stop_gradient`` have none. Constants are neither nodes nor edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from clearprop.derive.activity import refuse_complex
from clearprop.explain.numbers.local import local_of
from clearprop.explain.numbers.naming import dependent_nodes
from clearprop.graph import Graph, Node, Value


@final
@dataclass(frozen=True, slots=True)
class Wire:
    """An edge; ``source`` and ``target`` are places in :attr:`Wiring.values`."""

    source: int
    target: int
    slot: int


@final
@dataclass(frozen=True, slots=True)
class Wiring:
    """Values and edges.

    Attributes:
        values: The inputs, then the nodes that depend on an input, in the graph's order.
        wires: The edges, ordered by target and slot.
        leaving: For each value the places of the edges that leave it.
        entering: For each value the places of the edges that enter it.
    """

    values: tuple[Value, ...]
    wires: tuple[Wire, ...]
    leaving: tuple[tuple[int, ...], ...]
    entering: tuple[tuple[int, ...], ...]

    def place(self, value: Value) -> int:
        """Where a value stands; −1 if it depends on no input."""
        return next((i for i, known in enumerate(self.values) if known is value), -1)


def wire(graph: Graph) -> Wiring:
    """The wiring of a graph.

    Raises:
        DtypeError: If a path runs through complex numbers.

    >>> import clearprop as cp
    >>> wiring = wire(cp.trace(lambda x: x * x)(3.0))
    >>> wiring.wires
    (Wire(source=0, target=1, slot=0), Wire(source=0, target=1, slot=1))
    """
    values: list[Value] = [*graph.inputs, *dependent_nodes(graph)]
    places = {value: place for place, value in enumerate(values)}
    moves = [value.type.dtype.kind == "f" for value in graph.inputs]
    refuse_complex(graph, [value for value in graph.inputs if value.type.dtype.kind == "f"])
    wires: list[Wire] = []
    for target, node in enumerate(values[len(moves) :], len(moves)):
        assert isinstance(node, Node), "after the inputs come nodes"
        active = [slot for slot, x in enumerate(node.operands) if x in places and moves[places[x]]]
        found: list[Wire] = []
        if active and node.type.differentiable:
            carries = local_of(node).carries
            found = [
                Wire(places[node.operands[slot]], target, slot) for slot in active if carries[slot]
            ]
        wires += found
        moves.append(bool(found))
    return from_wires(values, wires)


def from_wires(values: Sequence[Value], wires: Sequence[Wire]) -> Wiring:
    """The wiring with these values and edges."""
    leaving: list[list[int]] = [[] for _ in values]
    entering: list[list[int]] = [[] for _ in values]
    for place, edge in enumerate(wires):
        leaving[edge.source].append(place)
        entering[edge.target].append(place)
    return Wiring(
        tuple(values), tuple(wires), tuple(map(tuple, leaving)), tuple(map(tuple, entering))
    )
