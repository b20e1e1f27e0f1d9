"""An empty stack, of arrays or (depth 1 and more) of stacks.

Popped, it gives zeros and stays empty: so it also stands for a stack of zeros of any height, which
is what a missing tangent or cotangent of a stack is.

>>> primitive.result((), (("shape", (3,)), ("dtype", np.dtype("float64")), ("depth", 0)))
stack(float64[3])
"""

from typing import Any

import numpy as np

from clearprop.graph import Type, stack_of, type_of
from clearprop.primitives.families import Linear
from clearprop.primitives.stacks import Stack


def value(xp: Any, shape: tuple[int, ...], dtype: np.dtype, depth: int) -> Stack:
    """An empty stack of zeros, or of empty stacks."""
    made = Stack(xp.zeros(shape, dtype)[()])
    for _ in range(depth):
        made = Stack(made)
    return made


def result(shape: tuple[int, ...], dtype: np.dtype, depth: int) -> Type:
    """A stack of such arrays; of stacks of them if depth is 1, and so on."""
    type_ = stack_of(type_of(shape, dtype))
    for _ in range(depth):
        type_ = stack_of(type_)
    return type_


primitive = Linear(
    "stack_new",
    value=value,
    result=result,
    transpose=lambda ops, ct, shape, dtype, depth: (),
    formula=r"()",
    samples=(),
    batch=lambda ops, xs, batched, size, **params: ops.stack_new(**params),
)
