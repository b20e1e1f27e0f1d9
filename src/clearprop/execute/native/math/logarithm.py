"""log x and what is made of it: log2, log10, log1p, logaddexp, arcsinh, arccosh, arctanh.

x = 2^e m with √½ ≤ m < √2, and with f = m - 1, s = f/(2+f): log m = f - (f²/2 - s (f²/2 + R)),
R an even polynomial in s; so the leading term is exact (Tang, Table-driven implementation of the
logarithm function, ACM TOMS 16, 1990; Muller, Elementary Functions, chapter 11).
"""

from __future__ import annotations

from typing import Final

from clearprop.execute.native.math.exponential import LN2, exp
from clearprop.execute.native.math.libm import in_double, or_libm
from clearprop.execute.native.math.operations import (
    INF,
    NAN,
    fast_two_sum,
    fitted,
    fma,
    from_integer,
    select,
    split,
    square_root,
    two_product,
    two_sum,
    with_sign,
)
from clearprop.execute.native.math.values import Value

_LN2_SHORT: Final = {  # the first part times an exponent is exact
    "f64": (6.93147180369123816490e-01, 1.90821492927058770002e-10),
    "f32": (0.693145751953125, 1.42860682030941723212e-6),
}
_LOG2_E: Final = (1.4426950408889634, 2.0355273740931033e-17)
_LOG10_E: Final = (0.4342944819032518, 1.098319650216765e-17)
_LOG10_2: Final = (0.3010299956640665, -8.532344317057107e-14)  # the first has 40 bits


def _at_the_ends(x: Value, result: Value) -> Value:
    """The logarithm of 0, infinity, what is negative and NaN."""
    result = select(x.equals(INF), INF, result)
    result = select(x.equals(0.0), -INF, result)
    return select(x >= 0.0, result, NAN)


def _log_reduced(f: Value) -> tuple[Value, Value]:
    """``(half, t)`` with ``log(1 + f) = f - (half - t)``."""
    half = f * f * 0.5
    if f.kind == "f32":
        return half, f * f * f * fitted("log", f)
    s = f / (f + 2.0)
    z = s * s
    return half, s * fma(z, fitted("log", z), half)


def _log_of_sum(x: Value, low: Value | None = None) -> Value:
    """log(x + low), low a small correction, for positive finite x."""
    n, m = split(x)
    e, f = from_integer(n), m - 1.0
    half, t = _log_reduced(f)
    high, rest = _LN2_SHORT[x.kind]
    t = fma(e, rest, t)
    if low is not None:
        t = t + low / x
    return fma(e, high, f - (half - t))


@or_libm("log")
def log(x: Value) -> Value:
    """The natural logarithm."""
    return _at_the_ends(x, _log_of_sum(x))


@or_libm("log1p")
def log1p(x: Value) -> Value:
    """log(1 + x): what the sum loses goes into the low part."""
    u, low = two_sum(x.like(1.0), x)
    result = _at_the_ends(u, _log_of_sum(u, low))
    return select(abs(x) < 2.0 ** -(x.format.mantissa + 2), x, result)


def log_of_large(x: Value) -> tuple[Value, Value]:
    """The logarithm as a sum of two numbers, for finite x from 2 on."""
    n, m = split(x)
    e, f = from_integer(n), m - 1.0
    half, t = _log_reduced(f)
    high, rest = _LN2_SHORT[x.kind]
    total, lost = fast_two_sum(e * high, f)
    return total, lost - (half - fma(e, rest, t))


def log_around_one(x: Value) -> tuple[Value, Value]:
    """The logarithm of positive finite x, and what it exceeds x - 1 by for √½ ≤ x < √2."""
    n, m = split(x)
    e, f = from_integer(n), m - 1.0
    half, t = _log_reduced(f)
    high, rest = _LN2_SHORT[x.kind]
    return fma(e, high, f - (half - fma(e, rest, t))), t - half


def _log_parts(f: Value) -> tuple[Value, Value]:
    """log(1 + f) as a sum of two numbers."""
    half, t = _log_reduced(f)
    high = f - half
    return high, (f - high - half) + t


@or_libm("log2")
@in_double
def log2(x: Value) -> Value:
    """The logarithm to base 2, exact for powers of two."""
    n, m = split(x)
    high, low = _log_parts(m - 1.0)
    product, rest = two_product(high, _LOG2_E[0])
    rest = fma(high, _LOG2_E[1], fma(low, _LOG2_E[0], rest))
    total, lost = fast_two_sum(from_integer(n), product)
    return _at_the_ends(x, total + (lost + rest))


@or_libm("log10")
@in_double
def log10(x: Value) -> Value:
    """The logarithm to base 10."""
    n, m = split(x)
    e = from_integer(n)
    high, low = _log_parts(m - 1.0)
    product, rest = two_product(high, _LOG10_E[0])
    rest = fma(high, _LOG10_E[1], fma(low, _LOG10_E[0], rest))
    total, lost = fast_two_sum(e * _LOG10_2[0], product)
    return _at_the_ends(x, total + fma(e, _LOG10_2[1], lost + rest))


def logaddexp(x: Value, y: Value) -> Value:
    """log(e^x + e^y); equal operands, infinite ones too, give x + log 2."""
    apart = x - y
    larger = select(apart > 0.0, x, y)
    result = larger + log1p(exp(-abs(apart)))
    return select(x.equals(y), x + LN2[x.kind][0], result)


@or_libm("asinh")
@in_double
def arcsinh(x: Value) -> Value:
    """log1p(a + a² / (1 + √(a² + 1))), a = |x|; log 2a where a² would overflow."""
    a = abs(x)
    large = a > 2.0**28
    square = a * a
    grown = a + square / (square_root(square + 1.0) + 1.0)
    result = log1p(select(large, a - 1.0, grown)) + select(large, a.like(LN2[x.kind][0]), 0.0)
    return with_sign(result, x)


@or_libm("acosh")
@in_double
def arccosh(x: Value) -> Value:
    """log1p(t + √(t (x + 1))), t = x - 1; log 2x where the product would overflow."""
    large = x > 2.0**28
    t = x - 1.0
    grown = t + square_root(t * (x + 1.0))
    result = log1p(select(large, t, grown)) + select(large, x.like(LN2[x.kind][0]), 0.0)
    return select(x >= 1.0, result, NAN)


@or_libm("atanh")
@in_double
def arctanh(x: Value) -> Value:
    """½ log1p(2a + 2a²/(1 - a)), a = |x|; from a half on ½ log1p(2a/(1 - a))."""
    a = abs(x)
    double, rest = a + a, 1.0 - a
    small = a < 0.5
    quotient = select(small, double * a, double) / rest
    grown = quotient + select(small, double, 0.0)
    return with_sign(log1p(grown) * 0.5, x)
