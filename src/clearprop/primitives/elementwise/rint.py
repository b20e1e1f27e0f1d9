"""x rounded to the nearest integer, ties to even: a step function, so no path leads through it.

>>> import clearprop as cp
>>> cp.grad(lambda x: x * cp.numpy.rint(x))(2.5)
2.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import BETWEEN_INTEGERS

primitive = Elementwise(
    "rint",
    value=lambda xp, x: xp.rint(x),
    partials=lambda ops, y, x: (None,),
    formula=r"\operatorname{round} @0",
    domain=(BETWEEN_INTEGERS,),
    ufunc=np.rint,
)
