"""Comparison a ≥ b, element by element; a boolean, so no path leads through it.

>>> import clearprop as cp
>>> cp.grad(lambda x: cp.numpy.where(x >= 0.5, x, 0.0))(0.5)
1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "greater_equal",
    value=lambda xp, a, b: a >= b,
    partials=lambda ops, y, a, b: (None, None),
    formula=r"@0 \ge @1",
    domain=(REAL, REAL),
    ufunc=np.greater_equal,
    accepts="biuf",
    gives="bool",
    symbol=">=",
)
