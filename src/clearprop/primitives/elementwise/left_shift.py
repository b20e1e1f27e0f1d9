"""Bits moved up by b places: a 2ᵇ; integers, so no path.

>>> import clearprop as cp, numpy as np
>>> cp.numpy.left_shift(np.array([1, 3]), 2)
array([ 4, 12])
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import integers

primitive = Elementwise(
    "left_shift",
    value=lambda xp, a, b: a << b,
    partials=lambda ops, y, a, b: (None, None),
    formula=r"@0 \ll @1",
    domain=(integers(low=-8, high=8), integers()),
    ufunc=np.left_shift,
    accepts="iu",
    symbol="<<",
)
