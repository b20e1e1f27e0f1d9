"""Logarithm of a sum of exponentials: y = ln(eᵃ + eᵇ), ∂y/∂a = σ(a − b), ∂y/∂b = σ(b − a).

Neither the value nor the partials overflow, however large a and b are.

>>> import clearprop as cp
>>> cp.grad(lambda a: cp.numpy.logaddexp(a, 1000.0))(1000.0)
0.5
"""

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL, Awkward

primitive = Elementwise(
    "logaddexp",
    value=lambda xp, a, b: xp.logaddexp(a, b),
    partials=lambda ops, y, a, b: (ops.sigmoid(a - b), ops.sigmoid(b - a)),
    formula=r"\ln(e^{@0} + e^{@1})",
    domain=(REAL, REAL),
    awkward=(Awkward((1000.0, -1000.0), (1.0, 0.0), "the larger takes all"),),
    ufunc=np.logaddexp,
)
