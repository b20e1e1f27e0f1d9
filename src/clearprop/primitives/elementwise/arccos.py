"""Inverse cosine: y = arccos x, dy/dx = −1 / √((1 − x)(1 + x)).

The product keeps the digits of 1 − x² that squaring x would lose near ±1.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.arccos)(0.6)
-1.25
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import BELOW_ONE, Awkward

primitive = Elementwise(
    "arccos",
    value=lambda xp, x: xp.arccos(x),
    partials=lambda ops, y, x: (-1 / ops.sqrt((1 - x) * (1 + x)),),
    formula=r"\arccos @0",
    domain=(BELOW_ONE,),
    awkward=(
        Awkward((1.0,), (-np.inf,), "the slope grows without bound towards the ends of the domain"),
        Awkward((-1.0,), (-np.inf,), "as at the other end"),
    ),
    ufunc=np.arccos,
    accepts="fc",
)
