"""Angle of the point (b, a): y = arctan2(a, b), ∂y/∂a = b / r², ∂y/∂b = −a / r², r² = a² + b².

Dividing twice by r keeps r² from overflowing.

>>> import clearprop as cp
>>> cp.grad(lambda a: cp.numpy.arctan2(a, 2.0))(0.0)
0.5
"""

import numpy as np

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import NONZERO, REAL, Awkward


def partials(ops: Builder, y: Sym, a: Sym, b: Sym) -> tuple[Sym, Sym]:
    """The direction of turning, perpendicular to (b, a), over the distance."""
    r = ops.hypot(a, b)
    return b / r / r, -(a / r / r)


primitive = Elementwise(
    "arctan2",
    value=lambda xp, a, b: xp.arctan2(a, b),
    partials=partials,
    formula=r"\operatorname{arctan2}(@0, @1)",
    domain=(REAL, NONZERO),
    awkward=(
        Awkward((0.0, 0.0), (np.nan, np.nan), "the angle of the origin could be any"),
        Awkward((0.0, -2.0), (-0.5, -0.0), "the cut: the angle jumps by 2π, its slope does not"),
    ),
    ufunc=np.arctan2,
)
