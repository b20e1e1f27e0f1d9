"""Logarithm of the gamma function: y = ln |Γ(x)|, dy/dx = ψ(x), the digamma function.

>>> import numpy as np
>>> np.exp(primitive.value(np, np.array([1.0, 5.0])))
array([ 1., 24.])
"""

from typing import Any

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import POSITIVE


def value(xp: Any, x: Any) -> Any:
    """SciPy's, loaded on first use; it has none for float16, so the dtype is put back."""
    from scipy.special import gammaln

    return gammaln(x).astype(x.dtype, copy=False)


primitive = Elementwise(
    "gammaln",
    value=value,
    partials=lambda ops, y, x: (ops.polygamma(0, x),),
    formula=r"\ln \Gamma(@0)",
    domain=(POSITIVE,),
    lower=lambda xp, x: xp.gammaln(x),
)
