"""A graph for a whole batch, ready to run; kept under the signature of that for one element."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final, final

import numpy as np

from clearprop.derive import batch
from clearprop.errors import GuardError
from clearprop.execute import Plan
from clearprop.graph import Derived, Graph, Guard, Node, Provenance, location_of
from clearprop.tracing import Traced, bind_at, bottom, hold

CACHED_NODES: Final = 20_000
"""Batched graphs of larger traces are not kept."""


@final
class Batch:
    """A graph that was made for one element, run for all elements of a batch at once.

    Args:
        graph: The graph for one element.
        flags: Which of its inputs differ from element to element.
        size: The number of elements.
        always: Which outputs are to have the axis of the batch, be they equal for all elements.

    Attributes:
        batched: Which outputs have it, as their first.
    """

    def __init__(
        self, graph: Graph, flags: tuple[bool, ...], size: int, always: tuple[bool, ...]
    ) -> None:
        self.size = size
        self.graph, self.batched = batch(graph, flags, size, always=always)
        guarded = [guard.value for guard in self.graph.guards]
        outputs = (*self.graph.outputs, *guarded)
        self.plan = Plan(Graph(self.graph.inputs, self.graph.nodes, outputs))
        places = {node: i for i, node in enumerate(graph.nodes)}
        self._origins = [places.get(_origin(node)) for node in self.plan.nodes]

    def run(self, graph: Graph, values: Sequence[Any]) -> list[Any]:
        """The outputs for the whole batch.

        Args:
            graph: The graph for one element, as it was traced now: the lines are taken from it.
            values: A value per input; those that differ have the axis of the batch as their first.

        Raises:
            GuardError: If the elements take different paths through the Python code.
        """
        if any(value.__class__ is Traced for value in values):
            with bind_at([_line(graph, place) for place in self._origins]) as bind:
                results = self.plan.run(values, bind=bind)
        else:
            results = self.plan.run(values)
        count = len(self.batched)
        for place, (guard, value) in enumerate(zip(graph.guards, results[count:], strict=True)):
            demanded = self.graph.guards[place]
            if not np.array_equal(bottom(value), demanded.outcome):
                raise self._disagreement(demanded, guard, [bottom(value) for value in values])
            hold(value, Guard(value, demanded.kind, demanded.outcome, guard.provenance))
        return results[:count]

    def _disagreement(self, demanded: Guard, guard: Guard, values: Sequence[Any]) -> GuardError:
        """The error that names the first element which takes another path."""
        (agree,) = demanded.value.operands  # type: ignore[union-attr]  # it is an "all"
        (found,) = Plan(Graph(self.graph.inputs, self.graph.nodes, (agree,))).run(values)
        other = int(np.argmin(np.reshape(found, (self.size, -1)).all(axis=1)))
        kind = f"{'an' if guard.kind[0] == 'i' else 'a'} {guard.kind}"
        seen = kind if guard.kind == "mask" else f"{kind} that is {guard.outcome}"
        return GuardError(
            f"under vmap, the code looks at {seen} for element 0 and another for element {other} "
            f"of {self.size}",
            where=str(location_of(guard.provenance) or ""),
            why="The function is called once, so all elements take one path through it.",
            remedy="Choose element by element: np.where(condition, a, b), or cp.cond and "
            "cp.while_loop for branches and loops.",
        )


_cached = functools.lru_cache(maxsize=512)(Batch)


def batch_of(graph: Graph, flags: tuple[bool, ...], size: int, always: tuple[bool, ...]) -> Batch:
    """The batched graph, from the cache where an equal one was made before."""
    make = _cached if len(graph.nodes) <= CACHED_NODES else Batch
    return make(graph, flags, size, always)


def _origin(node: Node) -> Any:
    """The node for one element in whose place this one stands."""
    return node.provenance.origin if isinstance(node.provenance, Derived) else node


def _line(graph: Graph, place: int | None) -> Provenance | None:
    """The user's instruction behind a node of the graph."""
    provenance = None if place is None else graph.nodes[place].provenance
    return provenance if isinstance(provenance, Provenance) else None
