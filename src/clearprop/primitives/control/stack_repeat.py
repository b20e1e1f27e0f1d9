"""Every array on a stack repeated along a new axis: one stack as that of a batch of equal ones.

>>> from clearprop.graph import stack_of, type_of
>>> primitive.result((stack_of(type_of((2,), "float64")),), (("count", 3), ("axis", 0)))
stack(float64[3,2])
"""

from typing import Any

import numpy as np

from clearprop.graph import Type, type_of
from clearprop.primitives.families import Linear
from clearprop.primitives.stacks import Stack, elements


def value(xp: Any, stack: Stack, count: int, axis: int) -> Stack:
    """Views of the same numbers."""

    def repeated(array: Any) -> Any:
        whole = np.expand_dims(array, axis)
        shape = (*whole.shape[:axis], count, *whole.shape[axis + 1 :])
        return xp.broadcast_to(whole, shape)

    return stack.map(repeated)


def result(stack: Type, count: int, axis: int) -> Type:
    """A stack of arrays with one more axis."""
    return elements(stack, lambda x: type_of((*x.shape[:axis], count, *x.shape[axis:]), x.dtype))


primitive = Linear(
    "stack_repeat",
    value=value,
    result=result,
    transpose=lambda ops, ct, stack, count, axis: (ops.stack_sum(ct, axis=axis),),
    formula=r"@0",
    samples=(),
    batch=lambda ops, xs, batched, size, count, axis: ops.stack_repeat(
        *xs, count=count, axis=axis + 1
    ),
)
