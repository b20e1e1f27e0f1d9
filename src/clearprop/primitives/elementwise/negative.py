"""Negation: y = −x, dy/dx = −1.

>>> import clearprop as cp
>>> cp.grad(lambda x: -x)(2.0)
-1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "negative",
    value=lambda xp, x: -x,
    partials=lambda ops, y, x: (-1,),
    formula="-@0",
    domain=(REAL,),
    ufunc=np.negative,
    accepts="iufc",
    symbol="-",
)
