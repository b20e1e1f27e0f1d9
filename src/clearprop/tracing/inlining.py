"""Applying a graph to traced values: its operations are recorded at the lines that made them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from clearprop.graph import Params, Provenance
from clearprop.primitives import Primitive
from clearprop.primitives.plan import Bind
from clearprop.tracing.bind import bind
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
