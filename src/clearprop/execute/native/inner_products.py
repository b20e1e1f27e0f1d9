"""Inner products of short vectors as sums of products of elements, which fuse with other loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from clearprop.graph import Graph, Node, Value, replaced
from clearprop.primitives import CATALOGUE

LONGEST: Final = 128
"""The most elements; longer vectors are multiplied by a kernel that all share."""


def as_sums(graph: Graph) -> Graph:
    """The graph with short inner products as a product and a sum each; itself if it has none."""
    return replaced(graph, _as_sum)


def _as_sum(node: Node, at: Callable[[Value], Value], nodes: list[Node]) -> Node | None:
    if not _is_short(node):
        return None
    operands, place = tuple(map(at, node.operands)), node.provenance
    terms = Node(CATALOGUE["multiply"], operands, (), operands[0].type.strong, place)
    found = Node(CATALOGUE["sum"], (terms,), (("axes", (0,)),), node.type, place)
    nodes += terms, found
    return found


def _is_short(node: Node) -> bool:
    if node.primitive.name != "dot" or node.type.dtype.kind != "f":
        return False
    (a, b), contract = node.operands, dict(node.params)["contract"]
    short = contract == ((0,), (0,)) and 1 < a.type.size <= LONGEST
    return short and a.type.shape == b.type.shape and a.type.ndim == 1
