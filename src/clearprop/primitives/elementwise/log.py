"""Natural logarithm: y = ln x, dy/dx = 1/x.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.log)(4.0)
0.25
"""

import numpy as np

from clearprop.primitives.domains import inside
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import POSITIVE, Awkward

primitive = Elementwise(
    "log",
    value=lambda xp, x: xp.log(x),
    partials=lambda ops, y, x: (inside(ops, lambda x: x < 0, x) / x,),
    formula=r"\ln @0",
    domain=(POSITIVE,),
    awkward=(
        Awkward((0.0,), (np.inf,), "the slope grows without bound towards 0"),
        Awkward((-2.0,), (np.nan,), "beyond the domain there is no slope, as there is no value"),
    ),
    ufunc=np.log,
    accepts="fc",
)
