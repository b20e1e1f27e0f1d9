"""Whether x is +∞ or −∞: a boolean, so no path leads through it.

>>> import clearprop as cp
>>> cp.grad(lambda x: cp.numpy.where(cp.numpy.isinf(x), 0.0, 2 * x))(1.0)
2.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "isinf",
    value=lambda xp, x: xp.isinf(x),
    partials=lambda ops, y, x: (None,),
    formula=r"@0 \text{ is infinite}",
    domain=(REAL,),
    ufunc=np.isinf,
    accepts="biufc",
    gives="bool",
)
