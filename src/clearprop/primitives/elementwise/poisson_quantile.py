"""Quantile of the Poisson distribution: the smallest whole k with P(number ≤ k) ≥ p.

A step function of the probability p and of the rate, so no path leads through it.

>>> import numpy as np
>>> primitive.value(np, np.array([0.1, 0.5, 0.99]), np.array([4.0, 4.0, 4.0]))
array([2., 4., 9.])
"""

from typing import Any

from clearprop.primitives.families import Elementwise
from clearprop.primitives.quantiles import whole_quantile
from clearprop.primitives.samples import reals


def value(xp: Any, p: Any, rate: Any) -> Any:
    """Upwards and downwards from the normal quantile with two corrections (Cornish and Fisher)."""
    from scipy.special import ndtri, pdtr

    z, deviation = xp.clip(ndtri(xp.float64(p)), -40, 40), xp.sqrt(xp.float64(rate))
    guess = rate + z * deviation + (z * z - 1) / 6 - 0.5
    return whole_quantile(pdtr, guess, p, rate).astype(p.dtype)[()]


primitive = Elementwise(
    "poisson_quantile",
    value=value,
    partials=lambda ops, y, p, rate: (None, None),
    formula=r"F^{-1}_{\operatorname{Poisson}(@1)}(@0)",
    domain=(reals(low=0.45, high=0.55), reals(low=1.0, high=1.1)),
)
