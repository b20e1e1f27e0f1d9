"""Every array on a stack summed over one axis: what a stack that was repeated gets back.

>>> from clearprop.graph import stack_of, type_of
>>> primitive.result((stack_of(type_of((3, 2), "float64")),), (("axis", 0),))
stack(float64[2])
"""

from clearprop.errors import ShapeError
from clearprop.graph import Type, type_of
from clearprop.primitives.families import Linear
from clearprop.primitives.stacks import elements, innermost


def result(stack: Type, axis: int) -> Type:
    """A stack of arrays with one axis less."""

    def without(x: Type) -> Type:
        if not 0 <= axis < x.ndim:
            raise ShapeError(f"arrays of shape {x.shape} have no axis {axis}")
        return type_of((*x.shape[:axis], *x.shape[axis + 1 :]), x.dtype)

    return elements(stack, without)


primitive = Linear(
    "stack_sum",
    value=lambda xp, stack, axis: stack.map(lambda x: xp.sum(x, axis=axis, dtype=x.dtype)),
    result=result,
    transpose=lambda ops, ct, stack, axis: (
        ops.stack_repeat(ct, count=innermost(stack.type).shape[axis], axis=axis),
    ),
    formula=r"\sum @0",
    samples=(),
    batch=lambda ops, xs, batched, size, axis: ops.stack_sum(*xs, axis=axis + 1),
)
