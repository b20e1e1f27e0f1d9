"""Applying a primitive: recorded in the innermost open trace that owns an operand, else computed.

A branch of ``cp.cond`` takes in all operations that happen in it, as it may not be evaluated.

A trace that is nested in another carries values of the outer one as its concrete numbers; computing
with those records in the outer trace. So each operation is evaluated once at any depth of nesting.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from clearprop.derive.residuals import facts
from clearprop.graph import Constant, Node, Params, Type, Value
from clearprop.primitives import CATALOGUE, Elementwise, Primitive, Projection
from clearprop.primitives.stacks import Stack
from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.nothing import nothing
from clearprop.tracing.orders import is_usual, like_corner
from clearprop.tracing.trace import CURRENT, Trace


def bind(primitive: Primitive, operands: Sequence[Any], params: Params = ()) -> Any:
    """Apply a primitive to values that fit its type rule, traced or plain."""
    owner: Trace | None = None
    for operand in operands:
        if operand.__class__ is Traced and (owner is None or operand.owner.depth > owner.depth):
            owner = operand.owner
    if owner is None:
        return primitive.evaluator(params)(*operands)
    current = CURRENT.get()
    if current is not None and current.stage is not None:
        owner = _staged(primitive, owner, current.stage)
    return record(owner, primitive, operands, params)


def _staged(primitive: Primitive, owner: Trace, stage: Trace) -> Trace:
    """Where an operation is recorded while a branch is traced; items are taken where tuples are."""
    return stage if stage.depth > owner.depth and not isinstance(primitive, Projection) else owner


def record(trace: Trace, primitive: Primitive, operands: Sequence[Any], params: Params) -> Traced:
    """Append a node to the trace, with its concrete value."""
    nodes: list[Value] = []
    numbers: list[Any] = []
    nested = False
    for operand in operands:
        if operand.__class__ is Traced and operand.owner is trace:
            nodes.append(operand.node if operand.parent is None else operand.current())
            number = operand.concrete
        else:
            place = trace.capture(operand)
            nodes.append(place)
            number = place.value if place.__class__ is Constant else operand
            if trace.detached:
                number = bottom(number)
        nested = nested or number.__class__ is Traced
        numbers.append(number)
    if trace.closed:
        next(x for x in operands if x.__class__ is Traced and x.owner is trace).require_open()
    types = tuple([value.type for value in nodes])
    fixed = tuple([value.__class__ is Constant for value in nodes])
    type_, saved, saves_result = facts(primitive, types, fixed, params)
    if trace.abstract or trace.hollow:
        concrete = stand_in(primitive, numbers, params, type_)
    elif nested:
        concrete = bind(primitive, [*map(_as_written, nodes, numbers)], params)
    else:
        concrete = primitive.evaluator(params)(*numbers)
    if concrete.__class__ is np.ndarray and not type_.shape:
        concrete = concrete[()]
    node = Node(primitive, tuple(nodes), params, type_, trace.provenance())
    trace.nodes.append(node)
    if trace.keep:
        for i in saved:
            if nodes[i].__class__ is Node:
                trace.saved[nodes[i]] = numbers[i]
        if saves_result:
            trace.saved[node] = concrete
    return Traced(trace, node, concrete, bool(type_.shape))


def _as_written(value: Value, number: Any) -> Any:
    """An operand for the enclosing trace, where a number of Python's is to be weak, too."""
    return number.item() if value.__class__ is Constant and value.type.weak else number


def stand_in(primitive: Primitive, numbers: Sequence[Any], params: Params, type_: Type) -> Any:
    """Zeros in the place of a value that is not known; views stay views, orders stay orders."""
    if primitive.view or primitive.name == "broadcast":
        return primitive.evaluator(params)(*[bottom(number) for number in numbers])
    if len(type_.shape) > 1 and (isinstance(primitive, Elementwise) or primitive.name in _KEEP):
        operands = [bottom(number) for number in numbers]
        if not all(map(is_usual, operands)):
            with np.errstate(all="ignore"):
                evaluate = primitive.evaluator(params)
                return like_corner(evaluate, operands, type_.shape, type_.dtype)
    return blank(type_)


LARGE: Final = 1 << 16
"""From so many bytes on it pays to have no memory of one's own."""

_KEEP: Final = frozenset({"sum", "prod", "max", "min", "any", "all"})
"""Reductions, whose results lie in memory as what they reduce."""


def zeros(type_: Type) -> Any:
    """A value of that type that is all zeros."""
    if type_.form == "array" and not type_.shape:
        return _zero(type_)
    if type_.form == "tuple":
        return tuple(zeros(part) for part in type_.parts)
    if type_.form == "stack":
        return Stack(zeros(type_.parts[0]))
    return np.zeros(type_.shape, type_.dtype)[()]


def blank(type_: Type) -> Any:
    """The same for one that stands for a value that is not known: large arrays take no memory."""
    if type_.form == "tuple":
        return tuple(blank(part) for part in type_.parts)
    size = type_.size * type_.dtype.itemsize if type_.form == "array" else 0
    memory = nothing(size) if size >= LARGE else None
    return zeros(type_) if memory is None else np.ndarray(type_.shape, type_.dtype, memory)


@functools.cache
def _zero(type_: Type) -> Any:
    """The number 0, which nobody can write into."""
    return np.zeros((), type_.dtype)[()]


def apply_several(name: str, *operands: Any, **params: Any) -> tuple[Any, ...]:
    """Apply a primitive that has several results."""
    return items(apply(name, *operands, **params))


def items(several: Any) -> tuple[Any, ...]:
    """The results of an operation that has several, one by one."""
    if several.__class__ is not Traced:
        return tuple(several)
    count = len(several.type.parts)
    return tuple(apply("item", several, index=i) for i in range(count))


def apply(name: str, *operands: Any, **params: Any) -> Any:
    """Apply a primitive by name."""
    return bind(CATALOGUE[name], operands, tuple(params.items()))
