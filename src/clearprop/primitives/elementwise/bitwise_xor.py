"""Bits set in one and only one, of integers or booleans; no path.

>>> import clearprop as cp, numpy as np
>>> cp.numpy.bitwise_xor(np.array([6, 4]), np.array([3, 5]))
array([5, 1])
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import integers

primitive = Elementwise(
    "bitwise_xor",
    value=lambda xp, a, b: a ^ b,
    partials=lambda ops, y, a, b: (None, None),
    formula=r"@0 \oplus @1",
    domain=(integers(), integers()),
    ufunc=np.bitwise_xor,
    accepts="biu",
    symbol="^",
)
