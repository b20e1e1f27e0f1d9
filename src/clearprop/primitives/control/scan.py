"""A loop with a known number of trips: a carry goes through, slices go in, slices come out.

``carry, y[t] = body(*consts, carry, x[t])`` for t = 0, 1, …; backwards if ``backward``. The reverse
of a scan is a scan in the other direction, which needs the carry that entered each trip. Where the
body returns that as its last slices, it is there; else the loop is run once more. What left a trip
is what entered the next one. All else is computed again within each trip, so the memory is that of
the carries. Where the cotangent of a constant is a sum of products, as that of a matrix is, it is
one product over all trips at the end.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: cp.scan(lambda c, _: (c * x, c), 1.0, None, length=3)[0])(2.0)
12.0
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

from clearprop.errors import ShapeError
from clearprop.graph import Graph, Input, Node, Type, Value, prune, tuple_of, type_of
from clearprop.primitives.batching import after as behind
from clearprop.primitives.batching import moved, repeated
from clearprop.primitives.bodies import (
    build,
    chosen,
    flat,
    leading,
    moving,
    moving_carries,
    only,
    or_zeros,
    present,
    pulled_carries,
    require_inputs,
    slope_flags,
    spread,
    substituted,
    total,
)
from clearprop.primitives.builder import Builder, Bundle, Sym
from clearprop.primitives.families import Control
from clearprop.primitives.plan import plan_of


@final
@dataclass(frozen=True)
class Loop:
    """The parameters of a scan.

    Attributes:
        body: The graph of one trip: inputs consts, carry, slices; outputs carry, slices.
        length: The number of trips.
        consts: How many operands are the same in every trip.
        carries: How many are carried from trip to trip.
        backward: Whether the last slices go first.
    """

    body: Graph
    length: int
    consts: int
    carries: int
    backward: bool

    def operands(self, values: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
        """Operands, or inputs of the body, as consts, carry and slices."""
        middle = self.consts + self.carries
        values = list(values)
        return values[: self.consts], values[self.consts : middle], values[middle:]

    def results(self, values: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Results, or outputs of the body, as carry and slices."""
        return list(values[: self.carries]), list(values[self.carries :])

    @property
    def types(self) -> tuple[list[Type], list[Type], list[Type]]:
        """The types of the body's inputs."""
        return self.operands([value.type for value in self.body.inputs])

    @property
    def keeps_history(self) -> bool:
        """Whether the last slices that come out are the carries that went in."""
        entering, slices = self.operands(self.body.inputs)[1], self.results(self.body.outputs)[1]
        return len(slices) >= self.carries and slices[len(slices) - self.carries :] == entering

    def with_history(self) -> Loop:
        """The same loop, with the carries that enter each trip as its last slices."""
        entering = self.operands(self.body.inputs)[1]
        body = Graph(self.body.inputs, self.body.nodes, (*self.body.outputs, *entering))
        return Loop(body, self.length, self.consts, self.carries, self.backward)


def result(
    *types: Type, body: Graph, length: int, consts: int, carries: int, backward: bool
) -> Type:
    """The carry, then the slices, stacked."""
    loop = Loop(body, length, consts, carries, backward)
    fixed, carry, slices = loop.operands(types)
    for slice_ in slices:
        if slice_.shape[:1] != (length,):
            raise ShapeError(f"scan: {length} trips over a value of type {slice_}")
    require_inputs("scan", body, [*fixed, *carry, *(x.with_shape(x.shape[1:]) for x in slices)])
    after, out = loop.results([value.type.strong for value in body.outputs])
    if after != [type_.strong for type_ in carry]:
        raise ShapeError(f"scan: a carry of types {carry} becomes one of types {after}")
    return tuple_of((*after, *(x.with_shape((length, *x.shape)) for x in out)))


def value(xp: Any, *operands: Any, **params: Any) -> tuple[Any, ...]:
    """Trip by trip."""
    loop = Loop(**params)
    consts, carry, slices = loop.operands(operands)
    _, out = loop.results([value.type for value in loop.body.outputs])
    stacked = [xp.empty((loop.length, *x.shape), x.dtype) for x in out]
    run = plan_of(loop.body).run
    order = range(loop.length)
    for t in reversed(order) if loop.backward else order:
        carry, made = loop.results(run([*consts, *carry, *(x[t] for x in slices)]))
        for place, entry in zip(stacked, made, strict=True):
            place[t] = entry
    return (*carry, *stacked)


