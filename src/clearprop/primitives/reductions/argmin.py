"""Position of the smallest element along one axis, the first of ties; an integer, so no path.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: x[cp.numpy.argmin(x)])(np.array([1.0, 5.0, 2.0]))
array([1., 0., 0.])
"""

from clearprop.primitives.extremes import position, position_samples
from clearprop.primitives.families import Discrete

primitive = Discrete(
    "argmin",
    value=lambda xp, x, axis: xp.argmin(x, axis=axis),
    result=position,
    batch=lambda ops, xs, batched, size, axis: ops.argmin(*xs, axis=axis + 1),
    formula=r"\arg\min @0",
    samples=position_samples,
)
