"""A loop for as long as a condition holds: a carry goes through.

``while cond(*consts, *carry): carry = body(*consts, *carry)``. The number of trips is not known
before, so its reverse keeps what entered each trip on stacks, and pops: B. Christianson, *Reverse
accumulation and attractive fixed points* (1994), calls it the tape of a loop. With ``saves`` the
last items of the carry are those stacks, one for each other item and one that says, for each trip,
whether it counted (in a batch, some examples end before others).

>>> import clearprop as cp, numpy as np
>>> f = lambda x: cp.while_loop(lambda y: y < 100.0, lambda y: y * x, x)
>>> cp.grad(f)(3.0)
405.0
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

from clearprop.errors import ShapeError
from clearprop.graph import Graph, Type, stack_of, tuple_of, type_of
from clearprop.primitives.absent import alone, stand_ins
from clearprop.primitives.batching import repeated, select
from clearprop.primitives.bodies import (
    build,
    chosen,
    flat,
    leading,
    moving_carries,
    only,
    or_zeros,
    present,
    pulled_carries,
    require_inputs,
    slope_flags,
    spread,
    total,
)
from clearprop.primitives.builder import Builder, Bundle, Sym
from clearprop.primitives.families import Control
from clearprop.primitives.plan import plan_of


@final
@dataclass(frozen=True)
class Loop:
    """The parameters of a while loop.

    Attributes:
        cond: The graph of the condition: inputs consts, carry; output one truth value.
        body: The graph of one trip: inputs consts, carry; outputs carry.
        consts: How many operands are the same in every trip.
        saves: Whether the last items of the carry are stacks of what entered each trip.
    """

    cond: Graph
    body: Graph
    consts: int
    saves: bool

    def operands(self, values: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Operands, or inputs of the body, as consts and carry."""
        return list(values[: self.consts]), list(values[self.consts :])

    @property
    def types(self) -> tuple[list[Type], list[Type]]:
        """The types of the body's inputs."""
        return self.operands([value.type for value in self.body.inputs])

    @property
    def bare(self) -> int:
        """How many items of the carry are no stacks of this loop's own."""
        carries = len(self.body.outputs)
        return (carries - 1) // 2 if self.saves else carries


def result(*types: Type, cond: Graph, body: Graph, consts: int, saves: bool) -> Type:
    """The carry's types, which a trip does not change."""
    require_inputs("while_loop", body, types)
    require_inputs("while_loop", cond, types)
    if [str(value.type) for value in cond.outputs] != ["bool"]:
        raise ShapeError("while_loop: the condition gives no truth value")
    carry = tuple(type_.strong for type_ in types[consts:])
    after = tuple(value.type.strong for value in body.outputs)
    if after != carry:
        raise ShapeError(f"while_loop: a carry of types {carry} becomes one of types {after}")
    return tuple_of(carry)


def value(xp: Any, *operands: Any, **params: Any) -> tuple[Any, ...]:
    """Trip by trip."""
    loop = Loop(**params)
    consts, carry = loop.operands(operands)
    goes_on, trip = plan_of(loop.cond).run, plan_of(loop.body).run
    while goes_on([*consts, *carry])[0]:
        carry = trip([*consts, *carry])
    return tuple(carry)


def tangent(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], tangents: Any, **params: Any
) -> list[Sym | None]:
    """A loop that carries the carry and its tangent; the condition looks at the carry alone."""
    loop = Loop(**params)
    body, (consts, carry), given = loop.body, loop.operands(xs), loop.operands(tangents)
    moves = [[t is not None for t in group] for group in given]
    moves[1] = moving_carries(body, flat(moves), loop.consts, len(carry))
    derived = ops.passes.forward(body, chosen(body.inputs, flat(moves)), keep_values=True)
    slopes = [present(given[0]), or_zeros(ops, chosen(given[1], moves[1]), chosen(carry, moves[1]))]

    def trip(inner: Builder, *parts: list[Sym]) -> list[Sym]:
        found = inner.inline(derived, [*flat(parts[::2]), *flat(parts[1::2])])
        after = spread(found[len(carry) :], slope_flags(body))
        return [*found[: len(carry)], *chosen(after, moves[1])]

    def goes_on(inner: Builder, *parts: list[Sym]) -> list[Sym]:
        return inner.inline(loop.cond, flat(parts[::2]))

    pairs = zip(loop.types, moves, strict=True)
    types = [part for types, flags in pairs for part in (types, chosen(types, flags))]
    both = ops.while_loop(
        *(*consts, *slopes[0], *carry, *slopes[1]),
        cond=build(ops, types, goes_on),
        body=build(ops, types, trip),
        consts=len(consts) + len(slopes[0]),
        saves=False,
    )
    return spread(ops.items(both)[len(carry) :], moves[1])


