"""Whether either is true (not 0): a boolean, so no path leads through it.

>>> import clearprop as cp, numpy as np
>>> cp.numpy.logical_or(np.array([True, True, False]), np.array([True, False, False]))
array([ True,  True, False])
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import MASK

primitive = Elementwise(
    "logical_or",
    value=lambda xp, a, b: xp.logical_or(a, b),
    partials=lambda ops, y, a, b: (None, None),
    formula=r"@0 \lor @1",
    domain=(MASK, MASK),
    ufunc=np.logical_or,
    accepts="biufc",
    gives="bool",
)
