"""Element by element, composed of primitives: powers, rounding, angles, comparisons."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np

from clearprop.errors import DtypeError
from clearprop.numpy.comparing import isneginf, isposinf
from clearprop.numpy.complexes import is_complex
from clearprop.numpy.public import choice, follows
from clearprop.numpy.static import static
from clearprop.tracing import (
    Traced,
    apply,
    as_array,
    cast,
    holds_traced,
    settled,
    unsupported,
    user_line,
)

__all__ = [
    "around",
    "clip",
    "copysign",
    "deg2rad",
    "degrees",
    "divmod",
    "fabs",
    "fix",
    "float_power",
    "fmax",
    "fmin",
    "heaviside",
    "logaddexp2",
    "modf",
    "nan_to_num",
    "positive",
    "rad2deg",
    "radians",
    "reciprocal",
    "round",
    "signbit",
    "sinc",
    "square",
]

# Signs and powers --------------------------------------------------------------------------------


@follows(np.positive)
def positive(x: Any, /) -> Any:
    """A copy of the numbers."""
    x = as_array(x)
    if x.dtype.kind == "b":
        raise DtypeError("positive is not defined for booleans", where=user_line())
    return _scalar_copy(x)


@follows(np.square)
def square(x: Any, /) -> Any:
    """X · x."""
    (x,) = settled(np.square, x)
    return x * x


@follows(np.reciprocal)
def reciprocal(x: Any, /) -> Any:
    """1 / x, for floats."""
    (x,) = settled(np.reciprocal, x)
    if x.dtype.kind not in "fc":
        raise unsupported("reciprocal", f"dtype {x.dtype}", "Write 1 / x, which gives floats.")
    return 1 / x


@follows(np.float_power)
def float_power(x1: Any, x2: Any, /) -> Any:
    """x1 to the power x2, in double precision at least."""
    a, b = settled(np.float_power, x1, x2)
    return a**b


@follows(np.fabs)
def fabs(x: Any, /) -> Any:
    """|x| as a float."""
    return abs(settled(np.fabs, x)[0])


@follows(np.copysign, ordered=True)
def copysign(x1: Any, x2: Any, /) -> Any:
    """|x1| with the sign of x2; that of −0.0 counts too, NaN is taken as positive."""
    a, b = settled(np.copysign, x1, x2)
    return choice(signbit(b), -abs(a), abs(a))


@follows(np.signbit)
def signbit(x: Any, /) -> Any:
    """Whether the sign is negative, of −0.0 too; NaN is taken as positive."""
    (x,) = settled(np.signbit, x)
    return (x < 0) | ((x == 0) & (np.arctan2(x, x.dtype.type(-1)) < 0))


@follows(np.heaviside, ordered=True)
def heaviside(x1: Any, x2: Any, /) -> Any:
    """0 where x1 < 0, 1 where x1 > 0, x2 where it is 0; the step has no derivative by x1."""
    a, b = settled(np.heaviside, x1, x2)
    zero, one = a.dtype.type(0), a.dtype.type(1)
    step = choice(a < 0, zero, choice(np.isnan(a), a.dtype.type(np.nan), one))
    return choice(a == 0, b, step)


@follows(np.logaddexp2, ordered=True)
def logaddexp2(x1: Any, x2: Any, /) -> Any:
    """log₂(2^x1 + 2^x2), without overflow."""
    a, b = settled(np.logaddexp2, x1, x2)
    unit = a.dtype.type(np.log(2))
    return np.logaddexp(a * unit, b * unit) / unit


@follows(np.fmax, ordered=True)
def fmax(x1: Any, x2: Any, /) -> Any:
    """The larger one; where one is NaN, the other."""
    return _passing_nan(np.maximum, *settled(np.fmax, x1, x2))


@follows(np.fmin, ordered=True)
def fmin(x1: Any, x2: Any, /) -> Any:
    """The smaller one; where one is NaN, the other."""
    return _passing_nan(np.minimum, *settled(np.fmin, x1, x2))


@follows(np.divmod)
def divmod(x1: Any, x2: Any, /) -> Any:
    """Quotient, rounded down, and remainder."""
    return x1 // x2, x1 % x2


# Rounding and bounds -----------------------------------------------------------------------------


@follows(np.round)
def round(a: Any, decimals: Any = 0) -> Any:
    """To a number of decimals, halves to even; its derivative is 0."""
    a, decimals = as_array(a), static(decimals)
    if is_complex(a):
        return _by_parts(lambda part: round(part, decimals), a)
    if a.dtype.kind in "iu" and decimals >= 0:
        return _scalar_copy(a)
    if a.dtype.kind == "b" and decimals == 0:
        a = cast(a, np.float16)
    if a.dtype.kind != "f":
        raise unsupported("round", f"dtype {a.dtype} and decimals={decimals}")
    if decimals == 0:
        return np.rint(a)
    scale = a.dtype.type(10.0 ** abs(decimals))
    return np.rint(a * scale) / scale if decimals > 0 else np.rint(a / scale) * scale


around = round


@follows(np.fix)
def fix(x: Any) -> Any:
    """Towards zero; its derivative is 0."""
    return np.trunc(x)


@follows(np.modf)
def modf(x: Any, /) -> Any:
    """Fraction and whole part, both with the sign of x."""
    (x,) = settled(np.modf, x)
    whole, zero = np.trunc(x), x.dtype.type(0)
    negative = signbit(x)
    fraction = choice(negative, -(whole - x), x - whole)
    return choice(np.isinf(x), choice(negative, -zero, zero), fraction), whole


@follows(np.clip)
def clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """Brought into an interval; at its ends the derivative is that of minimum and maximum."""
    low = a_min if min is None else min
    high = a_max if max is None else max
    a = as_array(a)
    if low is None and high is None:
        return positive(a)
    bounded = a if low is None else np.maximum(a, low)
    if high is None:
        return bounded
    bounded = np.minimum(bounded, high)
    if low is None or holds_traced((low, high)) or not np.any(np.greater_equal(low, high)):
        return bounded
    return choice(np.greater_equal(low, high), high, bounded)  # bounds that meet leave a constant


@follows(np.nan_to_num)
def nan_to_num(x: Any, *, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Numbers in the place of NaN and infinities; no derivative passes there."""
    x = as_array(x)
    if is_complex(x):
        return _by_parts(lambda part: nan_to_num(part, nan=nan, posinf=posinf, neginf=neginf), x)
    if x.dtype.kind != "f":
        return as_array(_scalar_copy(x))
    limits, kind = np.finfo(x.dtype), x.dtype.type
    result = choice(np.isnan(x), kind(nan), x)
    result = choice(isposinf(x), kind(limits.max if posinf is None else posinf), result)
    return choice(isneginf(x), kind(limits.min if neginf is None else neginf), result)


