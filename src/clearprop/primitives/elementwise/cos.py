"""Cosine: y = cos x, dy/dx = −sin x.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.cos)(cp.numpy.pi / 2)
-1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "cos",
    value=lambda xp, x: xp.cos(x),
    partials=lambda ops, y, x: (-ops.sin(x),),
    formula=r"\cos @0",
    domain=(REAL,),
    ufunc=np.cos,
    accepts="fc",
)
