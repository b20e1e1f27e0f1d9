"""Functions as graphs of their own: the bodies of loops and branches, and what they capture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import optree

from clearprop.errors import ArgumentError, DtypeError, ShapeError
from clearprop.graph import Graph, Input, Type
from clearprop.numpy.namespace import NAMESPACE
from clearprop.tracing import (
    Trace,
    Traced,
    as_array,
    blank,
    cast,
    output,
    type_of_value,
    user_line,
)


@final
@dataclass(frozen=True)
class Values:
    """The leaves of a nested value, as strong arrays and scalars.

    Attributes:
        leaves: NumPy scalars and arrays, or traced values, none of them weak.
        structure: How they stand together.
        names: How the user would write each.
    """

    leaves: list[Any]
    structure: Any
    names: list[str]

    @property
    def types(self) -> list[Type]:
        """The types of the leaves."""
        return [type_of_value(leaf) for leaf in self.leaves]


def values_of(value: Any, name: str) -> Values:
    """A nested value's leaves.

    Raises:
        DtypeError: If a leaf is no number or array, naming it.
    """
    paths, leaves, structure = optree.tree_flatten_with_path(value)
    names = [name + "".join(f"[{part!r}]" for part in path) for path in paths]
    pairs = zip(leaves, names, strict=True)
    return Values([_strong(leaf, leaf_name) for leaf, leaf_name in pairs], structure, names)


def _strong(leaf: Any, name: str) -> Any:
    if leaf.__class__ is Traced:
        leaf.require_open()
        return cast(leaf, leaf.dtype) if leaf.type.weak else leaf.snapshot()
    array = np.array(as_array(leaf))
    if array.dtype.kind not in "biufc":
        raise DtypeError(
            f"{name} is of type {type(leaf).__name__}, not a number or an array",
            where=user_line(),
            remedy="Let the function refer to it from outside, instead of passing it.",
        )
    return array[()]


@final
@dataclass(frozen=True)
class Body:
    """A function as a graph.

    Attributes:
        graph: Its inputs are the arguments' leaves, then the captured values.
        captured: The values from outside that the function refers to.
        structure: How its outputs stand together.
        arguments: How many inputs are leaves of arguments.
        who: Which function of which transformation, for errors.
        names: How the user would write each output.
    """

    graph: Graph
    captured: list[Any]
    structure: Any
    arguments: int
    who: str
    names: list[str]

    @property
    def types(self) -> list[Type]:
        """The types of the outputs."""
        return [value.type for value in self.graph.outputs]

    def arranged(self, before: Sequence[Type] = (), after: Sequence[Type] = ()) -> Graph:
        """The graph with captured values first, amid those that other bodies capture."""
        inputs = self.graph.inputs
        left = [Input(f"other{i}", type_) for i, type_ in enumerate(before)]
        right = [Input(f"another{i}", type_) for i, type_ in enumerate(after)]
        order = (*left, *inputs[self.arguments :], *right, *inputs[: self.arguments])
        return Graph(order, self.graph.nodes, self.graph.outputs)

    @property
    def captured_types(self) -> list[Type]:
        """The types of the captured values."""
        return [value.type for value in self.graph.inputs[self.arguments :]]


def body_of(
    function: Callable[..., Any],
    arguments: Sequence[tuple[Any, Sequence[Type]]],
    who: str,
    *,
    may_be_skipped: bool = False,
) -> Body:
    """Trace a function on values that are known by type alone.

    Args:
        function: The function.
        arguments: For each argument its structure (None: it is one leaf) and its leaves' types.
        who: How to call the function in errors.
        may_be_skipped: Whether the body may run not even once. Then all that happens in it is part
            of it; else what happens to values from outside alone is done once, outside.

    Raises:
        ArgumentError: If it is no function.
        TraceError: If it decides on a value, or returns something that is no number or array.
    """
    require_function(function, who)
    trace = Trace(NAMESPACE, lift=True, abstract=True, whole=may_be_skipped)
    handles = []
    for structure, types in arguments:
        leaves = []
        for type_ in types:
            place = trace.input(f"x{len(trace.inputs)}", type_)
            leaves.append(Traced(trace, place, blank(type_), bool(type_.shape)))
            leaves[-1].read_only = "an argument of a loop or branch"
        handles.append(optree.tree_unflatten(structure, leaves))
    with trace.open():
        result = function(*handles)
        paths, found, structure = optree.tree_flatten_with_path(result)
        names = [f"{who}(…)" + "".join(f"[{part!r}]" for part in path) for path in paths]
        outputs = [
            _strong_output(trace, leaf, name) for leaf, name in zip(found, names, strict=True)
        ]
    graph = trace.finish([leaf.node for leaf in outputs])
    captured = [value for _, value in trace.captured]
    return Body(graph, captured, structure, len(trace.inputs), who, names)


def require_function(function: Any, who: str) -> None:
    """Raise if what should be a body is no function.

    Raises:
        ArgumentError: Naming what was given.
    """
    if not callable(function):
        raise ArgumentError(
            f"{who} is of type {type(function).__name__}, not a function", where=user_line()
        )


def _strong_output(trace: Trace, leaf: Any, name: str) -> Traced:
    try:
        traced = output(trace, leaf, name)
    except DtypeError as error:
        raise DtypeError(
            error.what, where=user_line(), remedy="Return numbers and arrays, or None."
        ) from None
    made: Traced = cast(traced, traced.dtype) if traced.type.weak else traced
    return made


def require_same(
    body: Body, found: tuple[Any, Sequence[Type]], wanted: Values | Body, what: str
) -> None:
    """Raise if what a body returns is not of the structure and the types of something else.

    Args:
        body: The body.
        found: The structure and the types of the part in question.
        wanted: What it is held to.
        what: How to call that.

    Raises:
        ShapeError: Naming the first leaf that differs.
    """
    structure, types = found
    if structure != wanted.structure:
        raise ShapeError(
            f"{body.who} returns {_shown(structure)}, but {what} is {_shown(wanted.structure)}",
            where=user_line(),
            remedy="Return the same nesting of lists, tuples and dicts.",
        )
    for mine, other, name in zip(types, wanted.types, wanted.names, strict=True):
        if mine is not other:
            raise ShapeError(
                f"{name} is of type {other}, but {body.who} returns {mine} in its place",
                where=user_line(),
                why="Both must have one shape and dtype.",
                remedy="Start with that type, for example with 0.0 for 0 or np.zeros(3) for 0.0, "
                "or convert with .astype inside.",
            )


def _shown(structure: Any) -> str:
    text = str(structure).removeprefix("PyTreeSpec(").removesuffix(")")
    return text.replace(", NoneIsLeaf", "")
