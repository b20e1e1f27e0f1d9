"""Inner products of short vectors as sums of products of elements, which fuse with other loops."""

from __future__ import annotations

from typing import Final

from clearprop.graph import Graph, Guard, Node, Value
from clearprop.primitives import CATALOGUE

LONGEST: Final = 128
"""The most elements; longer vectors are multiplied by a kernel that all share."""


def as_sums(graph: Graph) -> Graph:
    """The graph with short inner products as a product and a sum each; itself if it has none."""
    if not any(map(_is_short, graph.nodes)):
        return graph
    now: dict[Value, Value] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        operands = tuple([now.get(x, x) for x in node.operands])
        if _is_short(node):
            a, _ = operands
            terms = Node(CATALOGUE["multiply"], operands, (), a.type.strong, node.provenance)
            nodes.append(terms)
            params = (("axes", (0,)),)
            now[node] = Node(CATALOGUE["sum"], (terms,), params, node.type, node.provenance)
        elif operands != node.operands:
            now[node] = Node(node.primitive, operands, node.params, node.type, node.provenance)
        nodes.append(now.get(node, node))  # type: ignore[arg-type]
    guards = [
        Guard(now.get(each.value, each.value), each.kind, each.outcome, each.provenance)
        for each in graph.guards
    ]
    return Graph(graph.inputs, nodes, [now.get(x, x) for x in graph.outputs], guards)


def _is_short(node: Node) -> bool:
    if node.primitive.name != "dot" or node.type.dtype.kind != "f":
        return False
    (a, b), contract = node.operands, dict(node.params)["contract"]
    short = contract == ((0,), (0,)) and 1 < a.type.size <= LONGEST
    return short and a.type.shape == b.type.shape and a.type.ndim == 1
