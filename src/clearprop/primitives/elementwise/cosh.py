"""Hyperbolic cosine: y = cosh x, dy/dx = sinh x.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.cosh)(0.0)
0.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "cosh",
    value=lambda xp, x: xp.cosh(x),
    partials=lambda ops, y, x: (ops.sinh(x),),
    formula=r"\cosh @0",
    domain=(REAL,),
    ufunc=np.cosh,
    accepts="fc",
)
