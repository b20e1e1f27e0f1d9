"""Largest element over axes: ties share the derivative equally (the minimum-norm subgradient).

>>> import clearprop as cp, numpy as np
>>> cp.grad(cp.numpy.max)(np.array([1.0, 5.0, 5.0]))
array([0. , 0.5, 0.5])
"""

from clearprop.primitives.batching import after
from clearprop.primitives.extremes import result, rules, samples
from clearprop.primitives.families import General

tangent, cotangents = rules(lambda x, best: x < best)

primitive = General(
    "max",
    value=lambda xp, x, axes: xp.max(x, axis=axes),
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=lambda ops, xs, batched, size, axes: ops.max(*xs, axes=after(axes)),
    formula=r"\max @0",
    samples=samples,
)
