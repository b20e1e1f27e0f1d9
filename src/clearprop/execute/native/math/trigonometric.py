"""sin, cos and tan in radians.

x - nπ/2 with π in three parts, the product of n with the second part kept without error, so that
the result is good to the last place next to multiples of π/2 as well (Cody and Waite, chapter 8;
Muller, Elementary Functions, section 10.2). Beyond 2³⁰, for floats 2¹⁵, C's function is called on
the lane; a computation that has come to infinities or NaN goes on as fast as before.
"""

from __future__ import annotations

from typing import Final

from clearprop.execute.native.math.libm import in_double, or_libm, patched
from clearprop.execute.native.math.operations import coefficients, fma, nearest, polynomial, select
from clearprop.execute.native.math.values import Value

_HALF_PI: Final = {
    "f64": (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33),
    "f32": (1.57079637050628662109375, -4.37113900018624283e-8, -1.71512449132279e-15),
}
_SIGN: Final = {"f64": -(2**63), "f32": -(2**31)}
_PER_HALF_PI: Final = 0.6366197723675814
_LARGEST: Final = {"f64": 2.0**30, "f32": 2.0**15}


def _rest(x: Value) -> tuple[Value, Value, Value]:
    """``(n, r, tail)`` with ``x = nπ/2 + r + tail``; n in the low bits of an integer."""
    k, n = nearest(x, _PER_HALF_PI)
    first, second, third = _HALF_PI[x.kind]
    minus = -k
    a = fma(minus, first, x)  # exact
    product = k * second
    r = a - product
    tail = (a - r) - product  # what r lost
    return n, r, fma(minus, third, tail + fma(minus, second, product))


def _of_rest(r: Value, tail: Value, cosine: Value) -> Value:
    """The sine of ``r + tail``, or its cosine where the mask says so; one polynomial for both."""
    z = r * r
    pairs = zip(coefficients("cos", z), coefficients("sin", z), strict=True)
    tails = polynomial(z, [select(cosine, z.like(c), s) for c, s in pairs])
    head = fma(z, -0.5, 1.0)
    lost = fma(z, -0.5, 1.0 - head)
    low = select(cosine, fma(-r, tail, lost), tail)
    return select(cosine, head, r) + fma(select(cosine, z, r) * z, tails, low)


def _turned(x: Value, turns: Value) -> Value:
    """The number with its sign turned where the first bit of the integer is set."""
    return (x.bits() ^ (turns & _SIGN[x.kind])).as_float()


def _quadrants(n: Value) -> Value:
    """The second bit of an integer, moved to the first."""
    return n << n.format.bits - 2


def _rare(x: Value, result: Value, name: str) -> Value:
    """Large arguments by C's function; of infinities and NaN the rest is NaN already."""
    size = abs(x)
    is_large = (size > _LARGEST[x.kind]) & (size < float("inf"))
    return patched(result, is_large, name, x)


@or_libm("sin")
def sin(x: Value) -> Value:
    """The sine: of the rest or its cosine, by the quadrant."""
    n, r, tail = _rest(abs(x))
    result = _of_rest(r, tail, (n & 1).differs(0))
    return _rare(x, _turned(result, _quadrants(n) ^ x.bits()), "sin")


@or_libm("cos")
def cos(x: Value) -> Value:
    """The cosine: of the rest or its sine, by the quadrant."""
    n, r, tail = _rest(abs(x))
    result = _of_rest(r, tail, (n & 1).equals(0))
    return _rare(x, _turned(result, _quadrants(n + 1)), "cos")


@or_libm("tan")
@in_double
def tan(x: Value) -> Value:
    """The tangent: sin/cos of the rest, or -cos/sin for odd quadrants."""
    n, r, tail = _rest(abs(x))
    odd = (n & 1).differs(0)
    sine, cosine = (_of_rest(r, tail, odd.like(truth)) for truth in (0, 1))
    result = select(odd, -cosine, sine) / select(odd, sine, cosine)
    return _rare(x, _turned(result, x.bits()), "tan")
