"""Inverse hyperbolic tangent: y = artanh x, dy/dx = 1 / ((1 − x)(1 + x)).

>>> import clearprop as cp
>>> cp.grad(cp.numpy.arctanh)(0.5)
1.3333333333333333
"""

import numpy as np

from clearprop.primitives.domains import inside
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import BELOW_ONE, Awkward

primitive = Elementwise(
    "arctanh",
    value=lambda xp, x: xp.arctanh(x),
    partials=lambda ops, y, x: (
        inside(ops, lambda x: ops.absolute(x) > 1, x) / ((1 - x) * (1 + x)),
    ),
    formula=r"\operatorname{artanh} @0",
    domain=(BELOW_ONE,),
    awkward=(
        Awkward((1.0,), (np.inf,), "the slope grows without bound towards the ends of the domain"),
        Awkward((-1.0,), (np.inf,), "as at the other end"),
        Awkward((2.0,), (np.nan,), "beyond the domain there is no slope, as there is no value"),
    ),
    ufunc=np.arctanh,
    accepts="fc",
)
