"""Largest element so far along one axis; ties share the derivative equally, as those of ``max``.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: np.maximum.accumulate(x).sum())(np.array([1.0, 3.0, 2.0]))
array([1., 2., 0.])
"""

from clearprop.primitives.families import General
from clearprop.primitives.running_extremes import result, rules, samples

tangent, cotangents = rules(lambda x, best: x < best)

primitive = General(
    "cummax",
    value=lambda xp, x, axis: xp.maximum.accumulate(x, axis=axis),
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=lambda ops, xs, batched, size, axis: ops.cummax(*xs, axis=axis + 1),
    formula=r"\operatorname{cummax} @0",
    samples=samples,
)
