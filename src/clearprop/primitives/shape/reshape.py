"""The same elements, in C order, under another shape.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: cp.numpy.reshape(x, (2, 2))[1, 0])(np.ones(4))
array([0., 0., 1., 0.])
"""

from math import prod

from clearprop.errors import ShapeError
from clearprop.graph import Shape, Type
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import reals, sample


def result(x: Type, shape: Shape) -> Type:
    """The wanted shape, if it has as many elements."""
    if prod(shape) != x.size or any(length < 0 for length in shape):
        raise ShapeError(f"{x.size} elements of shape {x.shape} do not fill shape {shape}")
    return x.with_shape(shape)


primitive = Linear(
    "reshape",
    value=lambda xp, x, shape: xp.reshape(x, shape),
    result=result,
    transpose=lambda ops, ct, x, shape: (ops.reshape(ct, shape=x.shape),),
    batch=lambda ops, xs, batched, size, shape: ops.reshape(*xs, shape=(size, *shape)),
    formula=r"\operatorname{reshape} @0",
    samples=(
        sample(reals(), shape=(1, 1)),
        sample(reals(1), shape=()),
        sample(reals(2, 3), shape=(3, 2)),
        sample(reals(2, 0), shape=(0, 5)),
    ),
    view=True,
)
