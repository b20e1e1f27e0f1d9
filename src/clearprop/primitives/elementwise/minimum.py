"""Smaller of two numbers: the partial is 1 to the smaller; at a tie ½ to each (symmetric).

>>> import clearprop as cp
>>> cp.grad(lambda x: cp.numpy.minimum(x, 0.0))(0.0)
0.5
"""

import numpy as np

from clearprop.primitives.extremes import shares
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL, Awkward

primitive = Elementwise(
    "minimum",
    value=lambda xp, a, b: xp.minimum(a, b),
    partials=lambda ops, y, a, b: shares(ops, y, a, b, b < a, a < b),
    formula=r"\min(@0, @1)",
    domain=(REAL, REAL),
    awkward=(Awkward((1.0, 1.0), (0.5, 0.5), "at a tie each operand has half a share"),),
    ufunc=np.minimum,
    accepts="biuf",
)
