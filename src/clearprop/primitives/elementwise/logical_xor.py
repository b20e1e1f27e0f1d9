"""Whether one and only one is true (not 0): a boolean, so no path leads through it.

>>> import clearprop as cp, numpy as np
>>> cp.numpy.logical_xor(np.array([True, True, False]), np.array([True, False, False]))
array([False,  True, False])
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import MASK

primitive = Elementwise(
    "logical_xor",
    value=lambda xp, a, b: xp.logical_xor(a, b),
    partials=lambda ops, y, a, b: (None, None),
    formula=r"@0 \oplus @1",
    domain=(MASK, MASK),
    ufunc=np.logical_xor,
    accepts="biufc",
    gives="bool",
)
