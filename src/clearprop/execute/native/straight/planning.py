"""From a cluster of single numbers to a step: what is computed, in which order, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from clearprop.execute.native.clusters import Cluster
from clearprop.execute.native.layouts import Layout
from clearprop.execute.native.singles import Copied, Straight
from clearprop.execute.native.steps import Loop
from clearprop.execute.native.straight.homes import Homes
from clearprop.execute.native.straight.order import Order, is_number
from clearprop.execute.native.straight.recipes import Recipe, Recipes
from clearprop.graph import Node, Value


def straight(
    cluster: Cluster,
    numbers: Mapping[Any, int],
    is_inside: Callable[[Value], bool],
    layout_of: Callable[[Value], Layout],
    loop: Callable[[], Loop],
) -> Straight:
    """The step that does a cluster's work on single numbers.

    Args:
        cluster: The cluster.
        numbers: The place of each node in the graph.
        is_inside: Whether a value is computed here, and not read from memory.
        layout_of: Where a value lies in memory.
        loop: Makes the same step as a loop.
    """
    folded = set(cluster.folds)
    needed: set[Value] = set(folded)
    outside: dict[Value, None] = {}
    pending: list[Value] = [*cluster.stored, *(node.operands[0] for node in cluster.folds)]
    while pending:
        value = pending.pop()
        if value in needed or value in outside or is_number(value):
            continue
        if value.__class__ is Node and is_inside(value):
            needed.add(value)
            pending.extend(value.operands)
        else:
            outside[value] = None
    nodes: list[Node] = sorted(needed, key=numbers.__getitem__)  # type: ignore[arg-type]
    stored: dict[Value, list[Layout]] = {}
    for value in (*cluster.stored, *cluster.folds):
        stored.setdefault(value, []).append(layout_of(value))
    recipes, known = dict[Node, Recipe](), Recipes()
    for node in nodes:
        recipes[node] = known.of(node)
    parts = Order(recipes, stored).put(nodes)
    copied = [Copied(source, to) for source, to in cluster.copies]
    if copied:
        parts.append(list(copied))
    homes = Homes(parts, needed)
    sources = {value: layout_of(value) for value in outside}
    return Straight(nodes, parts, recipes, sources, stored, homes.places, homes.bytes, copied, loop)
