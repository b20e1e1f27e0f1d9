"""Exponential: y = eˣ, dy/dx = y.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.exp)(0.0)
1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "exp",
    value=lambda xp, x: xp.exp(x),
    partials=lambda ops, y, x: (y,),
    formula="e^{@0}",
    domain=(REAL,),
    ufunc=np.exp,
    accepts="fc",
)
