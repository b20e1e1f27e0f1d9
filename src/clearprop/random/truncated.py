"""Normal numbers between two bounds, by their quantile function."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from clearprop.random.arguments import (
    ShapeLike,
    as_float,
    as_key,
    common_shape,
    numbers,
    refuse,
)
from clearprop.random.special import special
from clearprop.random.uniforms import open_unit


def truncated_normal(
    key: Any,
    lower: Any,
    upper: Any,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = float,
) -> Any:
    """Standard normal numbers, given that they lie between two bounds.

    All is computed with logarithms of probabilities, in the tail where these are small, so bounds
    may lie hundreds of standard deviations away. The derivatives by the bounds are those of the
    quantile function at a probability that is held.

    Args:
        key: A key, uint32[2].
        lower: The lower bound, a number or an array; it may be −∞.
        upper: The upper bound, a number or an array, not below ``lower``; it may be ∞.
        shape: Of the result; None for that of the bounds together.
        dtype: ``float64`` or ``float32``.

    Returns:
        An array of that shape and dtype; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or the bounds are exchanged.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp
    >>> cp.random.truncated_normal(cp.random.key(0), 8.0, 9.0, 2)
    array([8.06646207, 8.04638727])
    """
    wanted = as_float(dtype)
    low, high = numbers(lower, "lower", wanted), numbers(upper, "upper", wanted)
    size = common_shape(shape, lower=low, upper=high)
    refuse("upper", "at least lower", operator.lt, high, low)
    u = open_unit(as_key(key), size, wanted)
    turned = low > 0  # then its mirror image is drawn, whose probabilities are small
    near, far = np.where(turned, -low, high), np.where(turned, -high, low)
    left = np.where(turned, 1.0 - u, u)
    drawn = _below(near, far, left)
    return np.minimum(np.maximum(np.where(turned, -drawn, drawn), low), high)


def _below(near: Any, far: Any, left: Any) -> Any:
    """Φ⁻¹(Φ(far) + left (Φ(near) − Φ(far))), where far ≤ near.

    The logarithm of the probability is that of Φ(near) and of what is left out of it: precise where
    Φ(near) is close to 0, and where it is close to 1. Infinite bounds are kept out of the formulas,
    as their derivatives would be NaN.
    """
    above, below = near == np.inf, far == -np.inf
    log_near = np.where(above, 0.0, special("log_ndtr", np.where(above, 0.0, near)))
    log_far = special("log_ndtr", np.where(below, 0.0, far))
    width = np.where(below, 1.0, -np.expm1(np.where(below, 0.0, log_far - log_near)))
    return special("ndtri_exp", log_near + np.log1p((left - 1.0) * width))
