"""The same elements with the axes in another order.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: cp.numpy.transpose(x)[0, 1])(np.ones((2, 2)))
array([[0., 0.],
       [1., 0.]])
"""

from clearprop.errors import ShapeError
from clearprop.graph import Type
from clearprop.primitives.axes import Axes, inverse
from clearprop.primitives.batching import after
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import reals, sample


def result(x: Type, axes: Axes) -> Type:
    """Axis ``i`` of the result is axis ``axes[i]`` of x."""
    if sorted(axes) != list(range(x.ndim)):
        raise ShapeError(f"axes {axes} are no order of the {x.ndim} axes of shape {x.shape}")
    return x.with_shape(tuple(x.shape[axis] for axis in axes))


primitive = Linear(
    "transpose",
    value=lambda xp, x, axes: xp.transpose(x, axes),
    result=result,
    transpose=lambda ops, ct, x, axes: (ops.transpose(ct, axes=inverse(axes)),),
    batch=lambda ops, xs, batched, size, axes: ops.transpose(*xs, axes=(0, *after(axes))),
    formula=r"{@0}^{\top}",
    samples=(
        sample(reals(), axes=()),
        sample(reals(3), axes=(0,)),
        sample(reals(2, 3), axes=(1, 0)),
        sample(reals(2, 3, 4), axes=(2, 0, 1)),
        sample(reals(0, 3), axes=(1, 0)),
    ),
    view=True,
)
