"""The elements in the opposite order along some axes; it is its own transpose.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: cp.numpy.flip(x)[0])(np.ones(3))
array([0., 0., 1.])
"""

from clearprop.graph import Type
from clearprop.primitives.axes import Axes, without
from clearprop.primitives.batching import after
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import reals, sample


def result(x: Type, axes: Axes) -> Type:
    """As x, which must have the axes."""
    without(x.shape, axes)
    return x.strong


primitive = Linear(
    "flip",
    value=lambda xp, x, axes: xp.flip(x, axes),
    result=result,
    transpose=lambda ops, ct, x, axes: (ops.flip(ct, axes=axes),),
    batch=lambda ops, xs, batched, size, axes: ops.flip(*xs, axes=after(axes)),
    formula=r"\operatorname{flip} @0",
    samples=(
        sample(reals(), axes=()),
        sample(reals(3), axes=(0,)),
        sample(reals(2, 3, 4), axes=(0, 2)),
        sample(reals(0, 3), axes=(1,)),
    ),
    view=True,
)
