"""Whether any element is true (not 0), over axes; a boolean, so no path leads through it.

>>> import clearprop as cp, numpy as np
>>> f = lambda x: cp.numpy.sum(x * cp.numpy.any(x > 2.0))
>>> cp.grad(f)(np.array([1.0, 3.0]))
array([1., 1.])
"""

from clearprop.primitives.batching import after
from clearprop.primitives.families import Discrete
from clearprop.primitives.quantifiers import result, samples

primitive = Discrete(
    "any",
    value=lambda xp, x, axes: xp.any(x, axis=axes),
    result=result,
    batch=lambda ops, xs, batched, size, axes: ops.any(*xs, axes=after(axes)),
    formula=r"\bigvee @0",
    samples=samples,
)
