"""Whether x is NaN: a boolean, so no path leads through it.

>>> import clearprop as cp
>>> cp.grad(lambda x: cp.numpy.where(cp.numpy.isnan(x), 0.0, 2 * x))(1.0)
2.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL

primitive = Elementwise(
    "isnan",
    value=lambda xp, x: xp.isnan(x),
    partials=lambda ops, y, x: (None,),
    formula=r"@0 \text{ is NaN}",
    domain=(REAL,),
    ufunc=np.isnan,
    accepts="biufc",
    gives="bool",
)
