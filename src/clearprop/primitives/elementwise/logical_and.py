"""Whether both are true (not 0): a boolean, so no path leads through it.

>>> import clearprop as cp, numpy as np
>>> cp.numpy.logical_and(np.array([True, True, False]), np.array([True, False, False]))
array([ True, False, False])
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import MASK

primitive = Elementwise(
    "logical_and",
    value=lambda xp, a, b: xp.logical_and(a, b),
    partials=lambda ops, y, a, b: (None, None),
    formula=r"@0 \land @1",
    domain=(MASK, MASK),
    ufunc=np.logical_and,
    accepts="biufc",
    gives="bool",
)
