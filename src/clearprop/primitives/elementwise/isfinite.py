"""Whether x is neither infinite nor NaN: a boolean, so no path leads through it.

>>> import clearprop as cp
>>> cp.grad(lambda x: cp.numpy.where(cp.numpy.isfinite(x), 2 * x, 0.0))(1.0)
2.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "isfinite",
    value=lambda xp, x: xp.isfinite(x),
    partials=lambda ops, y, x: (None,),
    formula=r"@0 \text{ is finite}",
    domain=(REAL,),
    ufunc=np.isfinite,
    accepts="biufc",
    gives="bool",
)
