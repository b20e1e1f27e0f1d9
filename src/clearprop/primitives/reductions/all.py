"""Whether all elements are true (not 0), over axes; a boolean, so no path leads through it.

>>> import clearprop as cp, numpy as np
>>> f = lambda x: cp.numpy.sum(x * cp.numpy.all(x > 2.0))
>>> cp.grad(f)(np.array([1.0, 3.0]))
array([0., 0.])
"""

from clearprop.primitives.batching import after
from clearprop.primitives.families import Discrete
from clearprop.primitives.quantifiers import result, samples

primitive = Discrete(
    "all",
    value=lambda xp, x, axes: xp.all(x, axis=axes),
    result=result,
    batch=lambda ops, xs, batched, size, axes: ops.all(*xs, axes=after(axes)),
    formula=r"\bigwedge @0",
    samples=samples,
)
