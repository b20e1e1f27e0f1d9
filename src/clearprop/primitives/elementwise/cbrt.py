"""Cube root: y = ∛x, dy/dx = 1 / (3y²).

>>> import clearprop as cp
>>> cp.grad(cp.numpy.cbrt)(1.0)
0.3333333333333333
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import NONZERO, Awkward

primitive = Elementwise(
    "cbrt",
    value=lambda xp, x: xp.cbrt(x),
    partials=lambda ops, y, x: (1 / (3 * y * y),),
    formula=r"\sqrt[3]{@0}",
    domain=(NONZERO,),
    awkward=(Awkward((0.0,), (np.inf,), "the slope grows without bound from both sides"),),
    ufunc=np.cbrt,
)
