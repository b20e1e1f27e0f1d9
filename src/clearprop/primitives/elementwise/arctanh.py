"""Inverse hyperbolic tangent: y = artanh x, dy/dx = 1 / ((1 − x)(1 + x)).

>>> import clearprop as cp
>>> cp.grad(cp.numpy.arctanh)(0.5)
1.3333333333333333
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import BELOW_ONE, Awkward

primitive = Elementwise(
    "arctanh",
    value=lambda xp, x: xp.arctanh(x),
    partials=lambda ops, y, x: (1 / ((1 - x) * (1 + x)),),
    formula=r"\operatorname{artanh} @0",
    domain=(BELOW_ONE,),
    awkward=(
        Awkward((1.0,), (np.inf,), "the slope grows without bound towards the ends of the domain"),
        Awkward((-1.0,), (np.inf,), "as at the other end"),
    ),
    ufunc=np.arctanh,
    accepts="fc",
)
