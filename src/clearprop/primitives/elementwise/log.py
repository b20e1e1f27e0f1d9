"""Natural logarithm: y = ln x, dy/dx = 1/x.

>>> import clearprop as cp
>>> cp.grad(cp.numpy.log)(4.0)
0.25
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import POSITIVE, Awkward

primitive = Elementwise(
    "log",
    value=lambda xp, x: xp.log(x),
    partials=lambda ops, y, x: (1 / x,),
    formula=r"\ln @0",
    domain=(POSITIVE,),
    awkward=(
        Awkward((0.0,), (np.inf,), "the slope grows without bound towards 0"),
        Awkward((-2.0,), (-0.5,), "the value is NaN here; the partial keeps its formula"),
    ),
    ufunc=np.log,
    accepts="fc",
)
