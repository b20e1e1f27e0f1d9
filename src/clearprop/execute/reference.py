"""The reference executor: each node by its primitive's own line of NumPy.

Other executors are held to this one. A :class:`Plan` is made once per graph and run many times; it
computes only what the outputs need, and drops every value after its last use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, final

import numpy as np

from clearprop.errors import ArgumentError, DtypeError, GuardError, ShapeError
from clearprop.graph import Constant, Graph, Input, Params, Value, location_of, prune

Bind = Callable[[Any, tuple[Any, ...], Params], Any]
"""``bind(primitive, operands, params)``: applies an operation to traced values."""


@final
class Plan:
    """The steps that compute a graph's outputs.

    Args:
        graph: The graph.
        given: Values of the graph that the caller knows already and will pass to :meth:`run`.
    """

    def __init__(self, graph: Graph, given: Iterable[Value] = ()) -> None:
        self.graph = graph
        self.given = tuple(given)
        pruned = prune(Graph(graph.inputs, graph.nodes, graph.outputs), stop=self.given)
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


def run(graph: Graph, *values: Any, check_guards: bool = True) -> list[Any]:
    """Evaluate a graph.

    Args:
        graph: The graph.
        values: A value per input, of its shape and dtype (Python numbers and lists are converted).
        check_guards: Whether to refuse values that would have taken another branch.

    Returns:
        The outputs: NumPy scalars where they are 0-d, arrays else.

    Raises:
        ArgumentError, ShapeError, DtypeError: If the values do not fit the inputs.
        GuardError: If a guard does not hold, naming the line that looked.

    >>> import clearprop as cp
    >>> cp.run(cp.trace(lambda a, b: a * b + 1)(2.0, 5.0), 3.0, 4.0)
    [np.float64(13.0)]
    """
    if len(values) != len(graph.inputs):
        raise ArgumentError(f"the graph has {len(graph.inputs)} inputs, {len(values)} were given")
    fitted = [fit(value, place) for value, place in zip(values, graph.inputs, strict=True)]
    guarded = [guard.value for guard in graph.guards] if check_guards else []
    plan = Plan(Graph(graph.inputs, graph.nodes, (*graph.outputs, *guarded)))
    with np.errstate(all="ignore"):
        results = plan.run(fitted)
    count = len(graph.outputs)
    for guard, value in zip(graph.guards if check_guards else (), results[count:], strict=True):
        if not np.array_equal(value, guard.outcome):
            raise GuardError(
                f"the graph was traced with a {guard.kind} that was {_short(guard.outcome)} and "
                f"is now {_short(value)}",
                where=str(location_of(guard.provenance) or ""),
                why="These values take another branch of the Python code.",
                remedy="Trace the function again at these values.",
            )
    return [value[()] for value in results[:count]]


def fit(value: Any, place: Input) -> Any:
    """The value as an array or scalar of the input's type, or an error that names the input."""
    array = np.asarray(value)
    if array.shape != place.type.shape:
        raise ShapeError(
            f"input {place.name!r} has shape {array.shape}; the graph wants {place.type.shape}"
        )
    if not np.can_cast(array.dtype, place.type.dtype, "same_kind"):
        raise DtypeError(
            f"input {place.name!r} has dtype {array.dtype}; the graph wants {place.type.dtype}"
        )
    return array.astype(place.type.dtype, copy=False)[()]


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


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