def saving(ops: Builder, loop: Loop) -> Loop:
    """The loop that keeps what enters each trip on stacks, which are empty at first."""
    truth = type_of((), "bool")
    types = [*loop.types, [stack_of(type_) for type_ in (*loop.types[1], truth)]]

    def trip(inner: Builder, fixed: list[Sym], before: list[Sym], kept: list[Sym]) -> list[Sym]:
        after = inner.inline(loop.body, [*fixed, *before])
        entries = [*before, inner.sym(True)]
        pairs = zip(kept, entries, strict=True)
        return [*after, *(inner.stack_push(stack, entry) for stack, entry in pairs)]

    def goes_on(inner: Builder, fixed: list[Sym], now: list[Sym], kept: list[Sym]) -> list[Sym]:
        return inner.inline(loop.cond, [*fixed, *now])

    cond, body = build(ops, types, goes_on), build(ops, types, trip)
    return Loop(cond, body, loop.consts, True)


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], cts: Any, needed: Any, **params: Any
) -> list[Sym | None]:
    """A loop that pops what entered each trip, the last first, and carries cotangents back."""
    loop = Loop(**params)
    consts, carry = loop.operands(xs)
    if not loop.saves:
        kept = saving(ops, loop)
        stacks = [ops.zeros(type_) for type_ in kept.types[1][len(carry) :]]
        y = ops.items(ops.while_loop(*xs, *stacks, **vars(kept)))
        none: list[Any] = [None] * len(stacks)
        operands, wanted = [*xs, *stacks], [*needed, *none]
        return cotangents(ops, y, operands, [*cts, *none], wanted, **vars(kept))[: len(xs)]
    body, bare = loop.body, loop.bare
    carries = pulled_carries(body, list(map(bool, cts)), loop.consts)
    pulled_body = only(body, chosen(body.outputs, carries))
    wants = [loop.operands(leading(pulled_body, needed))[0], carries]
    derived = ops.passes.reverse(pulled_body, chosen(body.inputs, flat(wants)))
    sums = [ops.zeros(x.type) for x in chosen(consts, wants[0])]
    adjoints = or_zeros(ops, chosen(cts, carries), chosen(y, carries))
    stacks = list(y[bare:])

    def trip(inner: Builder, *parts: list[Sym]) -> list[Sym]:
        fixed, kept, running, slopes = parts
        popped = [inner.items(inner.stack_pop(stack)) for stack in kept]
        rests, entries = [p[0] for p in popped], [p[1] for p in popped]
        counts = entries.pop()
        seeds = slopes
        if counts.shape:  # a batch may share a const, so its elements are told apart before
            seeds = [x if x.type.form == "stack" else alone(inner, counts, x) for x in slopes]
        found = inner.inline(derived, [*fixed, *entries, *rests, *seeds])
        more = found[: len(running)]
        if not counts.shape:
            more = [alone(inner, counts, x) for x in more]
        pairs = zip(found[len(running) :], slopes, strict=True)
        after = [select(inner, counts, new, old) for new, old in pairs]
        return [*rests, *total(running, more), *after]

    def goes_on(inner: Builder, *parts: list[Sym]) -> list[Sym]:
        return [inner.stack_height(parts[1][-1]) > 0]

    types = [[x.type for x in group] for group in (consts, stacks, sums, adjoints)]
    back = ops.while_loop(
        *(*consts, *stacks, *sums, *adjoints),
        cond=build(ops, types, goes_on),
        body=build(ops, types, trip),
        consts=len(consts),
        saves=False,
    )
    found = list(ops.items(back))[len(stacks) :]
    return [*spread(found[: len(sums)], wants[0]), *spread(found[len(sums) :], wants[1])]


def batch(
    ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int, **params: Any
) -> Bundle:
    """One loop for the whole batch, until the last element is done; the others wait meanwhile."""
    loop = Loop(**params)
    fixed, entering = loop.operands(xs)
    consts, carry = loop.operands(batched)
    while True:
        body, found = ops.passes.batch(loop.body, [*consts, *carry], size, always=carry)
        cond, (differs,) = ops.passes.batch(loop.cond, [*consts, *carry], size)
        after = [True] * len(carry) if differs else list(found)
        if carry == after:
            break
        carry = after
    if differs:
        cond, body = _masked(ops, loop, cond, body, consts)
    flags = zip(entering, loop.operands(batched)[1], carry, strict=True)
    entering = [repeated(ops, x, size) if wants and not has else x for x, has, wants in flags]
    results = ops.items(
        ops.while_loop(
            *fixed, *entering, cond=cond, body=body, consts=loop.consts, saves=loop.saves
        )
    )
    return Bundle(
        [x if has else repeated(ops, x, size) for x, has in zip(results, carry, strict=True)]
    )


def _masked(
    ops: Builder, loop: Loop, cond: Graph, body: Graph, batched: Sequence[bool]
) -> tuple[Graph, Graph]:
    """Condition and body of a batch in which some elements end before others.

    Args:
        ops: Whose catalogue and passes to use.
        loop: The loop for one element.
        cond: Its condition for each element of the batch.
        body: Its body for the batch.
        batched: Which consts differ between the elements.
    """
    types = [[value.type for value in group] for group in loop.operands(body.inputs)]

    def goes_on(inner: Builder, *parts: list[Sym]) -> list[Sym]:
        return [inner.any(*inner.inline(cond, flat(parts)), axes=(0,))]

    def trip(inner: Builder, fixed: list[Sym], before: list[Sym]) -> list[Sym]:
        (counts,) = inner.inline(cond, [*fixed, *before])
        flags = [*batched, *[True] * len(before)]
        after = inner.inline(body, stand_ins(inner, counts, [*fixed, *before], flags))
        if loop.saves:  # the trip counts for those elements alone that are not done
            rest, top = inner.items(inner.stack_pop(after[-1]))
            none = inner.zeros(top.type)
            after[-1] = inner.stack_push(rest, select(inner, counts, top, none))
        pairs = zip(after, before, strict=True)
        return [select(inner, counts, new, old) for new, old in pairs]

    return build(ops, types, goes_on), build(ops, types, trip)


primitive = Control(
    "while_loop",
    value=value,
    result=result,
    formula=r"\operatorname{while} @0",
    tangent=tangent,
    cotangents=cotangents,
    batch=batch,
)
