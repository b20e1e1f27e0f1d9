"""Bits moved down by b places: ⌊a / 2ᵇ⌋; integers, so no path.

>>> import clearprop as cp, numpy as np
>>> cp.numpy.right_shift(np.array([1, 7]), 2)
array([0, 1])
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import integers

primitive = Elementwise(
    "right_shift",
    value=lambda xp, a, b: a >> b,
    partials=lambda ops, y, a, b: (None, None),
    formula=r"@0 \gg @1",
    domain=(integers(low=-8, high=8), integers()),
    ufunc=np.right_shift,
    accepts="iu",
    symbol=">>",
)
