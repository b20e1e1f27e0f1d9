"""One of two graphs, by a truth value: only the chosen one is evaluated.

Its derivatives are again a choice between the derivatives of both.

>>> import clearprop as cp, numpy as np
>>> f = lambda x: cp.cond(x > 0, np.sin, np.cos, x)
>>> cp.grad(f)(0.5) == np.cos(0.5), cp.grad(f)(-0.5) == np.sin(0.5)
(np.True_, np.True_)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Graph, Type, tuple_of
from clearprop.primitives.absent import parted, stand_ins
from clearprop.primitives.bodies import (
    build,
    chosen,
    leading,
    only,
    output_types,
    present,
    require_inputs,
    slope_flags,
    spread,
)
from clearprop.primitives.builder import Builder, Bundle, Sym
from clearprop.primitives.families import Control
from clearprop.primitives.plan import plan_of


def result(pred: Type, *types: Type, on_true: Graph, on_false: Graph) -> Type:
    """What both graphs give."""
    if pred.shape or pred.dtype.kind != "b":
        raise DtypeError(f"cond wants one truth value, not a value of type {pred}")
    require_inputs("cond", on_true, types)
    require_inputs("cond", on_false, types)
    given = output_types(on_true), output_types(on_false)
    if given[0] != given[1]:
        raise ShapeError(f"cond: one branch gives {list(given[0])}, the other {list(given[1])}")
    return tuple_of(given[0])


def value(xp: Any, pred: Any, *operands: Any, on_true: Graph, on_false: Graph) -> tuple[Any, ...]:
    """The outputs of the chosen graph."""
    return tuple(plan_of(on_true if pred else on_false).run(operands))


def tangent(
    ops: Builder, y: Any, xs: Sequence[Sym], tangents: Any, on_true: Graph, on_false: Graph
) -> list[Sym | None]:
    """A choice between the forward derivatives."""
    moves = [tangent is not None for tangent in tangents[1:]]
    derived = [ops.passes.forward(g, chosen(g.inputs, moves)) for g in (on_true, on_false)]
    operands = (*xs, *present(tangents[1:]))
    found = ops.items(ops.cond(*operands, on_true=derived[0], on_false=derived[1]))
    return spread(found, slope_flags(on_true))


def cotangents(
    ops: Builder,
    y: Sequence[Sym],
    xs: Sequence[Sym],
    cts: Any,
    needed: Any,
    on_true: Graph,
    on_false: Graph,
) -> list[Sym | None]:
    """A choice between the reverse derivatives."""
    pulled = [only(branch, chosen(branch.outputs, cts)) for branch in (on_true, on_false)]
    pairs = [leading(branch, needed[1:]) for branch in pulled]
    wants = [a or b for a, b in zip(*pairs, strict=True)]
    derived = [ops.passes.reverse(branch, chosen(branch.inputs, wants)) for branch in pulled]
    operands = (*xs, *present(cts))
    found = ops.items(ops.cond(*operands, on_true=derived[0], on_false=derived[1]))
    return [None, *spread(found, wants)]


def batch(
    ops: Builder,
    xs: Sequence[Sym],
    batched: Sequence[bool],
    size: int,
    on_true: Graph,
    on_false: Graph,
) -> Sym | Bundle:
    """A choice between both for the whole batch; where elements differ, both and a selection."""
    pair = (on_true, on_false)
    both = [ops.passes.batch(graph, batched[1:], size, always=True)[0] for graph in pair]
    if not batched[0]:
        return ops.cond(*xs, on_true=both[0], on_false=both[1])
    parts = (xs[0], ops.logical_not(xs[0]))
    chosen, other = (
        _for_some(ops, part, graph, xs[1:], batched[1:])
        for part, graph in zip(parts, both, strict=True)
    )
    return Bundle([parted(ops, xs[0], a, b) for a, b in zip(chosen, other, strict=True)])


def _for_some(
    ops: Builder, part: Sym, graph: Graph, xs: Sequence[Sym], batched: Sequence[bool]
) -> tuple[Sym, ...]:
    """The outputs of one branch, evaluated if any element takes part."""
    flags = [True, *batched]

    def on_true(inner: Builder, values: list[Sym]) -> list[Sym]:
        return inner.inline(graph, stand_ins(inner, values[0], values, flags)[1:])

    def on_false(inner: Builder, values: list[Sym]) -> list[Sym]:
        return [inner.zeros(type_) for type_ in output_types(graph)]

    types = [[part.type, *(x.type for x in xs)]]
    some = ops.any(part, axes=(0,))
    pair = build(ops, types, on_true), build(ops, types, on_false)
    return ops.items(ops.cond(some, part, *xs, on_true=pair[0], on_false=pair[1]))


primitive = Control(
    "cond",
    value=value,
    result=result,
    formula=r"\begin{cases} f & @0 \\ g & \lnot @0 \end{cases}",
    tangent=tangent,
    cotangents=cotangents,
    batch=batch,
)
