"""Where copies of a computation come together: in a sum of many terms, or as the parts of an array.

A sum is a chain of additions whose partial sums nothing else needs. An array is put together at
once, or written into part by part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import final

from clearprop.graph import Graph, Node, Value


@final
@dataclass(frozen=True, slots=True)
class Seed:
    """A sum, or an array that is put together.

    Attributes:
        root: The last addition; the concatenation; the last of the writes.
        groups: Terms that are copies of each other, group by group; of a concatenation all parts,
            of writes what is written.
        rest: All other terms.
        writes: What is written, and the operation that does.
    """

    root: Node
    groups: list[tuple[Value, ...]]
    rest: list[Value]
    writes: dict[Value, Node] = field(default_factory=dict)


def seeds_of(graph: Graph, kinds: Mapping[Value, int], fewest: int) -> Iterator[Seed]:
    """Those in which a group has so many terms, from the last to the first."""
    uses = Counter(chain.from_iterable([node.operands for node in graph.nodes]))
    uses.update(graph.outputs)
    uses.update(guard.value for guard in graph.guards)
    inner: set[Value] = set()
    for node in reversed(graph.nodes):
        if node.primitive.name == "concatenate":
            parts = node.operands
            one_kind = all(kinds[x] == kinds[parts[0]] for x in parts)
            if len(parts) >= fewest and one_kind and _differ(parts):
                yield Seed(node, [parts], [])
        elif node not in inner and _adds(node):
            terms = _terms(node, uses, inner)
            if len(terms) < fewest:
                continue
            fitting = [x.type.shape == node.type.shape for x in terms]
            found = _grouped(node, terms, fitting, kinds, fewest)
            if found.groups:
                yield found
        elif node not in inner and node.primitive.name == "assign":
            writes = _writes(node, uses, inner)
            found = _grouped(node, [*writes], [True] * len(writes), kinds, fewest)
            if found.groups:
                yield replace(found, writes=writes)


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
    type_ = root.type
    while pending:
        value = pending.pop()
        partial = value.type is type_ and uses[value] == 1 and _adds(value)
        if isinstance(value, Node) and (value is root or partial):
            inner.add(value)
            pending.extend(reversed(value.operands))
        else:
            terms.append(value)
    return terms


def _writes(root: Node, uses: Mapping[Value, int], inner: set[Value]) -> dict[Value, Node]:
    """What is written into an array, from the first to the last, each value once."""
    found: dict[Value, Node] = {}
    value: Value = root
    while isinstance(value, Node) and value.primitive.name == "assign":
        update = value.operands[1]
        if (value is not root and uses[value] > 1) or update in found:
            break
        inner.add(value)
        found[update] = value
        value = value.operands[0]
    return dict(reversed(found.items()))


def _grouped(
    root: Node,
    terms: Sequence[Value],
    fitting: Sequence[bool],
    kinds: Mapping[Value, int],
    fewest: int,
) -> Seed:
    """The terms in groups of copies.

    Args:
        root: What the terms make.
        terms: The terms.
        fitting: Which of them may be in a group.
        kinds: The kinds of all values.
        fewest: How many make a group.
    """
    by_kind: dict[int, list[Value]] = {}
    found = Seed(root, [], [])
    for term, fits in zip(terms, fitting, strict=True):
        if fits:
            by_kind.setdefault(kinds[term], []).append(term)
        else:
            found.rest.append(term)
    for group in by_kind.values():
        if len(group) >= fewest and _differ(group):
            found.groups.append(tuple(group))
        else:
            found.rest.extend(group)
    return found
