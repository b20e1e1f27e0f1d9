"""Smallest element over axes: ties share the derivative equally (the minimum-norm subgradient).

>>> import clearprop as cp, numpy as np
>>> cp.grad(cp.numpy.min)(np.array([1.0, 5.0, 1.0]))
array([0.5, 0. , 0.5])
"""

from clearprop.primitives.batching import after
from clearprop.primitives.extremes import result, rules, samples
from clearprop.primitives.families import General

tangent, cotangents = rules(lambda x, best: x > best)

primitive = General(
    "min",
    value=lambda xp, x, axes: xp.min(x, axis=axes),
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=lambda ops, xs, batched, size, axes: ops.min(*xs, axes=after(axes)),
    formula=r"\min @0",
    samples=samples,
)
