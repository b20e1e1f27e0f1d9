"""Quantile of the binomial distribution: the smallest whole k with P(successes ≤ k) ≥ p.

A step function of the probability p, the number of trials and that of a success, so no path leads
through it. The number of trials is rounded down.

>>> import numpy as np
>>> primitive.value(np, np.array([0.1, 0.5, 0.99]), np.array([8.0]), np.array([0.5]))
array([2., 4., 7.])
"""

from typing import Any

from clearprop.primitives.families import Elementwise
from clearprop.primitives.quantiles import whole_quantile
from clearprop.primitives.samples import reals


def value(xp: Any, p: Any, trials: Any, success: Any) -> Any:
    """Upwards and downwards from the normal quantile with a correction (Cornish and Fisher)."""
    from scipy.special import ndtri

    z = xp.clip(ndtri(xp.float64(p)), -40, 40)
    whole, chance = xp.floor(xp.float64(trials)), xp.float64(success)
    deviation = xp.sqrt(whole * chance * (1 - chance))
    guess = whole * chance + z * deviation + (z * z - 1) * (1 - 2 * chance) / 6 - 0.5
    found = whole_quantile(_distribution, xp.clip(guess, 0, whole), p, whole, chance)
    return xp.minimum(found, whole).astype(p.dtype)[()]


def _distribution(k: Any, trials: Any, success: Any) -> Any:
    """P(successes ≤ k), by the incomplete beta function; 1 from all trials on."""
    import numpy as np
    from scipy.special import betaincc

    inside = k < trials
    return np.where(inside, betaincc(k + 1, np.where(inside, trials - k, 1), success), 1.0)


primitive = Elementwise(
    "binomial_quantile",
    value=value,
    partials=lambda ops, y, p, trials, success: (None, None, None),
    formula=r"F^{-1}_{\operatorname{B}(@1, @2)}(@0)",
    domain=(reals(low=0.45, high=0.55), reals(low=3.1, high=3.9), reals(low=0.45, high=0.5)),
)
