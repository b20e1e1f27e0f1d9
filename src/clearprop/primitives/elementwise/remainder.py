"""Remainder with the sign of the divisor: y = a − b ⌊a / b⌋, ∂y/∂a = 1, ∂y/∂b = −⌊a / b⌋.

>>> import clearprop as cp
>>> cp.grad(lambda b: 7.0 % b)(2.0)
-3.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import Awkward, reals

primitive = Elementwise(
    "remainder",
    value=lambda xp, a, b: a % b,
    partials=lambda ops, y, a, b: (1, -ops.floor_divide(a, b)),
    formula=r"@0 \bmod @1",
    domain=(reals(low=2.1, high=2.9), reals(low=1.5, high=2.0)),
    awkward=(Awkward((6.0, 2.0), (1.0, -3.0), "at a jump: the slopes towards larger a"),),
    ufunc=np.remainder,
    accepts="iuf",
    symbol="%",
)