def tangent(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], tangents: Any, **params: Any
) -> list[Sym | None]:
    """A scan that carries the carry and its tangent."""
    loop = Loop(**params)
    body, groups, given = loop.body, loop.operands(xs), loop.operands(tangents)
    moves = [[t is not None for t in group] for group in given]
    moves[1] = moving_carries(body, flat(moves), loop.consts, loop.carries)
    derived = ops.passes.forward(body, chosen(body.inputs, flat(moves)), keep_values=True)
    slice_flags = loop.results(moving(body, flat(moves)))[1]

    def trip(inner: Builder, *parts: list[Sym]) -> list[Sym]:
        found = inner.inline(derived, [*flat(parts[::2]), *flat(parts[1::2])])
        after, made = loop.results(found[: len(body.outputs)])
        slopes = loop.results(spread(found[len(body.outputs) :], slope_flags(body)))
        return [*after, *chosen(slopes[0], moves[1]), *made, *chosen(slopes[1], slice_flags)]

    pairs = zip(loop.types, moves, strict=True)
    inner_types = [part for types, flags in pairs for part in (types, chosen(types, flags))]
    carried = or_zeros(ops, chosen(given[1], moves[1]), chosen(groups[1], moves[1]))
    slopes = [present(given[0]), carried, present(given[2])]
    operands = [part for pair in zip(groups, slopes, strict=True) for part in pair]
    scan = ops.scan(
        *flat(operands),
        body=build(ops, inner_types, trip),
        length=loop.length,
        consts=len(groups[0]) + len(slopes[0]),
        carries=len(groups[1]) + len(slopes[1]),
        backward=loop.backward,
    )
    found = list(ops.items(scan))
    before = len(groups[1])
    of_carry = found[before : before + len(slopes[1])]
    of_slices = found[before + len(slopes[1]) + len(slice_flags) :]
    return [*spread(of_carry, moves[1]), *spread(of_slices, slice_flags)]


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], cts: Any, needed: Any, **params: Any
) -> list[Sym | None]:
    """A scan in the other direction, which carries the carry's cotangent and sums the consts'."""
    loop = Loop(**params)
    if not loop.keeps_history:
        saving = loop.with_history()
        y = ops.items(ops.scan(*xs, **vars(saving)))
        return cotangents(ops, y, xs, [*cts, *[None] * loop.carries], needed, **vars(saving))
    consts, carry, slices = loop.operands(xs)
    histories = list(y[len(y) - loop.carries :])
    of_carry, of_slices = loop.results(cts)
    after_trip, out_of_trip = loop.results(loop.body.outputs)
    pulled = chosen(out_of_trip, of_slices)
    carries = pulled_carries(loop.body, list(map(bool, of_carry)), loop.consts, pulled)
    pulled_body = only(loop.body, [*chosen(after_trip, carries), *pulled])
    wants = list(loop.operands(leading(pulled_body, needed)))
    wants[1] = carries
    derived = ops.passes.reverse(pulled_body, chosen(loop.body.inputs, flat(wants)))
    after = loop.results(y)[0]
    derived, left = _given_what_left(loop, derived)
    follows = [_what_left(ops, loop, histories[i], after[i]) for i in left]
    ct_carry = or_zeros(ops, chosen(of_carry, carries), chosen(after, carries))
    ct_slices = present(of_slices)
    has_stacks = any(x.type.form == "stack" for x in (*consts, *carry))
    count = sum(wants[0])
    late = {} if has_stacks else _late_sums(derived, count)
    derived = _with_factors(derived, late)
    sums = [ops.zeros(x.type) for i, x in enumerate(chosen(consts, wants[0])) if i not in late]
    counts = len(sums), len(ct_carry)

    def trip(inner: Builder, *parts: list[Sym]) -> list[Sym]:
        fixed, running, adjoints, entering, into, leaving, out_of = parts
        found = inner.inline(derived, [*fixed, *entering, *into, *adjoints, *out_of, *leaving])
        found_consts, found_carry = found[: counts[0]], found[counts[0] : sum(counts)]
        return [*total(running, found_consts), *found_carry, *found[sum(counts) :]]

    types = loop.types
    stacked = [[x.type.with_shape(x.shape[1:]) for x in group] for group in (follows, ct_slices)]
    inner_types = [types[0], [x.type for x in sums], [x.type for x in ct_carry], *types[1:]]
    operands = [*consts, *sums, *ct_carry, *histories, *slices, *follows, *ct_slices]
    body = build(ops, [*inner_types, *stacked], trip)
    back = Loop(body, loop.length, len(consts), sum(counts), not loop.backward)
    if has_stacks:
        found = _by_while(ops, back, operands)
    else:
        found = list(ops.items(ops.scan(*operands, **vars(back))))
    early, rest = iter(found[: counts[0]]), found[counts[0] : len(found) - 2 * len(late)]
    factors = iter(found[len(found) - 2 * len(late) :])
    of_consts = [
        _product(ops, late[i], next(factors), next(factors)) if i in late else next(early)
        for i in range(count)
    ]
    return [
        *spread(of_consts, wants[0]),
        *spread(rest[: counts[1]], wants[1]),
        *spread(rest[counts[1] :], wants[2]),
    ]


def _given_what_left(loop: Loop, derived: Graph) -> tuple[Graph, list[int]]:
    """A derived body that is told what carries left the trip, where it would compute them again.

    Returns:
        The body, with such carries as its last inputs, and their numbers.
    """
    leaving: dict[Value, int] = {}
    for place, value in enumerate(loop.body.outputs[: loop.carries]):
        if isinstance(value, Node) and value.type.form == "array":
            leaving.setdefault(value, place)
    used = {x for node in derived.nodes for x in node.operands}.union(derived.outputs)
    left = [place for value, place in leaving.items() if value in used]
    given = {loop.body.outputs[i]: Input(f"left{i}", loop.body.outputs[i].type) for i in left}
    return substituted(derived, given), left


