"""Expressions at once: what one other operation needs, and nobody else, stands right before it.

In the graph of a derivative the parts of a sum lie far apart, each where its factor becomes known.
Computed there, the sum goes to memory and back for each of them. Here its parts wait until it is
wanted, as long as the expression stays small: what they are made of has to be kept for them.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from clearprop.execute.native.straight.recipes import Recipe
from clearprop.graph import Node, Value

LARGEST: Final = 8
"""The most operations that wait for one other."""


def by_trees(
    nodes: Sequence[Node],
    uses: Mapping[Value, int],
    recipes: Mapping[Node, Recipe],
    stored: Container[Value],
) -> Sequence[Node]:
    """The operations in another order, expression by expression.

    Args:
        nodes: The operations, in an order in which they may be done.
        uses: How many operands each value is.
        recipes: How each is written; calls do not wait.
        stored: The values that others look for.
    """
    sizes: dict[Value, int] = {}
    for node in nodes:
        if uses.get(node) == 1 and node not in stored and not recipes[node].call:
            size = 1
            for x in node.operands:
                size += sizes.get(x, 0)
            if size <= LARGEST:
                sizes[node] = size
    found: list[Node] = []
    for node in nodes:
        if node in sizes:
            continue
        tree: list[Node] = [node]
        pending: list[Any] = [x for x in node.operands if x in sizes]
        while pending:
            each = pending.pop()
            tree.append(each)
            for x in each.operands:
                if x in sizes:
                    pending.append(x)
        tree.reverse()
        found += tree
    return found
