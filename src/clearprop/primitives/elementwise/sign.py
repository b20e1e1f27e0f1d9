"""Sign: −1, 0 or 1, a step function, so no path leads through it.

>>> import clearprop as cp
>>> cp.grad(lambda x: x * cp.numpy.sign(x))(-3.0)
-1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import NONZERO

primitive = Elementwise(
    "sign",
    value=lambda xp, x: xp.sign(x),
    partials=lambda ops, y, x: (None,),
    formula=r"\operatorname{sign} @0",
    domain=(NONZERO,),
    ufunc=np.sign,
    accepts="iuf",
)
