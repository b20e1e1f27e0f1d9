"""Truth values and counts: bernoulli, binomial and Poisson.

They move in steps, so no path leads from them to their parameters: a derivative through them is 0,
and the derivative of an expectation wants another estimator (a continuous relaxation, or the score
function).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike

from clearprop.random.arguments import (
    ShapeLike,
    as_integer,
    as_key,
    common_shape,
    numbers,
    refuse,
)
from clearprop.random.special import special
from clearprop.random.uniforms import open_unit, unit
from clearprop.tracing import cast

_DOUBLE: Final = np.dtype(np.float64)

_MOST: Final = 2.0**53
"""Beyond it not every whole number is a float64."""


def bernoulli(key: Any, p: Any = 0.5, shape: ShapeLike | None = None) -> Any:
    """Truth values, each true with probability p; there is no path to p.

    Args:
        key: A key, uint32[2].
        p: Probabilities, a number or an array, from 0 to 1.
        shape: Of the result; None for that of ``p``.

    Returns:
        Booleans of that shape; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or ``p`` no probability.
        DtypeError, ShapeError: If ``p`` holds no numbers, or shapes do not fit.

    >>> import clearprop as cp
    >>> cp.random.bernoulli(cp.random.key(0), 0.5, 4)
    array([ True,  True,  True, False])
    """
    p = _probability(p)
    return unit(as_key(key), common_shape(shape, p=p), _DOUBLE) < p


def binomial(
    key: Any,
    n: Any,
    p: Any,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = np.int64,
) -> Any:
    """How many of n trials succeed, each with probability p; there is no path to n and p.

    It is the quantile of the distribution at a uniform number: one pass, without rejection.

    Args:
        key: A key, uint32[2].
        n: Numbers of trials, whole, from 0 to 2⁵³.
        p: Probabilities, a number or an array, from 0 to 1.
        shape: Of the result; None for that of ``n`` and ``p`` together.
        dtype: An integer dtype.

    Returns:
        Integers of that shape and dtype; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or a parameter outside its range.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp
    >>> cp.random.binomial(cp.random.key(1), 10, 0.3, 5)
    array([1, 2, 3, 6, 5])
    """
    wanted, p = as_integer(dtype), _probability(p)
    n = cast(numbers(n, "n", np.dtype(np.int64)), _DOUBLE)
    size = common_shape(shape, n=n, p=p)
    refuse("n", "from 0 to 2⁵³", lambda x: (x < 0) | (x > _MOST), n)
    return cast(special("binomial_quantile", open_unit(as_key(key), size, _DOUBLE), n, p), wanted)


def poisson(key: Any, lam: Any, shape: ShapeLike | None = None, dtype: DTypeLike = np.int64) -> Any:
    """How many events fall into a time in which ``lam`` are expected; there is no path to it.

    It is the quantile of the distribution at a uniform number: one pass, without rejection.

    Args:
        key: A key, uint32[2].
        lam: The mean, a number or an array, from 0 to 2⁵².
        shape: Of the result; None for that of ``lam``.
        dtype: An integer dtype.

    Returns:
        Integers of that shape and dtype; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or ``lam`` outside its range.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp
    >>> cp.random.poisson(cp.random.key(1), 4.0, 5)
    array([2, 3, 4, 9, 6])
    """
    wanted, lam = as_integer(dtype), numbers(lam, "lam", _DOUBLE)
    size = common_shape(shape, lam=lam)
    refuse("lam", "from 0 to 2⁵²", lambda x: ~((x >= 0) & (x <= _MOST / 2)), lam)
    return cast(special("poisson_quantile", open_unit(as_key(key), size, _DOUBLE), lam), wanted)


def _probability(p: Any) -> Any:
    p = numbers(p, "p", _DOUBLE)
    refuse("p", "a probability, from 0 to 1", lambda x: ~((x >= 0) & (x <= 1)), p)
    return p
