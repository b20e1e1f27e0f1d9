"""Gamma numbers, and the distributions that are made of them.

A gamma number is the quantile x(a, u) of its distribution at a uniform u that is held, so its
derivative by the shape a is dx/da = −(∂P/∂a) / f(x), exactly and to any order: an implicit
reparameterization (M. Figurnov, S. Mohamed and A. Mnih, *Implicit reparameterization gradients*,
NeurIPS 2018). There is no rejection, hence no loop, and no step in the sample as a moves. The
others are composed of gamma numbers, and their derivatives follow.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike

from clearprop.errors import ShapeError
from clearprop.random.arguments import (
    Shape,
    ShapeLike,
    as_float,
    as_key,
    common_shape,
    numbers,
    refuse,
)
from clearprop.random.keys import inside
from clearprop.random.location_scale import normal
from clearprop.random.special import special
from clearprop.random.uniforms import open_unit
from clearprop.tracing import apply, user_line

_SMALL: Final = 1e-20
"""Below it P(a, x) is xᵃ / Γ(a + 1) to the last digit, so that it can be solved for ln x."""


def gamma(key: Any, a: Any, shape: ShapeLike | None = None, dtype: DTypeLike = float) -> Any:
    """Gamma numbers, of density xᵃ⁻¹ e⁻ˣ / Γ(a) for x > 0; multiply them for another scale.

    Args:
        key: A key, uint32[2].
        a: The shape parameter, which also is the mean: a number or an array, above 0.
        shape: Of the result; None for that of ``a``.
        dtype: ``float64`` or ``float32``.

    Returns:
        An array of that shape and dtype; a scalar for the shape (). Where ``a`` is so small that
        the number is below the smallest float it is 0; :func:`loggamma` has its logarithm.

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or ``a`` not positive.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp
    >>> cp.random.gamma(cp.random.key(0), 3.0, 2)
    array([2.35486969, 1.96806966])
    >>> cp.grad(lambda a: cp.random.gamma(cp.random.key(0), a))(3.0)
    0.93389...
    """
    return _gamma(key, a, "a", shape, dtype)


def loggamma(key: Any, a: Any, shape: ShapeLike | None = None, dtype: DTypeLike = float) -> Any:
    """Logarithms of gamma numbers, also of those that are too small for a float.

    Arguments, result and errors are those of :func:`gamma`, and so is what is drawn.

    >>> import clearprop as cp, numpy as np
    >>> np.exp(cp.random.loggamma(cp.random.key(0), 3.0, 2))
    array([2.35486969, 1.96806966])
    >>> cp.random.loggamma(cp.random.key(0), 1e-4, 2)
    array([ -8712.38581471, -11562.51276884])
    """
    return _loggamma(key, a, "a", shape, dtype)


def chisquare(key: Any, df: Any, shape: ShapeLike | None = None, dtype: DTypeLike = float) -> Any:
    """Chi-square numbers: sums of the squares of ``df`` standard normal numbers.

    Args:
        key: A key, uint32[2].
        df: The degrees of freedom, a number or an array, above 0; fractions are allowed.
        shape: Of the result; None for that of ``df``.
        dtype: ``float64`` or ``float32``.

    Returns:
        An array of that shape and dtype; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or ``df`` not positive.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp
    >>> cp.random.chisquare(cp.random.key(0), 6.0, 2)
    array([4.70973937, 3.93613931])
    """
    return 2.0 * _gamma(key, 0.5 * numbers(df, "df", as_float(dtype)), "df", shape, dtype)


def t(key: Any, df: Any, shape: ShapeLike | None = None, dtype: DTypeLike = float) -> Any:
    """Student's t: a standard normal number over √(chi-square / df).

    Arguments, result and errors are those of :func:`chisquare`.

    >>> import clearprop as cp
    >>> cp.random.t(cp.random.key(0), 5.0, 2)
    array([...])
    """
    wanted = as_float(dtype)
    df = numbers(df, "df", wanted)
    size = common_shape(shape, df=df)
    z = normal(inside(as_key(key), 0), size, wanted)
    log_half = _loggamma(inside(key, 1), 0.5 * df, "df", size, wanted)
    return z * np.exp(0.5 * (np.log(0.5 * df) - log_half))


def beta(key: Any, a: Any, b: Any, shape: ShapeLike | None = None, dtype: DTypeLike = float) -> Any:
    """Beta numbers, of density proportional to xᵃ⁻¹ (1 − x)ᵇ⁻¹ on (0, 1): a share of two gammas.

    Args:
        key: A key, uint32[2].
        a: A number or an array, above 0.
        b: A number or an array, above 0.
        shape: Of the result; None for that of ``a`` and ``b`` together.
        dtype: ``float64`` or ``float32``.

    Returns:
        An array of that shape and dtype; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or a parameter not positive.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp, numpy as np
    >>> np.mean(cp.random.beta(cp.random.key(0), 2.0, 6.0, 10_000))
    np.float64(0.2...)
    """
    wanted = as_float(dtype)
    a, b = numbers(a, "a", wanted), numbers(b, "b", wanted)
    size = common_shape(shape, a=a, b=b)
    mine = _loggamma(inside(as_key(key), 0), a, "a", size, wanted)
    other = _loggamma(inside(key, 1), b, "b", size, wanted)
    return special("sigmoid", mine - other)


def dirichlet(
    key: Any, alpha: Any, shape: ShapeLike | None = None, dtype: DTypeLike = float
) -> Any:
    """Vectors of shares that sum to 1, of density proportional to Π xᵢ^(αᵢ − 1).

    Args:
        key: A key, uint32[2].
        alpha: An array of shape (…, n), above 0.
        shape: How many vectors are drawn, as a shape; None for the leading axes of ``alpha``.
        dtype: ``float64`` or ``float32``.

    Returns:
        An array of shape ``(*shape, n)`` and that dtype.

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or ``alpha`` not positive.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp, numpy as np
    >>> shares = cp.random.dirichlet(cp.random.key(0), np.array([1.0, 2.0, 3.0]), 4)
    >>> shares.shape, shares.sum(axis=1)
    ((4, 3), array([1., 1., 1., 1.]))
    """
    wanted = as_float(dtype)
    alpha = numbers(alpha, "alpha", wanted)
    if not alpha.ndim or not alpha.shape[-1]:
        raise ShapeError(
            f"alpha has shape {alpha.shape}, not (…, n) with n at least 1", where=user_line()
        )
    leading = common_shape(shape, alpha=np.empty(alpha.shape[:-1]))
    logs = _loggamma(key, alpha, "alpha", (*leading, alpha.shape[-1]), wanted)
    parts = np.exp(logs - apply("stop_gradient", np.max(logs, axis=-1, keepdims=True)))
    return parts / np.sum(parts, axis=-1, keepdims=True)


# What they share ---------------------------------------------------------------------------------


def _gamma(key: Any, a: Any, name: str, shape: ShapeLike | None, dtype: DTypeLike) -> Any:
    a, u = _drawn(key, a, name, shape, dtype)
    return special("gammaincinv", a, u)


def _loggamma(key: Any, a: Any, name: str, shape: ShapeLike | None, dtype: DTypeLike) -> Any:
    a, u = _drawn(key, a, name, shape, dtype)
    x = special("gammaincinv", a, u)
    small = x < _SMALL
    solved = (np.log(u) + special("gammaln", a + 1.0)) / a
    return np.where(small, solved, np.log(np.where(small, 1.0, x)))[()]


def _drawn(
    key: Any, a: Any, name: str, shape: ShapeLike | None, dtype: DTypeLike
) -> tuple[Any, Any]:
    """The shape parameter, checked, and uniform numbers of the result's shape."""
    wanted = as_float(dtype)
    a = numbers(a, name, wanted)
    size: Shape = common_shape(shape, **{name: a})
    refuse(name, "above 0", lambda x: x <= 0, a)
    return a, open_unit(as_key(key), size, wanted)
