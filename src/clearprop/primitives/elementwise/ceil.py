"""Smallest integer not below x: a step function, so no path leads through it.

>>> import clearprop as cp
>>> cp.grad(lambda x: x * cp.numpy.ceil(x))(2.5)
3.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import BETWEEN_INTEGERS

primitive = Elementwise(
    "ceil",
    value=lambda xp, x: xp.ceil(x),
    partials=lambda ops, y, x: (None,),
    formula=r"\lceil @0 \rceil",
    domain=(BETWEEN_INTEGERS,),
    ufunc=np.ceil,
    accepts="biuf",
)
