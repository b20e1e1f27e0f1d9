"""A call of the user's function as one operation: its graph, what it needs, what it decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import optree

from clearprop.api.eager import formed, in_c_order, owned
from clearprop.graph import Graph, Guard, Type
from clearprop.numpy.namespace import NAMESPACE
from clearprop.primitives import CATALOGUE
from clearprop.tracing import (
    CURRENT,
    Argument,
    Leaf,
    Trace,
    Traced,
    bind,
    guard,
    items,
    output,
    record_call,
)


@final
@dataclass(frozen=True)
class Call:
    """A function traced at its arguments, apart from the traces around it.

    Attributes:
        graph: Its inputs are the arguments' leaves, then the captured values; its outputs are the
            function's, then the values that its decisions looked at.
        operands: A value per input.
        arguments: The traced arguments.
        structure: How the outputs stand together.
        forms: Of each output of the function, whether it is an array, and whether it is weak.
        guards: The decisions.
    """

    graph: Graph
    operands: list[Any]
    arguments: list[Argument]
    structure: Any
    forms: list[tuple[bool, bool]]
    guards: tuple[Guard, ...]

    @property
    def types(self) -> list[Type]:
        """The types of the function's own outputs, not weak."""
        count = len(self.graph.outputs) - len(self.guards)
        return [value.type.strong for value in self.graph.outputs[:count]]

    @property
    def captured(self) -> list[Any]:
        """The values from outside that the function refers to."""
        leaves = [leaf for a in self.arguments for leaf in a.leaves if leaf.place is not None]
        return self.operands[len(leaves) :]

    def rebuilt(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """The arguments' structure with other values for the traced leaves."""
        rest = iter(values)

        def of(leaf: Leaf) -> Any:
            if leaf.place is None:
                return leaf.number
            value = next(rest)
            if value is None:
                return None
            return formed(value, is_array=leaf.is_array, weak=leaf.place.type.weak)

        return tuple(
            argument.rebuild([of(leaf) for leaf in argument.leaves]) for argument in self.arguments
        )

    def apply(self, name: str, operands: Sequence[Any] = (), **params: Any) -> Any:
        """The result of the call as one operation of that name.

        Args:
            name: The primitive.
            operands: Further operands, before the call's own.
            params: The primitive's parameters.
        """
        results = items(bind(CATALOGUE[name], [*operands, *self.operands], tuple(params.items())))
        count = len(results) - len(self.guards)
        for decision, value in zip(self.guards, results[count:], strict=True):
            if value.__class__ is Traced:
                guard(value, decision.kind)
        own = [in_c_order(value) for value in results[:count]]
        return optree.tree_unflatten(self.structure, self.formed(own))

    def formed(self, values: Sequence[Any]) -> list[Any]:
        """Values of the outputs, or slopes, each as an array or number like the output itself."""
        return [
            None if value is None else formed(value, is_array=is_array, weak=weak)
            for value, (is_array, weak) in zip(values, self.forms, strict=True)
        ]


def called(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
    """Trace a call of a function; nothing is recorded in the traces around it."""
    trace = Trace(NAMESPACE, lift=True, detached=True)
    recorded = record_call(trace, function, args, kwargs, range(len(args)))
    leaves, structure = optree.tree_flatten(recorded.result)
    outputs = [output(trace, leaf, "an output of the function") for leaf in leaves]
    forms = [(found.is_array, found.type.weak) for found in outputs]
    looked_at = [decision.value for decision in trace.guards]
    graph = trace.finish([*(found.node for found in outputs), *looked_at])
    bare = Graph(graph.inputs, graph.nodes, graph.outputs)
    return Call(bare, recorded.values(), recorded.arguments, structure, forms, tuple(trace.guards))


def just_called(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    """A function's value outside of traces; its arrays lie as those of the operation would.

    So they share no memory with the arguments, and are in C order.
    """
    arguments: Any = (args, dict(kwargs))
    foreign = {id(leaf) for leaf in optree.tree_leaves(arguments)}
    return optree.tree_map(lambda leaf: owned(leaf, foreign), function(*args, **kwargs))


def is_traced_now() -> bool:
    """Whether a trace is open; outside, a function is just called."""
    return CURRENT.get() is not None
