"""Remainder with the sign of the dividend (C's): y = a − b n, where n is a / b rounded towards 0.

∂y/∂a = 1, ∂y/∂b = −n. Rounding (a − y) / b gives n itself; that of a / b may not.

>>> import clearprop as cp
>>> cp.grad(lambda b: cp.numpy.fmod(-7.0, b))(2.0)
3.0
"""

import numpy as np

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.domains import dividing
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import Awkward, reals


def partials(ops: Builder, y: Sym, a: Sym, b: Sym) -> tuple[Sym | float, Sym]:
    """1 and the negative quotient; NaN where b is 0, as the value is."""
    defined = dividing(ops, b)
    return defined, ops.scale(-ops.rint((a - y) / b), defined)


primitive = Elementwise(
    "fmod",
    value=lambda xp, a, b: xp.fmod(a, b),
    partials=partials,
    formula=r"\operatorname{fmod}(@0, @1)",
    domain=(reals(low=-2.9, high=-2.1), reals(low=1.5, high=2.0)),
    awkward=(
        Awkward((6.0, 2.0), (1.0, -3.0), "at a jump: the slopes towards larger a"),
        Awkward((6.0, 0.0), (np.nan, np.nan), "no value, so no slope"),
    ),
    ufunc=np.fmod,
    accepts="iuf",
)
