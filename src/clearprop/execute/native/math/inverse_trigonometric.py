"""arcsin, arccos, arctan and arctan2.

arcsin has a polynomial on [0, ½], and beyond it π/2 - 2 arcsin √((1-x)/2) (Muller, Elementary
Functions, section 11.6). The angle of a point is taken from the nearest multiple of π/4 on.
"""

from __future__ import annotations

from typing import Final

from clearprop.execute.native.math.libm import in_double, or_libm
from clearprop.execute.native.math.operations import (
    INF,
    NAN,
    fitted,
    fma,
    select,
    square_root,
    with_sign,
)
from clearprop.execute.native.math.values import Value

_PI: Final = (3.141592653589793, 1.2246467991473532e-16)
_HALF_PI: Final = (_PI[0] / 2, _PI[1] / 2)
_QUARTER_PI: Final = (_PI[0] / 4, _PI[1] / 4)
_TAN_EIGHTH: Final = 0.41421356237309503
_SIGN: Final = -(2**63)


def _arcsin_parts(a: Value) -> tuple[Value, Value, Value]:
    """``(inner, s, low)``: arcsin a = s + low where a is inner, else π/2 - 2 (s + low)."""
    inner = a <= 0.5
    half = (1.0 - a) * 0.5
    root = square_root(half)
    s, z = select(inner, a, root), select(inner, a * a, half)
    lost = fma(-root, root, half) / (root + root)
    lost = select(inner, 0.0, select(root > 0.0, lost, 0.0))
    return inner, s, fma(s * z, fitted("asin", z), lost)


@or_libm("asin")
@in_double
def arcsin(x: Value) -> Value:
    """The angle in [-π/2, π/2] whose sine is x."""
    a = abs(x)
    inner, s, low = _arcsin_parts(a)
    double = s + s
    outer = _HALF_PI[0] - double
    lost = (_HALF_PI[0] - outer) - double
    outer = outer + (lost + (_HALF_PI[1] - (low + low)))
    result = with_sign(select(inner, s + low, outer), x)
    return select(a <= 1.0, result, NAN)


@or_libm("acos")
@in_double
def arccos(x: Value) -> Value:
    """The angle in [0, π] whose cosine is x."""
    a = abs(x)
    inner, s, low = _arcsin_parts(a)
    signed, signed_low = with_sign(s, x), (low.bits() ^ (x.bits() & _SIGN)).as_float()
    middle = _HALF_PI[0] - (signed + (signed_low - _HALF_PI[1]))
    right = (s + low) * 2.0
    left = _PI[0] - ((s + s) + (low + low - _PI[1]))
    result = select(inner, middle, select(x < 0.0, left, right))
    return select(a <= 1.0, result, NAN)


def _angle(y: Value, x: Value) -> Value:
    """The angle of the point (x, y) with the sign of y; neither is NaN or needs scaling."""
    a, b = abs(x), abs(y)
    steep = b > a
    long, short = select(steep, b, a), select(steep, a, b)
    turned = short > long * _TAN_EIGHTH
    top, bottom = select(turned, short - long, short), select(turned, short + long, long)
    top_low = select(turned, short - (top + long), 0.0)
    bottom_low = select(turned, (long - bottom) + short, 0.0)
    r = top / bottom
    rest = (fma(-r, bottom, top) + fma(-r, bottom_low, top_low)) / bottom
    r, rest = select(short.equals(0.0), 0.0, r), select(short.equals(0.0), 0.0, rest)
    z = r * r
    low = fma(r * z, fitted("atan", z), rest)
    # The angle is eighths * π/4 + sign * (r + low).
    eighths = select(turned, x.like(1.0), 0.0)
    eighths = select(steep, 2.0 - eighths, eighths)
    left = x.bits() < 0
    eighths = select(left, 4.0 - eighths, eighths)
    sign = (steep ^ left, r.bits() ^ _SIGN, low.bits() ^ _SIGN)
    r = select(sign[0], sign[1].as_float(), r)
    low = select(sign[0], sign[2].as_float(), low)
    base = eighths * _QUARTER_PI[0]
    base_low = fma(eighths, _QUARTER_PI[1], fma(eighths, _QUARTER_PI[0], -base))
    total = base + r
    lost = r - (total - base)
    return with_sign(total + (lost + (low + base_low)), y)


@or_libm("atan")
@in_double
def arctan(x: Value) -> Value:
    """The angle in [-π/2, π/2] whose tangent is x."""
    finite = select(abs(x) < 2.0**60, x, with_sign(x.like(2.0**60), x))
    return select(x.unordered(x), x, _angle(finite, x.like(1.0)))


@or_libm("atan2")
@in_double
def arctan2(y: Value, x: Value) -> Value:
    """The angle of the point (x, y), in [-π, π]; signed zeros and infinities as in C."""
    a, b = abs(x), abs(y)
    largest = select(a > b, a, b)
    scale = select(largest > 2.0**1000, y.like(2.0**-60), 1.0)
    scale = select(largest < 2.0**-900, 2.0**120, scale)
    both = largest.equals(INF)
    far = [with_sign(select(abs(each).equals(INF), y.like(1.0), 0.0), each) for each in (y, x)]
    angle = _angle(select(both, far[0], y * scale), select(both, far[1], x * scale))
    return select(x.unordered(y), NAN, angle)
