"""Sums of arrays that are zero but in one part each: the parts, put one after the other.

What a function takes out of an array piece by piece, element by element at worst, comes back in its
derivative as such a sum, of as many whole arrays as there were pieces.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any, Final, final

from clearprop.graph import Graph, Node, Value, constant, replaced
from clearprop.primitives import CATALOGUE

FEWEST: Final = 2
"""The fewest parts that are put together."""


def parts_together(graph: Graph) -> Graph:
    """The graph with such sums as concatenations; itself if there are none.

    A sum may round in another order, and a negative zero is not made positive by adding zero.
    """
    if sum(node.primitive.name == "pad" for node in graph.nodes) < FEWEST:
        return graph
    sums = _sums(graph)

    def instead(node: Node, at: Callable[[Value], Value], nodes: list[Node]) -> Value | None:
        return _Making(node, nodes).total([*map(at, sums[node])]) if node in sums else None

    return replaced(graph, instead)


def _sums(graph: Graph) -> dict[Value, list[Value]]:
    """The sums that are no parts of others, with their terms, at least two of which are padded."""
    uses = Counter([*graph.outputs, *(guard.value for guard in graph.guards)])
    uses.update(x for node in graph.nodes for x in node.operands)
    inner: set[Value] = set()
    found: dict[Value, list[Value]] = {}
    for node in reversed(graph.nodes):
        if node.primitive.name != "add" or node in inner or not node.type.shape:
            continue
        terms: list[Value] = []
        pending: list[Value] = [*reversed(node.operands)]
        while pending:
            x = pending.pop()
            alone = isinstance(x, Node) and uses[x] == 1 and x.type is node.type
            if alone and x.primitive.name == "add":  # type: ignore[union-attr]
                inner.add(x)
                pending += reversed(x.operands)  # type: ignore[union-attr]
            else:
                terms.append(x)
        if sum(_is_part(x, node) for x in terms) >= FEWEST:
            found[node] = terms
    return found


def _is_part(x: Value, whole: Node) -> bool:
    """Whether a term is zero but in one part."""
    if not isinstance(x, Node) or x.primitive.name != "pad" or x.type is not whole.type:
        return False
    params = dict(x.params)
    return not any(params["interior"]) and min((*params["low"], *params["high"])) >= 0


@final
@dataclass(frozen=True)
class _Part:
    """A part along one axis, all of the others.

    Attributes:
        start: Where it begins.
        stop: Where it ends.
        value: What stands there.
    """

    start: int
    stop: int
    value: Value


@final
class _Making:
    """Writes the operations that stand in the place of one."""

    def __init__(self, whole: Node, nodes: list[Node]) -> None:
        self._whole = whole
        self._nodes = nodes

    def total(self, terms: Sequence[Value]) -> Value | None:
        """The sum of these terms; None if no parts of it can be put together."""
        padded: list[Node] = []
        rest: list[Value] = []
        for x in terms:
            if isinstance(x, Node) and _is_part(x, self._whole):
                padded.append(x)
            else:
                rest.append(x)
        axis = _one_axis(padded)
        if axis is not None:
            parts = [_Part(*_range(x, axis), x.operands[0]) for x in padded]
            shape, flat = self._whole.type.shape, False
        elif all(map(_is_run, padded)):
            parts = [self._run(x) for x in padded]
            axis, shape, flat = 0, (self._whole.type.size,), True
        else:
            return None
        if _overlap({(part.start, part.stop) for part in parts}):
            return None
        made = self._joined(parts, axis, shape)
        if flat:
            made = self._make("reshape", made, shape=self._whole.type.shape)
        return reduce(lambda a, b: self._make("add", a, b), rest, made)

    def _run(self, padded: Node) -> _Part:
        """A part that lies in one piece, in C order."""
        (x,), shape = padded.operands, padded.type.shape
        start = 0
        for first, length in zip(dict(padded.params)["low"], shape, strict=True):
            start = start * length + first
        size = x.type.size
        return _Part(start, start + size, self._make("reshape", x, shape=(size,)))

    def _joined(self, parts: Sequence[_Part], axis: int, shape: tuple[int, ...]) -> Value:
        """The parts in order, those at one place added up, with zeros between and around."""
        here: defaultdict[tuple[int, int], list[Value]] = defaultdict(list)
        for part in parts:
            here[part.start, part.stop].append(part.value)
        pieces: list[Value] = []
        ranges = sorted(here)
        before = ranges[0][0]
        for start, stop in ranges:
            if start > before:
                pieces.append(self._zeros(_with(shape, axis, start - before)))
            pieces.append(reduce(lambda a, b: self._make("add", a, b), here[start, stop]))
            before = stop
        made = pieces[0] if len(pieces) == 1 else self._make("concatenate", *pieces, axis=axis)
        low, high = ranges[0][0], shape[axis] - ranges[-1][1]
        if not low and not high:
            return made
        none = (0,) * len(shape)
        return self._make(
            "pad",
            made,
            low=_with(none, axis, low),
            high=_with(none, axis, high),
            interior=none,
        )

    def _zeros(self, shape: tuple[int, ...]) -> Value:
        zero = constant(self._whole.type.dtype.type(0), weak=False)
        return self._make("broadcast", zero, shape=shape)

    def _make(self, name: str, *operands: Value, **params: Any) -> Node:
        primitive, given = CATALOGUE[name], tuple(params.items())
        type_ = primitive.result(tuple([x.type for x in operands]), given)
        node = Node(primitive, operands, given, type_, self._whole.provenance)
        self._nodes.append(node)
        return node


def _with(lengths: tuple[int, ...], axis: int, length: int) -> tuple[int, ...]:
    return (*lengths[:axis], length, *lengths[axis + 1 :])


def _one_axis(padded: Sequence[Node]) -> int | None:
    """The one axis along which parts are parts."""
    axes = {
        axis
        for x in padded
        for axis, (a, b) in enumerate(zip(x.operands[0].type.shape, x.type.shape, strict=True))
        if a != b
    }
    return axes.pop() if len(axes) == 1 else None


def _range(padded: Node, axis: int) -> tuple[int, int]:
    start: int = dict(padded.params)["low"][axis]
    return start, start + padded.operands[0].type.shape[axis]


def _is_run(padded: Node) -> bool:
    """Whether the part lies in one piece, in C order: one of each axis, some of one, all others."""
    part, whole = padded.operands[0].type.shape, padded.type.shape
    first = next((axis for axis, length in enumerate(part) if length != 1), len(part))
    return part[first + 1 :] == whole[first + 1 :]


def _overlap(ranges: Collection[tuple[int, int]]) -> bool:
    """Whether two of these share a place."""
    return any(b > c for (_, b), (c, _) in pairwise(sorted(ranges)))
