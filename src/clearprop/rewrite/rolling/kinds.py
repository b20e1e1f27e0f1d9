"""Which values are computed in the same way: by the same operations on values of equal kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from clearprop.graph import Constant, Graph, Input, Node, Value
from clearprop.rewrite.rolling.picks import Pick
from clearprop.rewrite.share import Constants

SMALL: Final = 64
"""Constants and inputs up to that number of elements may stand for each other."""


def kinds_of(graph: Graph, picks: Mapping[Value, Pick], shared: Constants) -> dict[Value, int]:
    """A number for every value of the graph, the same for those that are copies of each other.

    Copies do the same operations to inputs and constants of the same types, and to parts of the
    same array.

    Args:
        graph: The graph.
        picks: The values that are parts of arrays.
        shared: One object for equal constants.
    """
    values: list[Value] = [*graph.inputs, *graph.nodes]
    others = {x for x in values if x.type.form != "array"}
    numbers: dict[Any, int] = {}
    kinds: dict[Value, int] = {}

    def number(key: Any) -> int:
        return numbers.setdefault(key, len(numbers))

    def constant(value: Value) -> int:
        assert isinstance(value, Constant), "operands are computed first"
        small = value.type.size <= SMALL
        kinds[value] = number((Constant, value.type) if small else shared.one(value))
        return kinds[value]

    for place in graph.inputs:
        small = place.type.form == "array" and place.type.size <= SMALL
        kinds[place] = number((Input, place.type) if small else place)
    for node in graph.nodes:
        operands = [kinds.get(x) for x in node.operands]
        if None in operands:
            operands = [kinds[x] if x in kinds else constant(x) for x in node.operands]
        pick = picks.get(node)
        if pick is not None:
            kinds[node] = number((Pick, kinds.get(pick.base), node.type))
        elif node in others or not others.isdisjoint(node.operands):
            kinds[node] = number(node)
        else:
            kinds[node] = number((node.primitive, node.params, node.type, *operands))
    return kinds


def common(graph: Graph, picks: Mapping[Value, Pick], shared: Constants) -> Mapping[Value, Pick]:
    """The parts of arrays that are no copies of each other.

    Where each copy has an array of its own, its parts are steps like others.
    """
    bases = {pick.base for pick in picks.values() if isinstance(pick.base, Node)}
    if not bases:
        return picks
    kinds = kinds_of(graph, picks, shared)
    counts = Counter(kinds[node] for node in graph.nodes)
    several = {base for base in bases if counts[kinds[base]] > 1}
    return {value: pick for value, pick in picks.items() if pick.base not in several}