def _what_left(ops: Builder, loop: Loop, history: Sym, last: Sym) -> Sym:
    """What left each trip: what entered the next one, and after the last trip the result."""
    end = ops.reshape(last, shape=(1, *last.shape))
    if loop.length < 2:
        return end if loop.length else history
    start = 0 if loop.backward else 1
    ends = (start + loop.length - 1, *last.shape)
    starts = (start, *[0] * len(last.shape))
    others = ops.slice(history, start=starts, stop=ends, step=(1,) * len(ends))
    return ops.concatenate(*((end, others) if loop.backward else (others, end)), axis=0)


def _late_sums(derived: Graph, count: int) -> dict[int, Node]:
    """The constants' cotangents that are products of less than they are: summed up at the end.

    A sum over the trips of products is one product over the trips too, of their factors.
    """
    found = {}
    for place, value in enumerate(derived.outputs[:count]):
        if isinstance(value, Node) and value.primitive.name == "dot":
            kept = sum(x.type.size for x in value.operands)
            if kept < value.type.size:
                found[place] = value
    return found


def _with_factors(derived: Graph, late: dict[int, Node]) -> Graph:
    """A derived body that gives the factors of late sums, at its end, in place of the products."""
    factors = [x for node in late.values() for x in node.operands]
    outputs = [x for place, x in enumerate(derived.outputs) if place not in late]
    return prune(Graph(derived.inputs, derived.nodes, (*outputs, *factors)))


def _product(ops: Builder, node: Node, a: Sym, b: Sym) -> Sym:
    """The sum over the trips of a product, of the factors of all of them."""
    params = dict(node.params)
    contract, batch = params["contract"], params["batch"]
    return ops.dot(
        a,
        b,
        contract=((0, *behind(contract[0])), (0, *behind(contract[1]))),
        batch=(behind(batch[0]), behind(batch[1])),
    )


def _by_while(ops: Builder, loop: Loop, operands: Sequence[Sym]) -> list[Sym]:
    """The results, by a while loop, whose own derivatives can keep carries that are stacks.

    There are such where the body captured a stack, to pull back through a loop outside of it.
    """
    consts, carry, slices = loop.operands(operands)
    made = loop.results([value.type for value in loop.body.outputs])[1]
    out = [ops.zeros(type_.with_shape((loop.length, *type_.shape))) for type_ in made]
    last = loop.length - 1

    def trip(
        inner: Builder, fixed: list[Sym], xs: list[Sym], t: list[Sym], now: list[Sym], ys: list[Sym]
    ) -> list[Sym]:
        place = last - t[0] if loop.backward else t[0]
        found = inner.inline(loop.body, [*fixed, *now, *(inner.gather(x, place) for x in xs)])
        after, entries = loop.results(found)
        pairs = zip(ys, entries, strict=True)
        return [t[0] + 1, *after, *(inner.scatter(y, entry, place) for y, entry in pairs)]

    def goes_on(inner: Builder, *parts: list[Sym]) -> list[Sym]:
        return [parts[2][0] < loop.length]

    start = ops.zeros(type_of((), "int64"))
    groups = [consts, slices, [start], carry, out]
    types = [[x.type for x in group] for group in groups]
    results = ops.while_loop(
        *flat(groups),
        cond=build(ops, types, goes_on),
        body=build(ops, types, trip),
        consts=len(consts) + len(slices),
        saves=False,
    )
    return list(ops.items(results))[1:]


def batch(
    ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int, **params: Any
) -> Bundle:
    """One scan for the whole batch; the carry differs between elements once anything in it does."""
    loop = Loop(**params)
    consts, carry, slices = loop.operands(batched)
    while True:
        flags = [*consts, *carry, *slices]
        always = [*carry, *[False] * (len(loop.body.outputs) - loop.carries)]
        body, found = ops.passes.batch(loop.body, flags, size, always=always)
        if carry == list(found[: loop.carries]):
            break
        carry = list(found[: loop.carries])
    fixed, entering, sliced = loop.operands(xs)
    given = loop.operands(batched)
    entering = [
        repeated(ops, x, size) if differs and not has_axis else x
        for x, has_axis, differs in zip(entering, given[1], carry, strict=True)
    ]
    sliced = [moved(ops, x, 0, 1) if flag else x for x, flag in zip(sliced, slices, strict=True)]
    results = ops.items(ops.scan(*fixed, *entering, *sliced, **{**params, "body": body}))
    after, made = loop.results(results)
    parts = [
        x if differs else repeated(ops, x, size) for x, differs in zip(after, carry, strict=True)
    ]
    for x, differs in zip(made, found[loop.carries :], strict=True):
        parts.append(moved(ops, x, 1, 0) if differs else repeated(ops, x, size))
    return Bundle(parts)


primitive = Control(
    "scan",
    value=value,
    result=result,
    formula=r"\operatorname{scan} @0",
    tangent=tangent,
    cotangents=cotangents,
    batch=batch,
)
