"""Quotient rounded down: y = ⌊a / b⌋, a step function, so no path leads through it.

>>> import clearprop as cp
>>> cp.grad(lambda a: a * (a // 2.0))(7.0)
3.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import NONZERO, REAL

primitive = Elementwise(
    "floor_divide",
    value=lambda xp, a, b: a // b,
    partials=lambda ops, y, a, b: (None, None),
    formula=r"\left\lfloor \frac{@0}{@1} \right\rfloor",
    domain=(REAL, NONZERO),
    ufunc=np.floor_divide,
    accepts="iuf",
    symbol="//",
)
