"""Logarithm of the normal distribution function: y = ln Φ(x), dy/dx = φ(x) / Φ(x).

Φ is the probability that a standard normal number is below x, φ its density. Far below 0, where Φ
is too small to be written down, its logarithm still is exact.

>>> import numpy as np
>>> primitive.value(np, np.array([-100.0, 0.0]))
array([-5.00552421e+03, -6.93147181e-01])
"""

import math
from typing import Any

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL


def value(xp: Any, x: Any) -> Any:
    """SciPy's, loaded on first use; it has none for float16, so the dtype is put back."""
    from scipy.special import log_ndtr

    return log_ndtr(x).astype(x.dtype, copy=False)


primitive = Elementwise(
    "log_ndtr",
    value=value,
    partials=lambda ops, y, x: (ops.exp(-0.5 * (x * x) - y) * (1 / math.sqrt(2 * math.pi)),),
    formula=r"\ln \Phi(@0)",
    domain=(REAL,),
    lower=lambda xp, x: xp.log_ndtr(x),
)
