"""Quotient of two numbers: y = a / b, ∂y/∂a = 1/b, ∂y/∂b = −y/b.

>>> import clearprop as cp
>>> cp.grad(lambda b: 6.0 / b)(2.0)
-1.5
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import NONZERO, REAL, Awkward

primitive = Elementwise(
    "divide",
    value=lambda xp, a, b: a / b,
    partials=lambda ops, y, a, b: (1 / b, -(y / b)),
    formula=r"\frac{@0}{@1}",
    domain=(REAL, NONZERO),
    awkward=(
        Awkward((1.0, 0.0), (np.inf, -np.inf), "the limits from the right, as the value is"),
        Awkward((0.0, 0.0), (np.inf, np.nan), "no value, so no slope by b; 1/b is infinite still"),
    ),
    ufunc=np.divide,
    accepts="fc",
    symbol="/",
)
