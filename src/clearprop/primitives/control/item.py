"""One of the results of an operation that has several.

>>> from clearprop.graph import tuple_of, type_of
>>> primitive.result((tuple_of((type_of((), "bool"), type_of((2,), "float32"))),), (("index", 1),))
float32[2]
"""

from clearprop.errors import ShapeError
from clearprop.graph import Type
from clearprop.primitives.families import Projection


def result(x: Type, index: int) -> Type:
    """The item's type."""
    if x.form != "tuple" or not 0 <= index < len(x.parts):
        raise ShapeError(f"item {index} of a value of type {x}")
    return x.parts[index]


primitive = Projection(
    "item",
    value=lambda xp, x, index: x[index],
    result=result,
    batch=lambda ops, xs, batched, size, index: ops.item(*xs, index=index),
    formula=r"@0_{\text{item}}",
    samples=(),
)
