"""Clusters of operations, and the loops that they become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, final

from clearprop.execute.native.layouts import Layout, region
from clearprop.execute.native.pieces import Part, Place, is_pieced, parts, source
from clearprop.execute.native.steps import FOLDS, Fold, Loop, Store
from clearprop.execute.native.terms import LOOK_AT_NUMBERS, VOCABULARY, NotLowered, Term, number
from clearprop.graph import Constant, Node, Value


@final
@dataclass(slots=True)
class Cluster:
    """What will be one loop.

    Attributes:
        count: How many operations it holds.
        members: Those that are computed element by element, in the graph's order.
        folded: The axes of its reductions; None while it has none.
        stored: The values that it writes to memory.
        folds: Its reductions.
        copies: Layouts that it copies, and where to.
        cuts: Where values that are put together from parts divide the domain, axis by axis.
    """

    count: int = 0
    members: list[Node] = field(default_factory=list)
    folded: tuple[int, ...] | None = None
    stored: list[Value] = field(default_factory=list)
    folds: list[Node] = field(default_factory=list)
    copies: list[tuple[Layout | Term, Layout]] = field(default_factory=list)
    cuts: dict[int, set[int]] = field(default_factory=dict)


def loops_of(
    cluster: Cluster,
    domain: tuple[int, ...],
    is_inside: Callable[[Value], bool],
    layout_of: Callable[[Value], Layout],
) -> list[Loop]:
    """The loops over a domain that do a cluster's work: one for each part of it.

    Args:
        cluster: The cluster.
        domain: The domain.
        is_inside: Whether a value is computed in this loop, and not read from memory.
        layout_of: Where a value lies in memory.
    """
    return [
        _Building(cluster, part, is_inside, layout_of).loop for part in parts(domain, cluster.cuts)
    ]


_Placed = tuple[Value, Place]
"""A value, and which element of it stands at the beginning of the part."""


@final
class _Building:
    """A loop over one part of a domain, term by term."""

    def __init__(
        self,
        cluster: Cluster,
        part: Part,
        is_inside: Callable[[Value], bool],
        layout_of: Callable[[Value], Layout],
    ) -> None:
        self.part = part
        self.is_inside = is_inside
        self.layout_of = layout_of
        self.loop = Loop(part.shape, cluster.folded or ())
        self.places: dict[Layout, Term] = {}
        self.known: dict[_Placed, Term] = {}
        for value in cluster.stored:
            self._store(self._computed(value), layout_of(value))
        for node in cluster.folds:
            found = self._computed(node.operands[0])
            if node.primitive.name in ("any", "all") and found.dtype.kind != "b":
                found = found != 0
            place = _spread(layout_of(node), self.loop)
            self.loop.folds.append(Fold(fold_of(node.primitive.name, found), found, place))
            self.loop.nodes.append(node)
        for source_, to in cluster.copies:
            term = source_ if isinstance(source_, Term) else self._load(source_, part.start)
            self._store(term, to)

    def _store(self, term: Term, to: Layout) -> None:
        self.loop.stores.append(Store(term, self._within(to, self.part.start)))

    def _within(self, layout: Layout, start: Place) -> Layout:
        """The part of a layout that is walked over, from an element on."""
        return region(layout, start, (1,) * len(start), self.part.shape)

    def _load(self, layout: Layout, start: Place) -> Term:
        found = self._within(layout, start)
        if found not in self.places:
            self.places[found] = Term("load", (), found.dtype, len(self.loop.loads))
            self.loop.loads.append(found)
        return self.places[found]

    def _needs(self, value: Value, start: Place) -> list[_Placed]:
        """What a value that is computed here is computed from."""
        assert isinstance(value, Node), "only operations are fused"
        if not is_pieced(value):
            return [(x, start) for x in value.operands]
        found = source(value, Part(start, self.part.shape))
        return [] if found is None else [found]

    def _term(self, value: Value, start: Place) -> Term:
        if isinstance(value, Constant) and not value.type.shape:
            return number(value.value, value.type.dtype)
        if self.is_inside(value):
            return self.known[value, start]
        return self._load(self.layout_of(value), start)

    def _computed(self, root: Value) -> Term:
        """The term of a root, what it needs first; without recursion."""
        pending: list[_Placed] = [(root, self.part.start)]
        while pending:
            value, start = pending[-1]
            if (value, start) in self.known or not self.is_inside(value):
                pending.pop()
                continue
            needs = self._needs(value, start)
            missing = [x for x in needs if x not in self.known and self.is_inside(x[0])]
            if missing:
                pending.extend(missing)
                continue
            pending.pop()
            assert isinstance(value, Node), "only operations are fused"
            terms = [self._term(*x) for x in needs]
            if is_pieced(value):
                self.known[value, start] = terms[0] if terms else number(0, value.type.dtype)
            else:
                self.known[value, start] = lowered(value, terms)
            self.loop.nodes.append(value)
        return self._term(root, self.part.start)


def fold_of(name: str, term: Term) -> str:
    """How a reduction takes in one more; truth values add up by or."""
    op = FOLDS[name]
    if term.dtype.kind != "b":
        return op
    return {"add": "or", "multiply": "and", "maximum": "or", "minimum": "and"}.get(op, op)


def looked_at(node: Node) -> tuple[Any, ...]:
    """The numbers among the operands on which the form of an operation depends."""
    if node.primitive.name not in LOOK_AT_NUMBERS:
        return ()
    return tuple([x.key if isinstance(x, Constant) else None for x in node.operands])


def lowered(node: Node, terms: Sequence[Term]) -> Term:
    """An elementwise operation on terms.

    Raises:
        NotLowered: If it has no native form for these.
    """
    if node.primitive.name in FOLDS:  # over no axis
        (x,) = terms
        return x if x.dtype == node.type.dtype else x != 0
    assert node.primitive.lower is not None
    found: Term = node.primitive.lower(VOCABULARY, *terms, **dict(node.params))
    if found.dtype != node.type.dtype:
        raise NotLowered(f"{found.dtype} instead of {node.type.dtype}")
    return found


def refusal(node: Node) -> str:
    """Why an elementwise node cannot be lowered; empty if it can."""
    terms = [
        number(x.value, x.type.dtype)
        if isinstance(x, Constant) and not x.type.shape
        else Term("load", (), x.type.dtype, 0)
        for x in node.operands
    ]
    try:
        lowered(node, terms)
    except NotLowered as answer:
        return f"no native form of {answer}"
    return ""


def _spread(layout: Layout, loop: Loop) -> Layout:
    """A reduction's place over the whole domain: stride 0 along the folded axes."""
    strides, rest = [], iter(layout.strides)
    for axis in range(len(loop.domain)):
        strides.append(0 if axis in loop.folded else next(rest))
    return Layout(layout.buffer, layout.offset, loop.domain, tuple(strides))
