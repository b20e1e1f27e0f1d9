"""How many values a stack holds: an integer, so no path leads through it.

>>> from clearprop.graph import stack_of, type_of
>>> primitive.result((stack_of(type_of((), "float32")),), ())
int64
"""

from clearprop.errors import DtypeError
from clearprop.graph import Type, type_of
from clearprop.primitives.builder import Same
from clearprop.primitives.families import Discrete


def result(stack: Type) -> Type:
    """An integer."""
    if stack.form != "stack":
        raise DtypeError(f"the height of a value of type {stack}")
    return type_of((), "int64")


primitive = Discrete(
    "stack_height",
    value=lambda xp, stack: xp.int64(stack.height),
    result=result,
    formula=r"\vert @0 \vert",
    samples=(),
    batch=lambda ops, xs, batched, size: Same(ops.stack_height(*xs)),
)
