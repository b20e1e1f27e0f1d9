"""Running sum along one axis: yᵢ = x₀ + … + xᵢ, or from the end; the transpose runs backwards.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: cp.numpy.sum(cp.numpy.cumsum(x)))(np.ones(3))
array([3., 2., 1.])
"""

from typing import Any

from clearprop.graph import Type
from clearprop.primitives.axes import check_axis
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import integers, reals, sample


def value(xp: Any, x: Any, axis: int, reverse: bool) -> Any:
    """NumPy's; from the end it is that of the flipped array, flipped back."""
    if reverse:
        return xp.flip(xp.cumsum(xp.flip(x, axis), axis=axis, dtype=x.dtype), axis)
    return xp.cumsum(x, axis=axis, dtype=x.dtype)


def result(x: Type, axis: int, reverse: bool) -> Type:
    """As x (tracing casts small integers first, as NumPy does)."""
    check_axis(x.shape, axis)
    return x


primitive = Linear(
    "cumsum",
    value=value,
    result=result,
    transpose=lambda ops, ct, x, axis, reverse: (ops.cumsum(ct, axis=axis, reverse=not reverse),),
    batch=lambda ops, xs, batched, size, axis, reverse: ops.cumsum(
        *xs, axis=axis + 1, reverse=reverse
    ),
    formula=r"\operatorname{cumsum} @0",
    samples=(
        sample(reals(4), axis=0, reverse=False),
        sample(reals(4), axis=0, reverse=True),
        sample(reals(2, 3, 2), axis=1, reverse=False),
        sample(reals(2, 3), axis=0, reverse=True),
        sample(reals(0), axis=0, reverse=False),
        sample(integers(3), axis=0, reverse=False),
    ),
)
