"""A graph at a point: the value of everything in it, and its derivatives in both directions.

The derivatives are those of ``clearprop.derive``, asked for at every node: forward mode gives the
effect of one input element on each of them, reverse mode the effect of each on one output element.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import optree

from clearprop.derive import forward, reverse
from clearprop.errors import ArgumentError, DtypeError
from clearprop.execute import Plan, run
from clearprop.execute.reference import fit
from clearprop.explain.numbers.results import one_by_one
from clearprop.graph import Graph, Input, Value
from clearprop.numpy.namespace import NAMESPACE
from clearprop.tracing import Trace, output, record_call, require_callable, user_line

Function = Callable[..., Any] | Graph
"""What can be explained: a Python function, or its graph."""

Index = tuple[int, ...]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A graph with numbers in it.

    Attributes:
        name: What the function is called.
        graph: The graph.
        values: The value of every input and node.
    """

    name: str
    graph: Graph
    values: Mapping[Value, Any]

    @property
    def inputs(self) -> list[Any]:
        """The inputs' values, in order."""
        return [self.values[place] for place in self.graph.inputs]


def point_of(f: Function, args: Sequence[Any]) -> Point:
    """The graph of a function at its arguments, or a graph at its inputs, with all values.

    Raises:
        ArgumentError: If a graph is given another number of values than it has inputs.
        DtypeError: If no input is a float, so that there is nothing to differentiate by.
        GuardError: If a graph is given values that would have taken another branch.
    """
    if isinstance(f, Graph):
        name, graph = "f", f
        if len(args) != len(graph.inputs):
            raise ArgumentError(f"the graph has {len(graph.inputs)} inputs, not {len(args)}")
        numbers = [fit(value, place) for value, place in zip(args, graph.inputs, strict=True)]
    else:
        require_callable(f, "explain")
        name = getattr(f, "__name__", "f")
        graph, numbers = _recorded(f, tuple(args))
    if not any(place.type.dtype.kind == "f" for place in graph.inputs):
        raise DtypeError(
            f"no argument of {name} is a float, so there is nothing to differentiate by",
            where=user_line(),
            remedy="Write 2.0 in place of 2.",
        )
    graph = one_by_one(graph)
    results = run(Graph(graph.inputs, graph.nodes, graph.nodes, graph.guards), *numbers)
    values: dict[Value, Any] = dict(zip(graph.inputs, numbers, strict=True))
    values.update(zip(graph.nodes, results, strict=True))
    return Point("f" if name == "<lambda>" else name, graph, values)


def _recorded(f: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Graph, list[Any]]:
    """The graph of a function, and the values of its inputs."""
    trace = Trace(NAMESPACE)
    with np.errstate(all="ignore"):  # awkward points are what explanations are for
        recorded = record_call(trace, f, args, {}, range(len(args)))
    leaves = optree.tree_leaves(recorded.result)
    outputs = [output(trace, leaf, "an output of the function").node for leaf in leaves]
    return trace.finish(outputs), recorded.values()


def effects(point: Point, value: Value, index: Index, wanted: Sequence[Value]) -> list[Any]:
    """Reverse mode: the derivative of one element of a value by each wanted value.

    Returns:
        For each wanted value an array or scalar of its shape.
    """
    graph = point.graph
    derived = reverse(Graph(graph.inputs, graph.nodes, (value,), graph.guards), wanted)
    return _evaluate(derived, point, _unit(value, index))


def causes(point: Point, source: Input, wanted: Sequence[Value]) -> Callable[[Index], list[Any]]:
    """Forward mode: the derivative of each wanted value by one element of an input.

    Returns:
        A function from the element's index to an array or scalar for each wanted value.
    """
    derived = forward(point.graph, [source], at=wanted)
    given = [value for value in derived.nodes if value in point.values]
    plan = Plan(derived, given)
    known = [point.values[value] for value in given]

    def by_element(index: Index) -> list[Any]:
        with np.errstate(all="ignore"):
            return plan.run([*point.inputs, _unit(source, index)], known)

    return by_element


def _evaluate(derived: Graph, point: Point, seed: Any) -> list[Any]:
    given = [value for value in derived.nodes if value in point.values]
    plan = Plan(derived, given)
    with np.errstate(all="ignore"):
        return plan.run([*point.inputs, seed], [point.values[value] for value in given])


def _unit(value: Value, index: Index) -> Any:
    """Zeros of the value's type with a one at the index."""
    unit = np.zeros(value.type.shape, value.type.dtype)
    unit[index] = 1
    return unit[()]
