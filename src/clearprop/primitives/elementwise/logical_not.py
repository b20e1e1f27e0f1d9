"""Whether x is false (0): a boolean, so no path leads through it.

>>> import clearprop as cp, numpy as np
>>> cp.numpy.logical_not(np.array([True, False]))
array([False,  True])
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import MASK

primitive = Elementwise(
    "logical_not",
    value=lambda xp, x: xp.logical_not(x),
    partials=lambda ops, y, x: (None,),
    formula=r"\lnot @0",
    domain=(MASK,),
    ufunc=np.logical_not,
    accepts="biufc",
    gives="bool",
)
