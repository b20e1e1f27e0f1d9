"""Results of loops and branches that nothing takes: the bodies no longer compute them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from clearprop.graph import Graph, Guard, Node, Params, Value, prune

Trim = Callable[[Mapping[str, Any], Sequence[int]], Params]


def without_unused(graph: Graph) -> Graph:
    """The graph, its scans and branches without the results that nothing takes.

    A scan goes on carrying what it carries; only what it stacks can be of no use. The graph itself
    where every result is taken.
    """
    taken = _taken(graph)
    if not taken:
        return graph
    now: dict[Value, Value] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        if node in taken:
            now[node] = _trimmed(node, taken[node], now)
        elif node.primitive.name == "item" and node.operands[0] in taken:
            kept = taken[node.operands[0]]
            params = (("index", kept.index(dict(node.params)["index"])),)
            of = now[node.operands[0]]
            now[node] = Node(node.primitive, (of,), params, node.type, node.provenance)
        elif any(x in now for x in node.operands):
            operands = tuple([now.get(x, x) for x in node.operands])
            now[node] = Node(node.primitive, operands, node.params, node.type, node.provenance)
        nodes.append(now.get(node, node))  # type: ignore[arg-type]
    guards = [
        Guard(now.get(each.value, each.value), each.kind, each.outcome, each.provenance)
        for each in graph.guards
    ]
    return Graph(graph.inputs, nodes, [now.get(x, x) for x in graph.outputs], guards)


def _taken(graph: Graph) -> dict[Value, list[int]]:
    """For the loops and branches that have results of no use: those that are of use."""
    whole = [node for node in graph.nodes if node.primitive.name in _TRIMS]
    if not whole:
        return {}
    items: dict[Value, set[int]] = {node: set() for node in whole}
    for node in graph.nodes:
        for x in node.operands:
            if x in items and node.primitive.name == "item":
                items[x].add(dict(node.params)["index"])
            elif x in items:
                del items[x]  # it is taken as a whole
    for value in (*graph.outputs, *(guard.value for guard in graph.guards)):
        items.pop(value, None)
    found: dict[Value, list[int]] = {}
    for node in whole:
        if node in items:
            kept = sorted({*range(dict(node.params).get("carries", 0)), *items[node]})
            if len(kept) < len(node.type.parts):
                found[node] = kept
    return found


def _trimmed(node: Node, kept: Sequence[int], now: Mapping[Value, Value]) -> Node:
    """The operation with those results alone."""
    params = _TRIMS[node.primitive.name](dict(node.params), kept)
    operands = tuple([now.get(x, x) for x in node.operands])
    type_ = node.primitive.result(tuple([x.type for x in operands]), params)
    return Node(node.primitive, operands, params, type_, node.provenance)


def _with_outputs(body: Graph, kept: Sequence[int]) -> Graph:
    return prune(body, [body.outputs[i] for i in kept])


def _graphs(*names: str) -> Trim:
    """What a loop's or branch's parameters become, whose results those graphs give."""

    def trim(params: Mapping[str, Any], kept: Sequence[int]) -> Params:
        return tuple(
            (key, _with_outputs(value, kept) if key in names else value)
            for key, value in params.items()
        )

    return trim


_TRIMS: Final[dict[str, Trim]] = {"scan": _graphs("body"), "cond": _graphs("on_true", "on_false")}
