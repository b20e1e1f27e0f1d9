"""Where copies of a computation come together: in a sum of many terms, or as the parts of an array.

A sum is a chain of additions whose partial sums nothing else needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from clearprop.graph import Graph, Node, Value


@final
@dataclass(frozen=True, slots=True)
class Seed:
    """A sum, or an array that is put together.

    Attributes:
        root: The last addition; or the concatenation.
        groups: Terms that are copies of each other, group by group; of an array all parts.
        rest: All other terms.
    """

    root: Node
    groups: list[tuple[Value, ...]]
    rest: list[Value]


def seeds_of(graph: Graph, kinds: Mapping[Value, int], fewest: int) -> Iterator[Seed]:
    """Those in which a group has so many terms, from the last to the first."""
    uses = Counter(x for node in graph.nodes for x in node.operands)
    uses.update(graph.outputs)
    uses.update(guard.value for guard in graph.guards)
    inner: set[Value] = set()
    for node in reversed(graph.nodes):
        if node.primitive.name == "concatenate":
            parts = node.operands
            one_kind = all(kinds[x] == kinds[parts[0]] for x in parts)
            if len(parts) >= fewest and one_kind and _differ(parts):
                yield Seed(node, [parts], [])
        elif _adds(node) and node not in inner:
            terms = _terms(node, uses, inner)
            found = _grouped(node, terms, kinds, fewest) if len(terms) >= fewest else None
            if found is not None and found.groups:
                yield found


def _adds(value: Value) -> bool:
    """Whether it is an addition of numbers; of truth values it would be an or."""
    if not isinstance(value, Node) or value.primitive.name != "add":
        return False
    return bool(value.type.dtype.kind != "b")


def _differ(values: Sequence[Value]) -> bool:
    return any(x is not values[0] for x in values)


def _terms(root: Node, uses: Mapping[Value, int], inner: set[Value]) -> list[Value]:
    """What is added up, from the first to the last; the additions are noted as parts of the sum."""
    terms = []
    pending: list[Value] = [root]
    while pending:
        value = pending.pop()
        partial = _adds(value) and uses[value] == 1 and value.type is root.type
        if isinstance(value, Node) and (value is root or partial):
            inner.add(value)
            pending.extend(reversed(value.operands))
        else:
            terms.append(value)
    return terms


def _grouped(root: Node, terms: Sequence[Value], kinds: Mapping[Value, int], fewest: int) -> Seed:
    by_kind: dict[int, list[Value]] = {}
    for term in terms:
        by_kind.setdefault(kinds[term], []).append(term)
    found = Seed(root, [], [])
    for group in by_kind.values():
        fits = group[0].type.shape == root.type.shape
        if fits and len(group) >= fewest and _differ(group):
            found.groups.append(tuple(group))
        else:
            found.rest.extend(group)
    return found
