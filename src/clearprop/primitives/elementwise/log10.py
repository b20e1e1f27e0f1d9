"""Logarithm to base 10: y = log₁₀ x, dy/dx = 1 / (x ln 10).

>>> import clearprop as cp
>>> cp.grad(cp.numpy.log10)(2.0)
0.2171472409516...
"""

import math

import numpy as np

from clearprop.primitives.domains import inside
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import POSITIVE, Awkward

primitive = Elementwise(
    "log10",
    value=lambda xp, x: xp.log10(x),
    partials=lambda ops, y, x: (inside(ops, lambda x: x < 0, x) / (x * math.log(10)),),
    formula=r"\log_{10} @0",
    domain=(POSITIVE,),
    awkward=(
        Awkward((0.0,), (np.inf,), "the slope grows without bound towards 0"),
        Awkward((-2.0,), (np.nan,), "beyond the domain there is no slope, as there is no value"),
    ),
    ufunc=np.log10,
    accepts="fc",
)
