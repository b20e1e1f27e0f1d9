"""Inverse of the error function: y = erf⁻¹ x, dy/dx = √π/2 exp(y²).

>>> import numpy as np
>>> primitive.value(np, np.array([-1.0, 0.0, 1.0]))
array([-inf,   0.,  inf])
"""

import math
from typing import Any

import numpy as np

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import BELOW_ONE, Awkward


def value(xp: Any, x: Any) -> Any:
    """SciPy's, loaded on first use; it has none for float16, so the dtype is put back."""
    from scipy.special import erfinv

    return erfinv(x).astype(x.dtype, copy=False)


primitive = Elementwise(
    "erfinv",
    value=value,
    partials=lambda ops, y, x: (math.sqrt(math.pi) / 2 * ops.exp(y * y),),
    formula=r"\operatorname{erf}^{-1} @0",
    domain=(BELOW_ONE,),
    awkward=(
        Awkward((1.0,), (np.inf,), "the slope grows without bound towards 1"),
        Awkward((-1.0,), (np.inf,), "the slope grows without bound towards −1"),
    ),
    lower=lambda xp, x: xp.erfinv(x),
)
