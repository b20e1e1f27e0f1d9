"""Larger of two numbers: the partial is 1 to the larger; at a tie ½ to each (symmetric).

>>> import clearprop as cp
>>> cp.grad(lambda x: cp.numpy.maximum(x, 0.0))(0.0)
0.5
"""

import numpy as np

from clearprop.primitives.extremes import shares
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL, Awkward

primitive = Elementwise(
    "maximum",
    value=lambda xp, a, b: xp.maximum(a, b),
    partials=lambda ops, y, a, b: shares(ops, y, a, b, a < b, b < a),
    formula=r"\max(@0, @1)",
    domain=(REAL, REAL),
    awkward=(Awkward((1.0, 1.0), (0.5, 0.5), "at a tie each operand has half a share"),),
    ufunc=np.maximum,
    accepts="biuf",
)
