"""Hyperbolic tangent: y = tanh x, dy/dx = 1 − y².

>>> import clearprop as cp
>>> cp.grad(cp.numpy.tanh)(0.0)
1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL, Awkward

primitive = Elementwise(
    "tanh",
    value=lambda xp, x: xp.tanh(x),
    partials=lambda ops, y, x: (1 - y * y,),
    formula=r"\tanh @0",
    domain=(REAL,),
    awkward=(
        Awkward((1000.0,), (0.0,), "saturated: the value no longer moves"),
        Awkward((-1000.0,), (0.0,), "saturated: the value no longer moves"),
    ),
    ufunc=np.tanh,
    accepts="fc",
)
