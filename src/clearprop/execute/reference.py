"""The reference executor: a graph's :class:`~clearprop.primitives.Plan`, run on checked values.

Other executors are held to this one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.errors import ArgumentError, DtypeError, GuardError, ShapeError
from clearprop.graph import Graph, Input, location_of
from clearprop.primitives import Plan


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
    if not isinstance(graph, Graph):
        raise ArgumentError(
            f"run wants a graph, not {type(graph).__name__}", remedy="Make one with cp.trace(f)(x)."
        )
    if len(values) != len(graph.inputs):
        raise ArgumentError(f"the graph has {len(graph.inputs)} inputs, {len(values)} were given")
    fitted = [fit(value, place) for value, place in zip(values, graph.inputs, strict=True)]
    guarded = [guard.value for guard in graph.guards] if check_guards else []
    plan = Plan(Graph(graph.inputs, graph.nodes, (*graph.outputs, *guarded)))
    try:
        with np.errstate(all="ignore"):
            results = plan.run(fitted)
    except IndexError as error:
        raise ArgumentError(
            f"the graph cannot be run on these values: {error}",
            why="A position that it computes lies outside the array that it reads or writes.",
        ) from None
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
    foreign = {id(value) for value in fitted}
    return [_owned(value, foreign) for value in results[:count]]


def fit(value: Any, place: Input) -> Any:
    """The value as an array or scalar of the input's type, or an error that names the input."""
    array = _as_array(value, place)
    if array.shape != place.type.shape:
        raise ShapeError(
            f"input {place.name!r} has shape {array.shape}; the graph wants {place.type.shape}"
        )
    if not np.can_cast(array.dtype, place.type.dtype, "same_kind"):
        raise DtypeError(
            f"input {place.name!r} has dtype {array.dtype}; the graph wants {place.type.dtype}"
        )
    return array.astype(place.type.dtype, copy=False)[()]


def _as_array(value: Any, place: Input) -> Any:
    if isinstance(value, np.ma.MaskedArray):
        raise DtypeError(f"input {place.name!r} is a masked array", remedy="Write x.filled(0).")
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ShapeError(f"input {place.name!r} is no array", why=str(error)) from None


def _owned(value: Any, foreign: set[int]) -> Any:
    """An output that shares no memory with the caller's arrays or the graph's constants."""
    if not isinstance(value, np.ndarray):
        return value
    if not value.shape:
        return value[()]
    mine = value.flags.owndata and value.flags.writeable and id(value) not in foreign
    return value if mine else value.copy("K")


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
