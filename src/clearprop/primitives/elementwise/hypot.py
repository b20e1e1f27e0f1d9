"""Length of a vector of two numbers: y = √(a² + b²), ∂y/∂a = a / y, ∂y/∂b = b / y.

>>> import clearprop as cp
>>> cp.grad(lambda a: cp.numpy.hypot(a, 4.0))(3.0)
0.6
"""

import numpy as np

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Elementwise
from clearprop.primitives.gates import Gated
from clearprop.primitives.samples import NONZERO, REAL, Awkward


def partials(ops: Builder, y: Sym, a: Sym, b: Sym) -> tuple[Gated, Gated]:
    """The unit vector along (a, b); no path, at any order, where there is none."""
    tip = ops.equal(y, 0)
    return ops.gated(a / y, tip, False), ops.gated(b / y, tip, False)


primitive = Elementwise(
    "hypot",
    value=lambda xp, a, b: xp.hypot(a, b),
    partials=partials,
    formula=r"\sqrt{@0^2 + @1^2}",
    domain=(NONZERO, REAL),
    awkward=(Awkward((0.0, 0.0), (0.0, 0.0), "at the tip of the cone the smallest subgradient"),),
    ufunc=np.hypot,
)
