"""Logarithm to base 2: y = log₂ x, dy/dx = 1 / (x ln 2).

>>> import clearprop as cp
>>> cp.grad(cp.numpy.log2)(2.0)
0.7213475204444...
"""

import math

import numpy as np

from clearprop.primitives.domains import inside
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import POSITIVE, Awkward

primitive = Elementwise(
    "log2",
    value=lambda xp, x: xp.log2(x),
    partials=lambda ops, y, x: (inside(ops, lambda x: x < 0, x) / (x * math.log(2)),),
    formula=r"\log_{2} @0",
    domain=(POSITIVE,),
    awkward=(
        Awkward((0.0,), (np.inf,), "the slope grows without bound towards 0"),
        Awkward((-2.0,), (np.nan,), "beyond the domain there is no slope, as there is no value"),
    ),
    ufunc=np.log2,
    accepts="fc",
)
