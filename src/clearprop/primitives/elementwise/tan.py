"""Tangent: y = tan x, dy/dx = 1 + y².

>>> import clearprop as cp
>>> cp.grad(cp.numpy.tan)(0.0)
1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import BELOW_ONE

primitive = Elementwise(
    "tan",
    value=lambda xp, x: xp.tan(x),
    partials=lambda ops, y, x: (1 + y * y,),
    formula=r"\tan @0",
    domain=(BELOW_ONE,),
    ufunc=np.tan,
    accepts="fc",
)
