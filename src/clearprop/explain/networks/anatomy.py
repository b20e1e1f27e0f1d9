"""The layers of a network, found in the graph of its cost by the name scopes on the nodes.

A cost is a function (params, X, Y) → J whose parts were recorded in name scopes: ``NAME.z`` for
the weighted inputs of a layer, ``NAME.a`` for its activations, both of shape (m, units) with a row
per example, and ``cost.examples`` for the m losses. ``clearprop.nn`` does so; any function can.

>>> import clearprop as cp, numpy as np
>>> def cost(params, X, Y):
...     with cp.name_scope("output.z"):
...         z = X @ params["weight"]
...     with cp.name_scope("cost.examples"):
...         losses = (z[:, 0] - Y) ** 2
...     return cp.numpy.sum(losses)
>>> found = dissect(cost, {"weight": np.ones((2, 1))}, np.ones((3, 2)), np.zeros(3))
>>> [(layer.name, layer.parameters) for layer in found.layers]
[('output', ('weight',))]
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import optree

from clearprop.api.graphs import trace
from clearprop.errors import ExplainError
from clearprop.execute import Plan
from clearprop.graph import Graph, Input, Node, Value, scope_of

Cost = Callable[[Any, Any, Any], Any]
"""``cost(params, X, Y)`` → J, such as ``net.loss``."""


@final
@dataclass(frozen=True, slots=True)
class Layer:
    """A use of a layer in a network.

    Attributes:
        name: The layer's name; ``#2`` marks the second use of the same weights.
        z: Its weighted inputs, shape (m, units).
        a: Its activations; the same value as ``z`` if there is no activation.
        parameters: The names of the parameters in it.
        sources: What its weighted inputs are made of: layers' names and data inputs' names.
    """

    name: str
    z: Node
    a: Node
    parameters: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def units(self) -> int:
        """How many units it has."""
        return self.z.type.shape[1]


@final
@dataclass(frozen=True, slots=True)
class Anatomy:
    """The graph of a cost at a point, with its layers.

    Attributes:
        graph: The graph; its one output is J.
        values: A value per input of the graph.
        parameters: The inputs that are parameters, by name (``hidden/weight``).
        data: The inputs that are examples or targets, by name (``X``, ``Y``, ``X[0]``, …).
        layers: In order.
        examples: The losses of the examples, shape (m,).
    """

    graph: Graph
    values: list[Any]
    parameters: dict[str, Input]
    data: dict[str, Input]
    layers: tuple[Layer, ...]
    examples: Node

    @property
    def count(self) -> int:
        """m, the number of examples."""
        return self.examples.type.shape[0]

    def layer(self, name: str) -> Layer:
        """The layer of that name.

        Raises:
            ExplainError: There is none; the message names the nearest.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in self.layers]
        close = difflib.get_close_matches(str(name), names, n=1)
        meant = f"Did you mean {close[0]!r}? " if close else ""
        raise ExplainError(
            f"there is no layer {name!r}", remedy=f"{meant}The layers are {', '.join(names)}."
        )

    def evaluate(
        self, outputs: Iterable[Value], graph: Graph | None = None, *more: Any
    ) -> list[Any]:
        """Values of a graph on this one's inputs, which ``more`` values follow."""
        wanted = tuple(outputs)
        inside = graph or self.graph
        with np.errstate(all="ignore"):
            plan = Plan(Graph(inside.inputs, inside.nodes, wanted))
            return plan.run([*self.values, *more])


def dissect(cost: Cost, params: Any, X: Any, Y: Any) -> Anatomy:
    """Trace a cost at a point and find its layers.

    Raises:
        ExplainError: The graph has no layers or no losses by those names.
    """

    def whole(params: Any, X: Any, Y: Any) -> Any:
        return cost(params, X, Y)

    arguments = {"params": params, "X": _arrays(X), "Y": _arrays(Y)}
    graph = trace(whole)(*arguments.values())
    if len(graph.outputs) != 1 or graph.outputs[0].type.shape:
        raise ExplainError(
            "the cost returns no single number", remedy="Return J, as net.loss does."
        )
    named: dict[str, dict[str, Input]] = {"params": {}, "X": {}, "Y": {}}
    values: list[Any] = []
    for argument, tree in arguments.items():
        paths, leaves, _ = optree.tree_flatten_with_path(tree)
        for path, leaf in zip(paths, leaves, strict=True):
            if (
                isinstance(leaf, (int, float, np.ndarray, np.generic))
                and leaf.__class__ is not bool
            ):
                place = graph.inputs[len(values)]
                named[argument][_name(argument, path)] = place
                values.append(np.asarray(leaf, place.type.dtype)[()])
    data = named["X"] | named["Y"]
    examples = _examples(graph)
    return Anatomy(
        graph,
        values,
        named["params"],
        data,
        tuple(_layers(graph, examples.type.shape[0], named["params"], data)),
        examples,
    )


