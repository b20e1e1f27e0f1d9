"""Inverse hyperbolic sine: y = arsinh x, dy/dx = 1 / √(1 + x²); hypot keeps x² from overflowing.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.arcsinh)(0.75)
0.8
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "arcsinh",
    value=lambda xp, x: xp.arcsinh(x),
    partials=lambda ops, y, x: (1 / ops.hypot(1, x),),
    formula=r"\operatorname{arsinh} @0",
    domain=(REAL,),
    ufunc=np.arcsinh,
)
