"""Clusters of operations, and the loops that they become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import final

from clearprop.execute.native.layouts import Layout
from clearprop.execute.native.steps import FOLDS, Fold, Loop, Store
from clearprop.execute.native.terms import VOCABULARY, NotLowered, Term, number
from clearprop.graph import Constant, Node, Value


@final
@dataclass(slots=True)
class Cluster:
    """What will be one loop.

    Attributes:
        count: How many operations it holds.
        folded: The axes of its reductions; None while it has none.
        stored: The values that it writes to memory.
        folds: Its reductions.
        copies: Layouts that it copies, and where to.
    """

    count: int = 0
    folded: tuple[int, ...] | None = None
    stored: list[Value] = field(default_factory=list)
    folds: list[Node] = field(default_factory=list)
    copies: list[tuple[Layout | Term, Layout]] = field(default_factory=list)


def loop_of(
    cluster: Cluster,
    domain: tuple[int, ...],
    is_inside: Callable[[Value], bool],
    layout_of: Callable[[Value], Layout],
) -> Loop:
    """The loop over a domain that does a cluster's work.

    Args:
        cluster: The cluster.
        domain: The domain.
        is_inside: Whether a value is computed in this loop, and not read from memory.
        layout_of: Where a value lies in memory.
    """
    loop = Loop(domain, cluster.folded or ())
    places: dict[Layout, Term] = {}
    known: dict[Value, Term] = {}

    def load(layout: Layout) -> Term:
        if layout not in places:
            places[layout] = Term("load", (), layout.dtype, len(loop.loads))
            loop.loads.append(layout)
        return places[layout]

    def term(value: Value) -> Term:
        if isinstance(value, Constant) and not value.type.shape:
            return number(value.value, value.type.dtype)
        return known[value] if is_inside(value) else load(layout_of(value))

    def computed(root: Value) -> Term:
        """The term of a root, what it needs first; without recursion."""
        pending = [root]
        while pending:
            value = pending[-1]
            if value in known or not is_inside(value):
                pending.pop()
                continue
            assert isinstance(value, Node), "only operations are fused"
            missing = [x for x in value.operands if x not in known and is_inside(x)]
            if missing:
                pending.extend(missing)
                continue
            pending.pop()
            known[value] = lowered(value, [term(x) for x in value.operands])
            loop.nodes.append(value)
        return term(root)

    for value in cluster.stored:
        loop.stores.append(Store(computed(value), layout_of(value)))
    for node in cluster.folds:
        found = computed(node.operands[0])
        if node.primitive.name in ("any", "all") and found.dtype.kind != "b":
            found = found != 0
        place = _spread(layout_of(node), loop)
        loop.folds.append(Fold(FOLDS[node.primitive.name], found, place))
        loop.nodes.append(node)
    for source, to in cluster.copies:
        loop.stores.append(Store(load(source) if isinstance(source, Layout) else source, to))
    return loop


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


def _spread(layout: Layout, loop: Loop) -> Layout:
    """A reduction's place over the whole domain: stride 0 along the folded axes."""
    strides, rest = [], iter(layout.strides)
    for axis in range(len(loop.domain)):
        strides.append(0 if axis in loop.folded else next(rest))
    return Layout(layout.buffer, layout.offset, loop.domain, tuple(strides))
