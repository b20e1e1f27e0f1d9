"""Every bit turned over: −x − 1 for signed integers, `not` for booleans; no path.

>>> import clearprop as cp, numpy as np
>>> cp.numpy.invert(np.array([0, 5]))
array([-1, -6])
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import integers

primitive = Elementwise(
    "invert",
    value=lambda xp, x: ~x,
    partials=lambda ops, y, x: (None,),
    formula=r"\mathord{\sim} @0",
    domain=(integers(low=-4, high=4),),
    ufunc=np.invert,
    accepts="biu",
    symbol="~",
)
