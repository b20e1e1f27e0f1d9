"""x rounded towards 0: a step function, so no path leads through it.

>>> import clearprop as cp
>>> cp.grad(lambda x: x * cp.numpy.trunc(x))(-2.5)
-2.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import BETWEEN_INTEGERS

primitive = Elementwise(
    "trunc",
    value=lambda xp, x: xp.trunc(x),
    partials=lambda ops, y, x: (None,),
    formula=r"\operatorname{trunc} @0",
    domain=(BETWEEN_INTEGERS,),
    ufunc=np.trunc,
    accepts="biuf",
)
