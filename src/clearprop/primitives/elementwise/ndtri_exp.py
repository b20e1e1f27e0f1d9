"""Normal quantile of a probability given by its logarithm: y = Φ⁻¹(eˣ), dy/dx = eˣ / φ(y).

It is the inverse of ``log_ndtr``: φ is the density of the standard normal distribution.

>>> import numpy as np
>>> primitive.value(np, np.array([-5005.524208693, np.log(0.9)]))
array([-100.        ,    1.28155157])
"""

import math
from typing import Any

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import reals


def value(xp: Any, x: Any) -> Any:
    """SciPy's, loaded on first use; it has none for single precision, so the dtype is put back."""
    from scipy.special import ndtri_exp

    return ndtri_exp(x).astype(x.dtype, copy=False)


primitive = Elementwise(
    "ndtri_exp",
    value=value,
    partials=lambda ops, y, x: (math.sqrt(2 * math.pi) * ops.exp(x + 0.5 * (y * y)),),
    formula=r"\Phi^{-1}(e^{@0})",
    domain=(reals(low=-4.0, high=-0.1),),
)
