"""Inverse tangent: y = arctan x, dy/dx = 1 / (1 + x²).

>>> import clearprop as cp
>>> cp.grad(cp.numpy.arctan)(2.0)
0.2
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "arctan",
    value=lambda xp, x: xp.arctan(x),
    partials=lambda ops, y, x: (1 / (1 + x * x),),
    formula=r"\arctan @0",
    domain=(REAL,),
    ufunc=np.arctan,
    accepts="fc",
)
