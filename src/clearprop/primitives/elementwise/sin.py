"""Sine: y = sin x, dy/dx = cos x.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.sin)(0.0)
1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "sin",
    value=lambda xp, x: xp.sin(x),
    partials=lambda ops, y, x: (ops.cos(x),),
    formula=r"\sin @0",
    domain=(REAL,),
    ufunc=np.sin,
    accepts="fc",
)
