"""Absolute value: y = |x|, dy/dx = sign x; at 0 the mean of the slopes on both sides, 0.

>>> import clearprop as cp
>>> cp.grad(abs)(-3.0)
-1.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import NONZERO, Awkward

primitive = Elementwise(
    "absolute",
    value=lambda xp, x: abs(x),
    partials=lambda ops, y, x: (ops.sign(x),),
    formula="|@0|",
    domain=(NONZERO,),
    awkward=(Awkward((0.0,), (0.0,), "the mean of the slopes on both sides"),),
    ufunc=np.absolute,
    accepts="biuf",
    symbol="abs",
)