# Angles ------------------------------------------------------------------------------------------


@follows(np.deg2rad)
def deg2rad(x: Any, /) -> Any:
    """Degrees as radians."""
    (x,) = settled(np.deg2rad, x)
    return x * x.dtype.type(np.pi / 180)


@follows(np.rad2deg)
def rad2deg(x: Any, /) -> Any:
    """Radians as degrees."""
    (x,) = settled(np.rad2deg, x)
    return x * x.dtype.type(180 / np.pi)


@follows(np.radians)
def radians(x: Any, /) -> Any:
    """Degrees as radians."""
    return deg2rad(x)


@follows(np.degrees)
def degrees(x: Any, /) -> Any:
    """Radians as degrees."""
    return rad2deg(x)


@follows(np.sinc)
def sinc(x: Any) -> Any:
    """sin(πx) / (πx), and 1 at 0.

    Near 0 it is the Taylor series of sin(y) / y, so that derivatives of every order are right
    there: 0 the first, −π²/3 the second.
    """
    x = as_array(x)
    x = x if x.dtype.kind in "fc" else cast(x, np.float64)
    kind = x.dtype.type
    y = x * kind(np.pi)
    near = abs(y) < 1
    z = choice(near, y * y, kind(0))
    series = kind((-1) ** _TERMS / factorial(2 * _TERMS + 1)) * z
    for k in range(_TERMS - 1, 0, -1):
        series = (series + kind((-1) ** k / factorial(2 * k + 1))) * z
    far = choice(near, kind(1), y)
    return choice(near, series + kind(1), np.sin(far) / far)


_TERMS = 9
"""How many terms of the series make sin(y) / y exact to double precision for |y| < 1."""


# What they share ---------------------------------------------------------------------------------


def _passing_nan(function: Any, a: Any, b: Any) -> Any:
    if a.dtype.kind != "f":
        return function(a, b)
    return choice(np.isnan(a), b, choice(np.isnan(b), a, function(a, b)))


def _by_parts(function: Any, z: Any) -> Any:
    """What a function gives for the real and for the imaginary part, as complex numbers."""
    return apply("complex", function(apply("real", z)), function(apply("imag", z)))


def _scalar_copy(x: Any) -> Any:
    """A copy; a 0-d array becomes a scalar, as ufuncs make it."""
    if x.__class__ is not Traced:
        return x[()].copy()
    result = x.snapshot()
    result.is_array = bool(x.shape)
    return result
