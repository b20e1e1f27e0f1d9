"""Random bits, and numbers that are equally likely all over an interval.

Element i of a draw depends on the key and on i alone, not on how many are drawn with it.
"""

from __future__ import annotations

import math
import operator
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike

from clearprop.random.arguments import (
    Shape,
    ShapeLike,
    as_float,
    as_key,
    as_shape,
    as_unsigned,
    common_shape,
    numbers,
    refuse,
)
from clearprop.random.keys import DRAW, blocks
from clearprop.tracing import Traced, cast

_HALF: Final = 0.5


def bits(key: Any, shape: ShapeLike = (), dtype: DTypeLike = np.uint32) -> Any:
    """Random bits: unsigned integers, each equally likely.

    Args:
        key: A key, uint32[2].
        shape: Of the result.
        dtype: ``uint8``, ``uint16``, ``uint32`` or ``uint64``.

    Returns:
        An array of that shape and dtype; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key or ``shape`` no shape.
        DtypeError: For another dtype.

    >>> import clearprop as cp
    >>> cp.random.bits(cp.random.key(0), 2)
    array([1797259609, 2579123966], dtype=uint32)
    """
    wanted, shape = as_unsigned(dtype), as_shape(shape)
    count = math.prod(shape)
    if wanted.itemsize == 8:
        first, second = blocks(as_key(key), count, DRAW)
        return formed(cast(first, wanted) << np.uint64(32) | cast(second, wanted), shape)
    return formed(cast(_words(as_key(key), count), wanted), shape)


def uniform(
    key: Any,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = float,
    minval: Any = 0.0,
    maxval: Any = 1.0,
) -> Any:
    """Numbers from the interval [minval, maxval), with derivatives by its ends.

    On [0, 1) they are all the multiples of 2⁻⁵³ (2⁻²⁴ for float32), equally likely.

    Args:
        key: A key, uint32[2].
        shape: Of the result; None for that of ``minval`` and ``maxval`` together.
        dtype: ``float64`` or ``float32``.
        minval: The lower end, a number or an array.
        maxval: The upper end, a number or an array, not below ``minval``.

    Returns:
        An array of that shape and dtype; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or the ends are exchanged.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp
    >>> cp.random.uniform(cp.random.key(0), 3)
    array([0.41845711, 0.31468172, 0.39316028])
    >>> cp.grad(lambda b: cp.random.uniform(cp.random.key(0), maxval=b))(2.0)
    0.41845711022987275
    """
    wanted = as_float(dtype)
    low, high = numbers(minval, "minval", wanted), numbers(maxval, "maxval", wanted)
    shape = common_shape(shape, minval=low, maxval=high)
    drawn = unit(as_key(key), shape, wanted)
    if is_number(low, 0) and is_number(high, 1):
        return drawn
    refuse("maxval", "at least minval", operator.lt, high, low)
    moved = low + (high - low) * drawn
    return np.where(moved >= high, low, moved)[()]  # rounding may have reached the upper end


def unit(key: Any, shape: Shape, dtype: np.dtype[Any]) -> Any:
    """All the multiples of 2⁻⁵³ (float32: 2⁻²⁴) in [0, 1), equally likely."""
    count = math.prod(shape)
    if dtype == np.float32:
        drawn = cast(_words(key, count) >> np.uint32(8), dtype) * 2.0**-24
    else:
        first, second = blocks(key, count, DRAW)
        upper, lower = cast(first >> np.uint32(5), dtype), cast(second >> np.uint32(6), dtype)
        drawn = (upper * 2.0**26 + lower) * 2.0**-53
    return formed(drawn, shape)


def open_unit(key: Any, shape: Shape, dtype: np.dtype[Any]) -> Any:
    """The middles of 2⁵² equal parts of (0, 1) (float32: 2²³): never 0 or 1, symmetric about ½.

    So logarithms and quantiles are finite, and u and 1 − u are equally likely, and exact.
    """
    count = math.prod(shape)
    if dtype == np.float32:
        drawn = (cast(_words(key, count) >> np.uint32(9), dtype) + _HALF) * 2.0**-23
    else:
        first, second = blocks(key, count, DRAW)
        upper, lower = cast(first >> np.uint32(6), dtype), cast(second >> np.uint32(6), dtype)
        drawn = (upper * 2.0**26 + lower + _HALF) * 2.0**-52
    return formed(drawn, shape)


def formed(flat: Any, shape: Shape) -> Any:
    """The elements of a vector in that shape; a scalar for the shape ()."""
    return np.reshape(flat, shape)[()]


def is_number(value: Any, number: float) -> bool:
    """Whether a parameter is plainly that number, so that it need not be computed with."""
    return value.__class__ is not Traced and not value.shape and bool(value == number)


def _words(key: Any, count: int) -> Any:
    """Both words of each block, one after the other."""
    both = np.stack(blocks(key, (count + 1) // 2, DRAW), axis=-1)
    return np.reshape(both, (-1,))[:count]
