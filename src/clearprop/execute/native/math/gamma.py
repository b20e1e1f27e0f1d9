"""The logarithm of the gamma function, and its derivatives: digamma, trigamma, tetragamma.

From 4.5 or 6 on Stirling's series is taken, fitted; what is smaller is led there, or to an interval
around a zero, where the function is the distance from that zero times a polynomial. So for positive
numbers the error is relative. Negative ones are reflected: there it is relative to the two terms.
Sources: M. Abramowitz and I. Stegun, *Handbook of Mathematical Functions* (1964), sections 6.1, 6.3
and 6.4; J. Maddock and others, *Boost.Math*, for the zero of digamma as a factor.
"""

from __future__ import annotations

import math
from typing import Final

from clearprop.execute.native.math.libm import in_double, patched
from clearprop.execute.native.math.logarithm import log_around_one, log_of_large
from clearprop.execute.native.math.operations import (
    INF,
    NAN,
    fitted,
    fma,
    select,
    with_sign,
)
from clearprop.execute.native.math.rounding import rint
from clearprop.execute.native.math.trigonometric import tan
from clearprop.execute.native.math.values import Value

_FAR: Final = 4.5
"""From where on Stirling's series is taken for ln Γ and digamma."""

_FAR_OF_OTHERS: Final = 6
"""From where on it is taken for the others."""

_ZERO: Final = (1.4616321449683622, 9.549995429965697e-17)
"""The zero of digamma, in two parts."""

_HALF_LOG_TURN: Final = 0.9189385332046728
"""½ log 2π."""


# ln Γ --------------------------------------------------------------------------------------------


@in_double
def gammaln(x: Value) -> Value:
    """The logarithm of |Γ(x)|; of negative numbers by C's function, which knows their zeros."""
    far = x >= _FAR
    result = select(far, _gammaln_far(select(far, x, _FAR)), _gammaln_near(select(far, 1.0, x)))
    result = select(x.equals(0.0), INF, patched(result, x < 0.0, "lgamma", x))
    return select(abs(x).equals(INF), x, result)


def _gammaln_far(x: Value) -> Value:
    """(x - ½) (log x - 1) - ½ + ½ log 2π + tail / x."""
    inverse, steps = 1.0 / x, x - 0.5
    high, low = log_of_large(x)
    rest = fma(fitted("stirling", inverse * inverse), inverse, _HALF_LOG_TURN - 0.5)
    return fma(steps, high - 1.0, fma(steps, low, rest))


def _gammaln_near(x: Value) -> Value:
    """The product t R(t), + log of the factors between x and 2 + t, a number next to the zero at 2.

    Next to the zero at 1 log x = t + …, and what is left is t (R(t) - 1) - ….
    """
    base = select(x < 2.5, select(x < 1.414, select(x < 0.5, x.like(0.0), 1.0), 2.0), 3.0)
    base = select(x < 3.5, base, 4.0)
    t = x - base
    first = select(base < 1.5, x, x - 1.0)
    factors = select(base.equals(0.0), x * (x + 1.0), first)
    factors = select(base.equals(4.0), first * (x - 2.0), select(base.equals(2.0), 1.0, factors))
    logarithm, excess = log_around_one(factors)
    logarithm = select(base < 1.5, -logarithm, logarithm)
    ratio = fitted("gammaln", t)
    around_one = base.equals(1.0) & (x > 0.70711)
    rest = select(around_one, -excess, logarithm)
    return fma(t, select(around_one, ratio - 1.0, ratio), rest) + 0.0


# Its derivatives ---------------------------------------------------------------------------------


@in_double
def digamma(x: Value) -> Value:
    """ψ(x); ψ(1 - x) - π cot πx for negative numbers, NaN at negative integers."""
    reflected = x < 0.0
    a = select(reflected, 1.0 - x, x)
    far = a >= _FAR
    result = select(far, _digamma_far(select(far, a, _FAR)), _digamma_near(select(far, 1.0, a)))
    result = select(reflected, result - math.pi * _cotangent(x), result)
    result = select(reflected & rint(x).equals(x), NAN, result)
    result = select(x.equals(0.0), with_sign(x.like(INF), -x), result)
    return select(x.equals(INF), INF, result)


def _digamma_far(x: Value) -> Value:
    """The series log x - 1/2x - tail / x²."""
    inverse = 1.0 / x
    z = inverse * inverse
    high, low = log_of_large(x)
    return high + (low - fma(z, fitted("digamma_tail", z), 0.5 * inverse))


def _digamma_near(x: Value) -> Value:
    """(y - zero) R(y) for the y from 1 to 2.5 that x leads to, and the fractions between them."""
    moved = select(x < 1.0, x.like(-1.0), select(x < 2.5, 0.0, select(x < 3.5, x.like(1.0), 2.0)))
    y = x - moved
    near = (y - _ZERO[0] - _ZERO[1]) * fitted("digamma", y - 1.75)
    one, two = x - 1.0, x - 2.0
    below = select(moved < 0.0, -x, select(moved.equals(2.0), one * two, one))
    above = select(moved.equals(2.0), one + two, select(moved.equals(0.0), 0.0, x.like(1.0)))
    return near + above / select(moved.equals(0.0), 1.0, below)


def _polygamma(order: int, x: Value) -> Value:
    """The first or second derivative of digamma; infinite at poles, as beside them."""
    reflected = x < 0.0
    a = select(reflected, 1.0 - x, x)
    size = _size(order, a)
    cotangent = _cotangent(x)
    square = fma(cotangent, cotangent, 1.0)
    pole = x.equals(0.0) | (reflected & rint(x).equals(x))
    if order == 1:
        result = select(reflected, square * math.pi**2 - size, size)
        return select(pole, INF, result)
    turned = cotangent * square * (2 * math.pi**3)
    return select(pole, -INF, select(reflected, -turned - size, -size))


def _cotangent(x: Value) -> Value:
    """The cotangent of πx, by a tangent of an eighth of a turn at the most."""
    rest = x - rint(x)
    near = abs(rest) < 0.25
    tangent = tan(select(near, abs(rest), 0.5 - abs(rest)) * math.pi)
    return with_sign(select(near, 1.0 / tangent, tangent), rest)


def _size(order: int, x: Value) -> Value:
    """|ψⁿ(x)| for positive numbers: the powers up to 6, and the series there."""
    total = x.like(0.0)
    for _ in range(_FAR_OF_OTHERS):
        near = x < float(_FAR_OF_OTHERS)
        power = x * x if order == 1 else x * x * x
        total = total + select(near, 1.0 / power, 0.0)
        x = select(near, x + 1.0, x)
    inverse = 1.0 / x
    z, factorial = inverse * inverse, float(math.factorial(order))
    series = fma(inverse, factorial / 2, factorial / order)
    series = fma(z, fitted(f"polygamma{order}", z), series)
    for _ in range(order):
        series = series / x
    return fma(total, factorial, series)


@in_double
def trigamma(x: Value) -> Value:
    """ψ′(x)."""
    return _polygamma(1, x)


@in_double
def tetragamma(x: Value) -> Value:
    """ψ″(x)."""
    return _polygamma(2, x)
