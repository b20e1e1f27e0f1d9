"""A stack with one more value on top; the old one is still there, and shared.

Its transpose is the pop: the cotangent on top belongs to the value, the rest to the stack.

>>> from clearprop.graph import stack_of, type_of
>>> primitive.result((stack_of(type_of((2,), "float64")), type_of((2,), "float64")), ())
stack(float64[2])
"""

from collections.abc import Sequence

from clearprop.errors import DtypeError
from clearprop.graph import Type
from clearprop.primitives.batching import together
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Linear


def result(stack: Type, value: Type) -> Type:
    """The stack's own type."""
    if stack.form != "stack" or stack.parts[0] is not value.strong:
        raise DtypeError(f"a value of type {value} pushed on a value of type {stack}")
    return stack


def batch(ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int) -> Sym:
    """All elements at once; what was equal for them is repeated."""
    return ops.stack_push(*together(ops, xs, batched, size))


primitive = Linear(
    "stack_push",
    value=lambda xp, stack, value: stack.push(value),
    result=result,
    transpose=lambda ops, ct, stack, value: ops.items(ops.stack_pop(ct)),
    formula=r"(@0, @1)",
    samples=(),
    batch=batch,
)
