"""Batches of which some elements take no part: in a branch, or in a trip of a loop.

All elements are computed at once, and what was computed for those that take no part is thrown away.
They are given the operands of the first element that does take part: whatever works for that one
works for them, so no index is out of bounds and no logarithm is of a negative number that would not
be so for an element on its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clearprop.primitives.batching import select
from clearprop.primitives.builder import Builder, Sym

MOST_ELEMENTS: Final = 1024
"""Floats with more elements than this stay: they cannot be out of bounds, and copies cost time."""


def stand_ins(ops: Builder, part: Sym, xs: Sequence[Sym], batched: Sequence[bool]) -> list[Sym]:
    """The operands of the whole batch, with stand-ins for elements that take no part.

    Args:
        ops: What to build with.
        part: Whether each element takes part; for at least one it must be true.
        xs: The operands.
        batched: Which of them have the leading axis.
    """
    if not part.shape[0]:
        return list(xs)
    first = ops.argmax(part, axis=0)

    def whole(x: Sym) -> Sym:
        same = ops.broadcast(ops.gather(x, first), shape=x.shape)
        return select(ops, part, x, same)

    pairs = zip(xs, batched, strict=True)
    return [whole(x) if differs and _is_replaced(x) else x for x, differs in pairs]


def _is_replaced(x: Sym) -> bool:
    """Whether an operand is given stand-ins."""
    if x.type.form != "array" or not x.type.size:
        return False
    return x.dtype.kind != "f" or x.type.size <= MOST_ELEMENTS * x.shape[0]


def parted(ops: Builder, part: Sym, yes: Sym, no: Sym) -> Sym:
    """For elements that take part the one, for others the other; of stacks, tops stand together."""
    if yes.type.form != "stack":
        return select(ops, part, yes, no)
    others = ops.logical_not(part)
    return ops.stack_add(ops.stack_mask(yes, part), ops.stack_mask(no, others))


def alone(ops: Builder, part: Sym, x: Sym) -> Sym:
    """The value for elements that take part, zeros for the others."""
    if x.type.form == "stack":
        return ops.stack_mask(x, part)
    return select(ops, part, x, ops.zeros(x.type))
