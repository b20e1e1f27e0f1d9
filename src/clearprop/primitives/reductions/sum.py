"""Sum over axes: every element has the partial 1, so the transpose repeats the cotangent.

>>> import clearprop as cp, numpy as np
>>> cp.grad(cp.numpy.sum)(np.ones(3))
array([1., 1., 1.])
"""

from clearprop.graph import Type
from clearprop.primitives.axes import Axes, spread, without
from clearprop.primitives.batching import after
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import integers, reals, sample


def result(x: Type, axes: Axes) -> Type:
    """The axes fall away; the dtype stays (tracing casts small integers first, as NumPy does)."""
    return x.with_shape(without(x.shape, axes))


primitive = Linear(
    "sum",
    value=lambda xp, x, axes: xp.sum(x, axis=axes, dtype=x.dtype),
    result=result,
    transpose=lambda ops, ct, x, axes: (spread(ops, ct, x.shape, axes),),
    batch=lambda ops, xs, batched, size, axes: ops.sum(*xs, axes=after(axes)),
    formula=r"\sum @0",
    samples=(
        sample(reals(), axes=()),
        sample(reals(3), axes=(0,)),
        sample(reals(2, 3, 4), axes=(0, 2)),
        sample(reals(2, 3), axes=()),
        sample(reals(0, 3), axes=(0,)),
        sample(integers(2, 3), axes=(1,)),
    ),
)
