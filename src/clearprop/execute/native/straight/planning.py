"""From a cluster of single numbers to a step: what is computed, in which order, and where."""

from __future__ import annotations

from collections.abc import Callable, Container

from clearprop.execute.native.clusters import Cluster
from clearprop.execute.native.layouts import Layout
from clearprop.execute.native.singles import Copied, Straight
from clearprop.execute.native.steps import Loop
from clearprop.execute.native.straight.homes import Homes
from clearprop.execute.native.straight.order import Order, is_number
from clearprop.execute.native.straight.recipes import Recipe, Recipes
from clearprop.execute.native.straight.trees import by_trees
from clearprop.graph import Node, Value


def straight(
    cluster: Cluster,
    is_inside: Callable[[Value], bool],
    layout_of: Callable[[Value], Layout],
    number_of: Callable[[Node], int],
    loop: Callable[[], Loop],
) -> Straight:
    """The step that does a cluster's work on single numbers.

    Args:
        cluster: The cluster.
        is_inside: Whether a value is computed here, and not read from memory.
        layout_of: Where a value lies in memory.
        number_of: The place of a node in the graph.
        loop: Makes the same step as a loop.
    """
    stored: dict[Value, list[Layout]] = {}
    for value in (*cluster.stored, *cluster.folds):
        stored.setdefault(value, []).append(layout_of(value))
    nodes, uses = _live(cluster, stored)
    inside: set[Value] = set(nodes)
    again, outside = _others(uses, inside, is_inside)
    if again:
        inside.update(again)
        nodes = [*sorted(again, key=number_of), *nodes]
    recipes, known = dict[Node, Recipe](), Recipes()
    for node in nodes:
        recipes[node] = known.of(node)
    parts = Order(recipes, stored).put(by_trees(nodes, uses, recipes, stored))
    copied = [Copied(source, to) for source, to in cluster.copies]
    if copied:
        parts.append(list(copied))
    homes = Homes(parts, inside)
    sources = {value: layout_of(value) for value in outside}
    return Straight(nodes, parts, recipes, sources, stored, homes.places, homes.bytes, copied, loop)


def _live(cluster: Cluster, stored: Container[Value]) -> tuple[list[Node], dict[Value, int]]:
    """The operations of a cluster that something needs, in order; how many operands each is."""
    uses: dict[Value, int] = {}
    nodes: list[Node] = []
    for node in reversed([*cluster.members, *cluster.folds]):
        if node in uses or node in stored:
            nodes.append(node)
            for x in node.operands:
                uses[x] = uses.get(x, 0) + 1
    nodes.reverse()
    return nodes, uses


def _others(
    uses: dict[Value, int], inside: Container[Value], is_inside: Callable[[Value], bool]
) -> tuple[list[Node], list[Value]]:
    """What else is needed: operations of other clusters, done here again, and what is read."""
    again: list[Node] = []
    outside: list[Value] = []
    pending = [value for value in uses if value not in inside]
    while pending:
        value = pending.pop()
        if value.__class__ is Node and is_inside(value):
            again.append(value)
            for x in value.operands:
                if x not in uses:
                    pending.append(x)
                uses[x] = uses.get(x, 0) + 1
        elif not is_number(value):
            outside.append(value)
    return again, outside
