"""A stack without its top, and the value that was on top; of an empty one, itself and zeros.

Its transpose is the push.

>>> from clearprop.graph import stack_of, type_of
>>> primitive.result((stack_of(type_of((2,), "float64")),), ())
(stack(float64[2]), float64[2])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clearprop.errors import DtypeError
from clearprop.graph import Type, tuple_of
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Control


def result(stack: Type) -> Type:
    """The stack's type and that of its elements."""
    if stack.form != "stack":
        raise DtypeError(f"a value popped from a value of type {stack}")
    return tuple_of((stack, *stack.parts))


def tangent(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], tangents: Sequence[Sym]
) -> tuple[Sym, ...]:
    """The tangents were pushed in the same order."""
    return ops.items(ops.stack_pop(tangents[0]))


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], cts: Sequence[Sym | None], needed: Any
) -> tuple[Sym]:
    """The push."""
    rest, top = (ct or ops.zeros(part.type) for ct, part in zip(cts, y, strict=True))
    return (ops.stack_push(rest, top),)


primitive = Control(
    "stack_pop",
    value=lambda xp, stack: stack.pop(),
    result=result,
    formula=r"\operatorname{pop} @0",
    tangent=tangent,
    cotangents=cotangents,
    batch=lambda ops, xs, batched, size: ops.stack_pop(*xs),
)
