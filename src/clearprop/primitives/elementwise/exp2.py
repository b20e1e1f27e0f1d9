"""Power of two: y = 2ˣ, dy/dx = y ln 2.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.exp2)(1.0)
1.386294361119890...
"""

import math

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "exp2",
    value=lambda xp, x: xp.exp2(x),
    partials=lambda ops, y, x: (y * math.log(2),),
    formula="2^{@0}",
    domain=(REAL,),
    ufunc=np.exp2,
    accepts="fc",
)
