"""How a graph is evaluated: each node by its primitive's own line of NumPy.

A :class:`Plan` is made once per graph and run many times; it computes only what the outputs need,
and drops every value after its last use. It stands on this floor because loops and branches, which
are primitives, evaluate graphs of their own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, final

from clearprop.graph import Constant, Graph, Params, Value, prune

Bind = Callable[[Any, tuple[Any, ...], Params], Any]
"""``bind(primitive, operands, params)``: applies an operation to traced values."""


@final
class Plan:
    """The steps that compute a graph's outputs.

    Args:
        graph: The graph.
        given: Values of the graph that the caller knows already and will pass to :meth:`run`.

    Attributes:
        nodes: The operations that are evaluated, in that order.
    """

    def __init__(self, graph: Graph, given: Iterable[Value] = ()) -> None:
        self.graph = graph
        self.given = tuple(given)
        pruned = prune(Graph(graph.inputs, graph.nodes, graph.outputs), stop=self.given)
        self.nodes = pruned.nodes
        slots: dict[Value, int] = {}
        for value in (*graph.inputs, *self.given):
            slots[value] = len(slots)
        self._given_slots = [slots[value] for value in self.given]
        self._width = len(graph.inputs)
        initial: list[Any] = [None] * len(slots)
        steps: list[list[Any]] = []
        for node in pruned.nodes:
            inside = [_slot(operand, slots, initial) for operand in node.operands]
            slots[node] = len(initial)
            initial.append(None)
            evaluate = node.primitive.evaluator(node.params)
            steps.append([evaluate, inside, slots[node], (), node.primitive, node.params])
        self._outputs = [_slot(value, slots, initial) for value in graph.outputs]
        self._initial = initial
        self._steps = _with_last_uses(steps, {*self._outputs, *_constants(slots)})

    def needs(self, value: Value) -> bool:
        """Whether a given value is used by any step or output."""
        place = self._given_slots[self.given.index(value)]
        return place in self._outputs or any(place in step[1] for step in self._steps)

    def run(
        self, inputs: Sequence[Any], given: Sequence[Any] = (), bind: Bind | None = None
    ) -> list[Any]:
        """The outputs' values.

        Args:
            inputs: A value per input of the graph; not checked.
            given: A value per given value of the plan.
            bind: Set when values may be traced: applies each operation instead of NumPy.
        """
        values = self._initial.copy()
        values[: self._width] = inputs
        for place, value in zip(self._given_slots, given, strict=True):
            values[place] = value
        if bind is not None:
            for _, inside, place, dead, primitive, params in self._steps:
                values[place] = bind(primitive, tuple([values[i] for i in inside]), params)
                for i in dead:
                    values[i] = None
        else:
            for evaluate, inside, place, dead, _, _ in self._steps:
                values[place] = evaluate(*[values[i] for i in inside])
                for i in dead:
                    values[i] = None
        return [values[i] for i in self._outputs]


@functools.lru_cache(maxsize=4096)
def plan_of(graph: Graph) -> Plan:
    """The plan of a body; kept, as bodies run many times."""
    return Plan(graph)


def _slot(value: Value, slots: dict[Value, int], initial: list[Any]) -> int:
    if value not in slots:
        assert isinstance(value, Constant), "the checker admits no other value here"
        slots[value] = len(initial)
        initial.append(value.value)
    return slots[value]


def _constants(slots: dict[Value, int]) -> list[int]:
    return [place for value, place in slots.items() if isinstance(value, Constant)]


def _with_last_uses(steps: list[list[Any]], kept: set[int]) -> list[tuple[Any, ...]]:
    """The steps, each with the places that nothing reads after it."""
    seen = set(kept)
    for step in reversed(steps):
        dead = tuple({place for place in step[1] if place not in seen})
        seen.update(dead)
        step[3] = dead
    return [tuple(step) for step in steps]
