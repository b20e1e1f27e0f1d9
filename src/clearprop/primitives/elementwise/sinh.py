"""Hyperbolic sine: y = sinh x, dy/dx = cosh x.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.sinh)(0.0)
1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "sinh",
    value=lambda xp, x: xp.sinh(x),
    partials=lambda ops, y, x: (ops.cosh(x),),
    formula=r"\sinh @0",
    domain=(REAL,),
    ufunc=np.sinh,
    accepts="fc",
)
