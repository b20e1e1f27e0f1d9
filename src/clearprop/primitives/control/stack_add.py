"""The sum of two stacks, element by element from the top: how cotangents of a stack add up.

>>> from clearprop.graph import stack_of, type_of
>>> primitive.result((stack_of(type_of((), "float32")),) * 2, ())
stack(float32)
"""

from collections.abc import Sequence

from clearprop.errors import DtypeError
from clearprop.graph import Type
from clearprop.primitives.batching import together
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Linear


def result(a: Type, b: Type) -> Type:
    """Both are stacks of one type."""
    if a.form != "stack" or a is not b:
        raise DtypeError(f"the sum of a {a} and a {b} as stacks")
    return a


def batch(ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int) -> Sym:
    """All elements at once."""
    return ops.stack_add(*together(ops, xs, batched, size))


primitive = Linear(
    "stack_add",
    value=lambda xp, a, b: a + b,
    result=result,
    transpose=lambda ops, ct, a, b: (ct, ct),
    formula=r"@0 + @1",
    samples=(),
    batch=batch,
)
