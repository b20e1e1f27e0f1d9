"""Applying a graph to traced values: its operations are recorded at the lines that made them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from clearprop.graph import Constant, Graph, Node, Params, Provenance, Value
from clearprop.primitives import Primitive
from clearprop.primitives.plan import Bind
from clearprop.tracing.array import Traced
from clearprop.tracing.bind import bind, blank
from clearprop.tracing.trace import CURRENT, Trace


@contextmanager
def bind_at(places: Sequence[Provenance | None]) -> Iterator[Bind]:
    """A ``bind`` for the operations of a graph, one after the other.

    Args:
        places: For each operation the user's instruction behind it; None for the one that runs.
    """
    traces = list(_open_traces())
    usual = [trace.place for trace in traces]
    steps = iter(places)

    def bind_next(primitive: Primitive, operands: tuple[Any, ...], params: Params) -> Any:
        place = next(steps)
        for trace, otherwise in zip(traces, usual, strict=True):
            trace.place = place or otherwise
        return bind(primitive, operands, params)

    try:
        yield bind_next
    finally:
        for trace, place in zip(traces, usual, strict=True):
            trace.place = place


def _open_traces() -> Iterator[Trace]:
    trace = CURRENT.get()
    while trace is not None:
        yield trace
        trace = trace.outer


def appended(graph: Graph, values: Sequence[Any]) -> list[Any] | None:
    """The outputs of a graph at traced values, its operations put into their trace as they are.

    Args:
        graph: The graph.
        values: A value per input, of its type; a constant stands for itself.

    Returns:
        Traced values, and constants; None if a trace is involved that needs to see numbers, so that
        the operations have to be applied one by one.
    """
    owner = _owner(values)
    if owner is None or not owner.abstract or owner.keep:
        return None
    now: dict[Value, Value] = {}
    for place, value in zip(graph.inputs, values, strict=True):
        if value.__class__ is Traced and value.owner is owner:
            value.require_open()
            now[place] = value.current()
        else:
            now[place] = value if value.__class__ is Constant else owner.capture(value)
    for node in graph.nodes:
        operands = tuple([now.get(x, x) for x in node.operands])
        made = Node(node.primitive, operands, node.params, node.type, node.provenance)
        now[node] = made
        owner.nodes.append(made)
    return [_handle(owner, now.get(x, x)) for x in graph.outputs]


def _handle(owner: Trace, value: Value) -> Any:
    if isinstance(value, Constant):
        return value.value
    return Traced(owner, value, blank(value.type), bool(value.type.shape))


def _owner(values: Sequence[Any]) -> Trace | None:
    """The trace in which operations on these values are recorded."""
    traces = [value.owner for value in values if value.__class__ is Traced]
    current = CURRENT.get()
    if traces and current is not None and current.stage is not None:
        traces.append(current.stage)
    return max(traces, key=lambda trace: trace.depth, default=None)
