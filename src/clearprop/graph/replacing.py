"""Other values in the place of some nodes of a graph."""

from __future__ import annotations

from collections.abc import Callable

from clearprop.graph.graph import Graph
from clearprop.graph.node import Guard, Node, Value

Instead = Callable[[Node, Callable[[Value], Value], list[Node]], Value | None]
"""``instead(node, at, nodes)``: what stands in the place of a node; None if the node itself does.

``at(value)`` is what stands in the place of a value before it; what is made is added to ``nodes``.
"""


def replaced(graph: Graph, instead: Instead) -> Graph:
    """The graph with other values in the place of some nodes; itself if there are none.

    Nodes that take one of those are made again; all others stay the same objects.
    """
    now: dict[Value, Value] = {}
    nodes: list[Node] = []

    def at(value: Value) -> Value:
        return now.get(value, value)

    for node in graph.nodes:
        found = instead(node, at, nodes)
        if found is None:
            operands = tuple(map(at, node.operands))
            if operands == node.operands:
                nodes.append(node)
                continue
            found = Node(node.primitive, operands, node.params, node.type, node.provenance)
            nodes.append(found)
        now[node] = found
    if not now:
        return graph
    guards = [
        Guard(at(each.value), each.kind, each.outcome, each.provenance) for each in graph.guards
    ]
    return Graph(graph.inputs, nodes, map(at, graph.outputs), guards)
