"""Inverse hyperbolic cosine: y = arcosh x, dy/dx = 1 / (√(x − 1) √(x + 1)).

Two roots, not one: their product is NaN below −1 too, as the value is.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.arccosh)(1.25)
1.3333333333333333
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import ABOVE_ONE, Awkward

primitive = Elementwise(
    "arccosh",
    value=lambda xp, x: xp.arccosh(x),
    partials=lambda ops, y, x: (1 / (ops.sqrt(x - 1) * ops.sqrt(x + 1)),),
    formula=r"\operatorname{arcosh} @0",
    domain=(ABOVE_ONE,),
    awkward=(
        Awkward((1.0,), (np.inf,), "the slope grows without bound towards 1"),
        Awkward((-2.0,), (np.nan,), "outside of the domain, as the value is"),
    ),
    ufunc=np.arccosh,
    accepts="fc",
)