def _arrays(given: Any) -> Any:
    """Nested lists of numbers as one array; lists of arrays as they are."""
    leaves = optree.tree_leaves(given)
    if any(isinstance(leaf, np.ndarray) for leaf in leaves) or isinstance(given, Mapping):
        return given
    return np.asarray(given)


def _name(argument: str, path: tuple[Any, ...]) -> str:
    if argument == "params":
        return "/".join(map(str, path)) or "params"
    return argument + "".join(f"[{part!r}]" for part in path)


def _examples(graph: Graph) -> Node:
    found = None
    for node in graph.nodes:
        if "cost.examples" in scope_of(node).split("/") and node.type.differentiable:
            found = node
    if found is None or len(found.type.shape) != 1:
        shape = "" if found is None else f" of shape (m,) but {found.type.shape}"
        raise ExplainError(
            f"the cost has no losses per example{shape} in the name scope 'cost.examples'",
            remedy="Use net.loss of a clearprop.nn network, or compute them inside `with "
            'cp.name_scope("cost.examples"):` as an array of shape (m,).',
        )
    return found


def _part(node: Node) -> tuple[str, str]:
    """The layer that a node belongs to and which part of it, ``z`` or ``a``; both may be empty."""
    scopes = scope_of(node).split("/")
    for place, scope in enumerate(scopes):
        if scope.endswith((".z", ".a")):
            return "/".join([*scopes[:place], scope[:-2]]), scope[-1]
    return "", ""


def before(anatomy: Anatomy, node: Node) -> dict[Value, str]:
    """The layers' parts, parameters and data from which a node is computed directly, named."""
    names: dict[Value, str] = {
        place: name for name, place in (anatomy.parameters | anatomy.data).items()
    }
    names.update({value: layer.name for layer in anatomy.layers for value in (layer.a, layer.z)})
    return _behind(node, names)


def _layers(
    graph: Graph, count: int, parameters: dict[str, Input], data: dict[str, Input]
) -> list[Layer]:
    ends: dict[str, dict[str, Node]] = {}
    for node in graph.nodes:
        name, part = _part(node)
        if name and node.type.differentiable:
            ends.setdefault(name, {})[part] = node
    complete = {
        name: (end["z"], end.get("a", end["z"])) for name, end in ends.items() if "z" in end
    }
    if not complete:
        raise ExplainError(
            "the cost has no layers",
            why="Layers are found by name scopes 'NAME.z' and 'NAME.a', and there are none.",
            remedy="Use net.loss of a clearprop.nn network, or open such scopes in your function.",
        )
    names: dict[Value, str] = {place: name for name, place in (parameters | data).items()}
    for name, (z, a) in complete.items():
        if len(z.type.shape) != 2 or z.type.shape[0] != count or a.type != z.type:
            raise ExplainError(
                f"the weighted inputs of layer {name!r} have shape {z.type.shape}",
                why=f"With {count} examples it must be ({count}, units), and that of its "
                f"activations ({a.type.shape}) the same.",
            )
        names[a] = names[z] = name
    found = []
    for name, (z, a) in complete.items():
        met = dict.fromkeys(_behind(z, names).values())
        inside = tuple(n for n in met if n in parameters)
        found.append(Layer(name, z, a, inside, tuple(n for n in met if n not in parameters)))
    return found


def _behind(node: Node, names: Mapping[Value, str]) -> dict[Value, str]:
    """The nearest named values that a node is computed from, without recursion."""
    met: dict[Value, str] = {}
    pending, seen = list(reversed(node.operands)), set()
    while pending:
        value = pending.pop()
        if value in seen:
            continue
        seen.add(value)
        if value in names:
            met[value] = names[value]
        elif isinstance(value, Node):
            pending.extend(reversed(value.operands))
    return met
