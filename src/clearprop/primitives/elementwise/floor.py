"""Largest integer not above x: a step function, so no path leads through it.

>>> import clearprop as cp
>>> cp.grad(lambda x: x * cp.numpy.floor(x))(2.5)
2.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import BETWEEN_INTEGERS

primitive = Elementwise(
    "floor",
    value=lambda xp, x: xp.floor(x),
    partials=lambda ops, y, x: (None,),
    formula=r"\lfloor @0 \rfloor",
    domain=(BETWEEN_INTEGERS,),
    ufunc=np.floor,
    accepts="biuf",
)
