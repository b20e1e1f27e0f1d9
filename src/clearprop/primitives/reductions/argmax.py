"""Position of the largest element along one axis, the first of ties; an integer, so no path.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: x[cp.numpy.argmax(x)])(np.array([1.0, 5.0, 2.0]))
array([0., 1., 0.])
"""

from clearprop.primitives.extremes import position, position_samples
from clearprop.primitives.families import Discrete

primitive = Discrete(
    "argmax",
    value=lambda xp, x, axis: xp.argmax(x, axis=axis),
    result=position,
    batch=lambda ops, xs, batched, size, axis: ops.argmax(*xs, axis=axis + 1),
    formula=r"\arg\max @0",
    samples=position_samples,
)
