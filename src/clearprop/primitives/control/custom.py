"""A graph with a derivative of its own: a rule that the user gave, as a graph too.

With mode ``"jvp"`` the rule maps (consts, y, x, tangents of x) to tangents of y, with ``"vjp"``
(consts, y, x, cotangents of y) to cotangents of x. Each is linear in its last group, so the other
direction is its transpose, which reverse mode gives: R. Frostig, M. Johnson, D. Maclaurin,
A. Paszke and A. Radul, *Decomposing reverse-mode automatic differentiation* (2021).

>>> import clearprop as cp, numpy as np
>>> f = cp.custom_derivative(np.sin)
>>> f.defjvp(lambda primals, tangents: (f(*primals), 10 * tangents[0]))
>>> cp.grad(f)(0.0), cp.jvp(f, (0.0,), (1.0,))[1]
(10.0, np.float64(10.0))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clearprop.graph import Graph, Type, tuple_of
from clearprop.primitives.batching import together
from clearprop.primitives.bodies import (
    or_zeros,
    output_types,
    require_inputs,
    slope_flags,
    spread,
)
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Control
from clearprop.primitives.plan import plan_of


def result(*types: Type, body: Graph, rule: Graph, mode: str, consts: int) -> Type:
    """The types of the body's outputs; the consts belong to the rule alone."""
    require_inputs("custom", body, types[consts:])
    slopes = body.outputs if mode == "vjp" else body.inputs
    moving = [value.type for value in slopes if value.type.differentiable]
    given = [*types[:consts], *output_types(body), *types[consts:], *moving]
    require_inputs("custom", rule, given)
    return tuple_of(output_types(body))


def value(
    xp: Any, *operands: Any, body: Graph, rule: Graph, mode: str, consts: int
) -> tuple[Any, ...]:
    """The body's outputs."""
    return tuple(plan_of(body).run(operands[consts:]))


def tangent(
    ops: Builder,
    y: Sequence[Sym],
    xs: Sequence[Sym],
    tangents: Any,
    body: Graph,
    rule: Graph,
    mode: str,
    consts: int,
) -> list[Sym | None]:
    """The rule, or its transpose."""
    moving = or_zeros(ops, tangents[consts:], xs[consts:])
    known = [*xs[:consts], *y, *xs[consts:]]
    if mode == "jvp":
        return spread(ops.inline(rule, [*known, *moving]), slope_flags(body))
    return spread(_transposed(ops, rule, known, moving), slope_flags(body))


def cotangents(
    ops: Builder,
    y: Sequence[Sym],
    xs: Sequence[Sym],
    cts: Any,
    needed: Any,
    body: Graph,
    rule: Graph,
    mode: str,
    consts: int,
) -> list[Sym | None]:
    """The rule, or its transpose."""
    seeds = or_zeros(ops, cts, y)
    known = [*xs[:consts], *y, *xs[consts:]]
    if mode == "vjp":
        found = ops.inline(rule, [*known, *seeds])
    else:
        found = _transposed(ops, rule, known, seeds)
    flags = [value.type.differentiable for value in body.inputs]
    return [*[None] * consts, *spread(found, flags)]


def _transposed(ops: Builder, rule: Graph, known: Sequence[Sym], seeds: Sequence[Sym]) -> list[Sym]:
    """The transpose of the rule in its last inputs; it is linear, so their values do not matter."""
    last = rule.inputs[len(known) :]
    derived = ops.passes.reverse(rule, last)
    anywhere = [ops.zeros(value.type) for value in last]
    return ops.inline(derived, [*known, *anywhere, *seeds])


def batch(
    ops: Builder,
    xs: Sequence[Sym],
    batched: Sequence[bool],
    size: int,
    body: Graph,
    rule: Graph,
    mode: str,
    consts: int,
) -> Sym:
    """The body and the rule for the whole batch."""
    operands = [*xs[:consts], *together(ops, xs[consts:], batched[consts:], size)]
    every = [True] * len(body.inputs)
    flags = [*batched[:consts], *[True] * (len(rule.inputs) - consts)]
    return ops.custom(
        *operands,
        body=ops.passes.batch(body, every, size, always=True)[0],
        rule=ops.passes.batch(rule, flags, size, always=True)[0],
        mode=mode,
        consts=consts,
    )


primitive = Control(
    "custom",
    value=value,
    result=result,
    formula=r"f(@0)",
    tangent=tangent,
    cotangents=cotangents,
    batch=batch,
)
