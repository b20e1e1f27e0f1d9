"""Every array on a stack, with zeros for those elements of a batch that take no part.

>>> from clearprop.graph import stack_of, type_of
>>> primitive.result((stack_of(type_of((3, 2), "float64")), type_of((3,), "bool")), ())
stack(float64[3,2])
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Type
from clearprop.primitives.batching import together
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Linear
from clearprop.primitives.stacks import Stack, innermost


def value(xp: Any, stack: Stack, mask: Any) -> Stack:
    """The mask speaks of the leading axes of each array."""

    def masked(x: Any) -> Any:
        column = xp.reshape(mask, (*np.shape(mask), *[1] * (np.ndim(x) - np.ndim(mask))))
        return xp.where(column, x, np.zeros((), x.dtype))[()]

    return stack.map(masked)


def result(stack: Type, mask: Type) -> Type:
    """The stack's own type."""
    if stack.form != "stack" or mask.dtype.kind != "b":
        raise DtypeError(f"a value of type {stack} masked by one of type {mask}")
    if innermost(stack).shape[: mask.ndim] != mask.shape:
        raise ShapeError(f"a mask of shape {mask.shape} on a {stack}")
    return stack


def batch(ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int) -> Sym:
    """All elements at once."""
    return ops.stack_mask(*together(ops, xs, batched, size))


primitive = Linear(
    "stack_mask",
    value=value,
    result=result,
    transpose=lambda ops, ct, stack, mask: (ops.stack_mask(ct, mask), None),
    formula=r"@0",
    samples=(),
    batch=batch,
    linear=(0,),
)
