"""Remainder with the sign of the divisor: y = a − b ⌊a / b⌋, ∂y/∂a = 1, ∂y/∂b = −⌊a / b⌋.

>>> import clearprop as cp
>>> cp.grad(lambda b: 7.0 % b)(2.0)
-3.0
"""

import numpy as np

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.domains import dividing
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import Awkward, reals


def partials(ops: Builder, y: Sym, a: Sym, b: Sym) -> tuple[Sym | float, Sym]:
    """1 and the negative quotient; NaN where b is 0, as the value is."""
    defined = dividing(ops, b)
    return defined, ops.scale(-ops.floor_divide(a, b), defined)


primitive = Elementwise(
    "remainder",
    value=lambda xp, a, b: a % b,
    partials=partials,
    formula=r"@0 \bmod @1",
    domain=(reals(low=2.1, high=2.9), reals(low=1.5, high=2.0)),
    awkward=(
        Awkward((6.0, 2.0), (1.0, -3.0), "at a jump: the slopes towards larger a"),
        Awkward((6.0, 0.0), (np.nan, np.nan), "no value, so no slope"),
    ),
    ufunc=np.remainder,
    accepts="iuf",
    symbol="%",
)
