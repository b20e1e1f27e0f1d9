"""Logarithm of one more, exact near 0: y = ln(1 + x), dy/dx = 1 / (1 + x).

>>> import clearprop as cp
>>> cp.grad(cp.numpy.log1p)(1.0)
0.5
"""

import numpy as np

from clearprop.primitives.domains import inside
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import ABOVE_MINUS_ONE, Awkward

primitive = Elementwise(
    "log1p",
    value=lambda xp, x: xp.log1p(x),
    partials=lambda ops, y, x: (inside(ops, lambda x: x < -1, x) / (1 + x),),
    formula=r"\ln(1 + @0)",
    domain=(ABOVE_MINUS_ONE,),
    awkward=(
        Awkward((-1.0,), (np.inf,), "the slope grows without bound towards −1"),
        Awkward((-2.0,), (np.nan,), "beyond the domain there is no slope, as there is no value"),
    ),
    ufunc=np.log1p,
    accepts="fc",
)
