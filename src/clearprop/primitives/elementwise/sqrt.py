"""Square root: y = √x, dy/dx = 1 / (2y).

>>> import clearprop as cp
>>> cp.grad(cp.numpy.sqrt)(4.0)
0.25
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import POSITIVE, Awkward

primitive = Elementwise(
    "sqrt",
    value=lambda xp, x: xp.sqrt(x),
    partials=lambda ops, y, x: (0.5 / y,),
    formula=r"\sqrt{@0}",
    domain=(POSITIVE,),
    awkward=(
        Awkward((0.0,), (np.inf,), "the slope grows without bound towards 0"),
        Awkward((-1.0,), (np.nan,), "there is no real root"),
    ),
    ufunc=np.sqrt,
    accepts="fc",
)
