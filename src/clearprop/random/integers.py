"""Whole numbers that are equally likely, without the bias of a remainder."""

from __future__ import annotations

import math
import operator
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike

from clearprop.errors import ArgumentError
from clearprop.random.arguments import (
    ShapeLike,
    as_integer,
    as_key,
    common_shape,
    known,
    numbers,
    refuse,
)
from clearprop.random.keys import inside
from clearprop.random.uniforms import bits, formed
from clearprop.tracing import as_array, cast, user_line

_WIDE: Final = np.dtype(np.int64)
_BITS: Final = np.dtype(np.uint64)
_HALF: Final = np.uint64(32)
_LOW: Final = np.uint64(2**32 - 1)


def randint(
    key: Any, shape: ShapeLike | None, minval: Any, maxval: Any, dtype: DTypeLike = np.int64
) -> Any:
    """Whole numbers from minval to below maxval, all equally likely.

    A random fraction of 128 bits is multiplied by how many numbers there are, and rounded down; so
    no probability is off by more than 2⁻¹²⁸, without a remainder's bias and without rejection.

    Args:
        key: A key, uint32[2].
        shape: Of the result; None for that of ``minval`` and ``maxval`` together.
        minval: The smallest number, or an array of them.
        maxval: One more than the largest number, or an array; below 2⁶³.
        dtype: An integer dtype.

    Returns:
        Integers of that shape and dtype; a scalar for the shape ().

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, no number is left between the ends,
            or they do not fit the dtype.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp
    >>> cp.random.randint(cp.random.key(0), 5, 1, 7)
    array([3, 2, 3, 5, 5])
    """
    wanted = as_integer(dtype)
    low, high = _whole(minval, "minval"), _whole(maxval, "maxval")
    size = common_shape(shape, minval=low, maxval=high)
    refuse("maxval", "above minval", operator.le, high, low)
    for name, end, beyond in (("minval", low, 0), ("maxval", high, 1)):
        if known(end) is not None:
            _refuse_outside(name, known(end), beyond, wanted)
    count = math.prod(size)
    low, high = [np.reshape(np.broadcast_to(end, size), (count,)) for end in (low, high)]
    drawn = _below(as_key(key), cast(high, _BITS) - cast(low, _BITS), count)
    return formed(cast(low + cast(drawn, _WIDE), wanted), size)


def _below(key: Any, span: Any, count: int) -> Any:
    """⌊span · fraction⌋, a vector of uint64, for fractions of 128 random bits in two halves."""
    first, second = bits(key, count, _BITS), bits(inside(key, 0), count, _BITS)
    low = span * first
    carry = low + _upper(span, second) < low  # uint64 wraps around
    return _upper(span, first) + cast(carry, _BITS)


def _upper(a: Any, b: Any) -> Any:
    """The upper half of the product of two words of 64 bits, by halves of 32.

    Source: H. S. Warren, *Hacker's delight*, 2nd edition, section 8-2.
    """
    a_low, a_high, b_low, b_high = a & _LOW, a >> _HALF, b & _LOW, b >> _HALF
    middle = a_high * b_low + (a_low * b_low >> _HALF)
    other = a_low * b_high + (middle & _LOW)
    return a_high * b_high + (middle >> _HALF) + (other >> _HALF)


def _whole(value: Any, name: str) -> Any:
    """An end of the range as int64, refused where that cannot hold it."""
    concrete = known(as_array(value))
    if concrete is not None and concrete.dtype.kind in "uO":
        _refuse_outside(name, concrete, 0, _WIDE)
    return numbers(value, name, _WIDE)


def _refuse_outside(name: str, end: Any, beyond: int, dtype: np.dtype[Any]) -> None:
    """Refuse an end of the range that the dtype cannot hold, or is so far beyond what it can."""
    limits = np.iinfo(dtype)
    outside = (end < limits.min) | (end - beyond > limits.max)
    if np.any(outside):
        raise ArgumentError(
            f"{name} holds {end[outside][0]}",
            where=user_line(),
            why=f"dtype {dtype} has the numbers from {limits.min} to {limits.max}.",
        )
