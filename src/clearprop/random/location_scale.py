"""Distributions that are one quantile function, moved and stretched: x = loc + scale · Q(u).

u is uniform on (0, 1) and does not depend on the parameters, so the derivatives by them are those
of the formula: 1 and Q(u). This is the pathwise derivative, today called reparameterization, of
P. Glasserman, *Monte Carlo methods in financial engineering* (2003), section 7.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
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
from clearprop.random.uniforms import is_number, open_unit


def normal(
    key: Any,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = float,
    *,
    loc: Any = 0.0,
    scale: Any = 1.0,
) -> Any:
    """Normal numbers, of density exp(−z²/2) / (scale √2π), z = (x − loc) / scale.

    Args:
        key: A key, uint32[2].
        shape: Of the result; None for that of ``loc`` and ``scale`` together.
        dtype: ``float64`` or ``float32``.
        loc: The mean, a number or an array.
        scale: The standard deviation, a number or an array, not negative.

    Returns:
        An array of that shape and dtype; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or ``scale`` negative.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp, numpy as np
    >>> cp.random.normal(cp.random.key(0), 3)
    array([-0.20584213, -0.48262301, -0.27109162])
    >>> np.mean(cp.random.normal(cp.random.key(0), 10_000, loc=5.0))
    np.float64(4.9856...)
    """
    return _moved(_normal, key, shape, dtype, loc, scale)


def laplace(
    key: Any,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = float,
    *,
    loc: Any = 0.0,
    scale: Any = 1.0,
) -> Any:
    """Laplace numbers, of density exp(−|x − loc| / scale) / (2 scale).

    Arguments, result and errors are those of :func:`normal`; the standard deviation is √2 scale.

    >>> import clearprop as cp
    >>> cp.random.laplace(cp.random.key(0), 2)
    array([-0.17803369, -0.46304638])
    """
    return _moved(_laplace, key, shape, dtype, loc, scale)


def logistic(
    key: Any,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = float,
    *,
    loc: Any = 0.0,
    scale: Any = 1.0,
) -> Any:
    """Logistic numbers, whose distribution function is the sigmoid of (x − loc) / scale.

    Arguments, result and errors are those of :func:`normal`.

    >>> import clearprop as cp
    >>> cp.random.logistic(cp.random.key(0), 2)
    array([-0.32911031, -0.77832166])
    """
    return _moved(_logistic, key, shape, dtype, loc, scale)


def gumbel(
    key: Any,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = float,
    *,
    loc: Any = 0.0,
    scale: Any = 1.0,
) -> Any:
    """Gumbel numbers, of distribution function exp(−exp(−z)), z = (x − loc) / scale.

    Arguments, result and errors are those of :func:`normal`. With the logarithms of probabilities
    as ``loc``, the largest of them falls on each place with that place's probability.

    >>> import clearprop as cp
    >>> cp.random.gumbel(cp.random.key(0), 2)
    array([ 0.13790567, -0.1451332 ])
    """
    return _moved(_gumbel, key, shape, dtype, loc, scale)


def cauchy(
    key: Any,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = float,
    *,
    loc: Any = 0.0,
    scale: Any = 1.0,
) -> Any:
    """Cauchy numbers, of density 1 / (π scale (1 + z²)), z = (x − loc) / scale; no mean exists.

    Arguments, result and errors are those of :func:`normal`.

    >>> import clearprop as cp
    >>> cp.random.cauchy(cp.random.key(0), 2)
    array([-0.2619295 , -0.65830952])
    """
    return _moved(_cauchy, key, shape, dtype, loc, scale)


def exponential(
    key: Any, shape: ShapeLike | None = None, dtype: DTypeLike = float, *, scale: Any = 1.0
) -> Any:
    """Exponential numbers, of density exp(−x / scale) / scale for x > 0.

    Args:
        key: A key, uint32[2].
        shape: Of the result; None for that of ``scale``.
        dtype: ``float64`` or ``float32``.
        scale: The mean, a number or an array, not negative; 1 over the rate.

    Returns:
        An array of that shape and dtype; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or ``scale`` negative.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp
    >>> cp.random.exponential(cp.random.key(0), 2)
    array([0.54207056, 0.37787191])
    """
    return _moved(_exponential, key, shape, dtype, 0.0, scale)


def lognormal(
    key: Any,
    sigma: Any = 1.0,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = float,
    *,
    mean: Any = 0.0,
) -> Any:
    """Numbers whose logarithms are normal.

    Args:
        key: A key, uint32[2].
        sigma: The standard deviation of the logarithm, a number or an array, not negative.
        shape: Of the result; None for that of ``sigma`` and ``mean`` together.
        dtype: ``float64`` or ``float32``.
        mean: The mean of the logarithm, a number or an array.

    Returns:
        An array of that shape and dtype; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or ``sigma`` negative.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp
    >>> cp.random.lognormal(cp.random.key(0), 0.5, 2)
    array([0.90219818, 0.78559687])
    """
    return np.exp(_moved(_normal, key, shape, dtype, mean, sigma, ("mean", "sigma")))


# Quantile functions ------------------------------------------------------------------------------


def _normal(u: Any) -> Any:
    return special("erfinv", 2.0 * u - 1.0) * math.sqrt(2)


def _laplace(u: Any) -> Any:
    both = 2.0 * u - 1.0
    return -np.sign(both) * np.log1p(-np.abs(both))


def _logistic(u: Any) -> Any:
    return np.log(u) - np.log1p(-u)


def _gumbel(u: Any) -> Any:
    return -np.log(-np.log(u))


def _cauchy(u: Any) -> Any:
    """The cotangent from the nearer end, as the tangent of an angle near π/2 is not exact."""
    return np.sign(u - 0.5) / np.tan(np.pi * np.minimum(u, 1.0 - u))


def _exponential(u: Any) -> Any:
    return -np.log1p(-u)


def _moved(
    quantile: Callable[[Any], Any],
    key: Any,
    shape: ShapeLike | None,
    dtype: DTypeLike,
    loc: Any,
    scale: Any,
    names: tuple[str, str] = ("loc", "scale"),
) -> Any:
    wanted = as_float(dtype)
    loc, scale = numbers(loc, names[0], wanted), numbers(scale, names[1], wanted)
    size = common_shape(shape, **{names[0]: loc, names[1]: scale})
    refuse(names[1], "at least 0", lambda x: x < 0, scale)
    drawn = quantile(open_unit(as_key(key), size, wanted))
    drawn = drawn if is_number(scale, 1) else scale * drawn
    return drawn if is_number(loc, 0) else loc + drawn
