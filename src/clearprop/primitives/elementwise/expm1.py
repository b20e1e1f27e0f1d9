"""Exponential less one, exact near 0: y = eˣ − 1, dy/dx = eˣ.

The partial is not y + 1, which would lose all digits where eˣ is small.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.expm1)(0.0)
1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "expm1",
    value=lambda xp, x: xp.expm1(x),
    partials=lambda ops, y, x: (ops.exp(x),),
    formula="e^{@0} - 1",
    domain=(REAL,),
    ufunc=np.expm1,
    accepts="fc",
)
