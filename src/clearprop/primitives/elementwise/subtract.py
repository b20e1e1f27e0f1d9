"""Difference of two numbers: y = a − b, ∂y/∂a = 1, ∂y/∂b = −1.

>>> import clearprop as cp
>>> cp.grad(lambda b: 3.0 - b)(1.0)
-1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "subtract",
    value=lambda xp, a, b: a - b,
    partials=lambda ops, y, a, b: (1, -1),
    formula="@0 - @1",
    domain=(REAL, REAL),
    ufunc=np.subtract,
    accepts="iufc",
    symbol="-",
)
