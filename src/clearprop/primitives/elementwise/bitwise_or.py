"""Bits set in either, of integers or booleans; no path.

>>> import clearprop as cp, numpy as np
>>> cp.numpy.bitwise_or(np.array([6, 4]), np.array([3, 5]))
array([7, 5])
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import integers

primitive = Elementwise(
    "bitwise_or",
    value=lambda xp, a, b: a | b,
    partials=lambda ops, y, a, b: (None, None),
    formula=r"@0 \mathbin{|} @1",
    domain=(integers(), integers()),
    ufunc=np.bitwise_or,
    accepts="biu",
    symbol="|",
)
