"""Remainder with the sign of the dividend (C's): y = a − b n, where n is a / b rounded towards 0.

∂y/∂a = 1, ∂y/∂b = −n. Rounding (a − y) / b gives n itself; that of a / b may not.

>>> import clearprop as cp
>>> cp.grad(lambda b: cp.numpy.fmod(-7.0, b))(2.0)
3.0
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import Awkward, reals

primitive = Elementwise(
    "fmod",
    value=lambda xp, a, b: xp.fmod(a, b),
    partials=lambda ops, y, a, b: (1, -ops.rint((a - y) / b)),
    formula=r"\operatorname{fmod}(@0, @1)",
    domain=(reals(low=-2.9, high=-2.1), reals(low=1.5, high=2.0)),
    awkward=(Awkward((6.0, 2.0), (1.0, -3.0), "at a jump: the slopes towards larger a"),),
    ufunc=np.fmod,
    accepts="iuf",
)
