"""Polygamma function: y = ψ⁽ⁿ⁾(x), the (n+1)-th derivative of ln Γ(x), ∂y/∂x = ψ⁽ⁿ⁺¹⁾(x).

The order n is rounded to a whole number, so no path leads through it.

>>> import numpy as np
>>> primitive.value(np, np.array([0.0, 1.0]), np.array([1.0, 1.0]))  # −γ and π²/6
array([-0.57721566,  1.64493407])
"""

from typing import Any

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import POSITIVE, reals


def value(xp: Any, n: Any, x: Any) -> Any:
    """SciPy's, loaded on first use; it has none for single precision, so the dtype is put back."""
    from scipy.special import polygamma

    return polygamma(xp.rint(n), x).astype(x.dtype, copy=False)[()]


primitive = Elementwise(
    "polygamma",
    value=value,
    partials=lambda ops, y, n, x: (None, ops.polygamma(n + 1, x)),
    formula=r"\psi^{(@0)}(@1)",
    domain=(reals(low=0.6, high=1.4), POSITIVE),
    lower=lambda xp, n, x: xp.polygamma(n, x),
)
