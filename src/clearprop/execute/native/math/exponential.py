"""e^x and what is made of it: exp, exp2, expm1, sinh, cosh, tanh, sigmoid.

x = k ln 2 + r with |r| ≤ ½ ln 2 and ln 2 in two parts (Cody and Waite, Software Manual for the
Elementary Functions, 1980, chapter 6), a polynomial in r, and the power of two put back.
"""

from __future__ import annotations

from typing import Final

from clearprop.execute.native.math.libm import or_libm
from clearprop.execute.native.math.operations import (
    at_least,
    at_most,
    coefficients,
    fma,
    nearest,
    polynomial,
    power_of_two,
    scaled,
    select,
    signed,
    two_product,
    with_sign,
)
from clearprop.execute.native.math.values import Value

_LOG2_E: Final = 1.4426950408889634
LN2: Final = {
    "f64": (0.6931471805599453, 2.3190468138462996e-17),
    "f32": (0.693147182464599609375, -1.904654323148236017e-9),
}
_TOP: Final = {"f64": 709.79, "f32": 88.73}
_BOTTOM: Final = {"f64": -745.2, "f32": -104.0}


def reduced(x: Value) -> tuple[Value, Value]:
    """``(r, n)`` with ``x = n ln 2 + r``; n in the low bits of an integer."""
    k, n = nearest(x, _LOG2_E)
    high, low = LN2[x.kind]
    return fma(-k, low, fma(-k, high, x)), n


def exp_of_sum(x: Value, low: Value | None = None) -> Value:
    """e^(x + low), low a small correction."""
    x = at_least(at_most(x, _TOP[x.kind]), _BOTTOM[x.kind])
    r, n = reduced(x)
    if low is not None:
        r = r + low
    return scaled(_exp_reduced(r), signed(n))


def _exp_reduced(r: Value) -> Value:
    """e^r for a reduced argument."""
    p = polynomial(r, [0.5, *coefficients("exp", r)])
    return fma(r * r, p, r) + 1.0


def _expm1_parts(x: Value, halvings: int) -> Value:
    """(e^x - 1) / 2**halvings for x that overflows at most by that."""
    r, n = reduced(x)
    p = polynomial(r, [0.5, *coefficients("expm1", r)])
    scale = power_of_two(signed(n) - halvings)
    return fma(scale, fma(r * r, p, r), scale - 0.5**halvings)


@or_libm("exp")
def exp(x: Value) -> Value:
    """e^x."""
    return exp_of_sum(x)


@or_libm("exp2")
def exp2(x: Value) -> Value:
    """2^x."""
    form = x.format
    x = at_least(at_most(x, form.bias + 1.0), -1.0 * (form.bias + form.mantissa + 1))
    k, n = nearest(x, 1.0)
    high, low = LN2[x.kind]
    r, rest = two_product(x - k, high)
    rest = fma(x - k, low, rest)
    p = polynomial(r, [0.5, *coefficients("exp", r)])
    return scaled((fma(r * r, p, rest) + r) + 1.0, signed(n))


@or_libm("expm1")
def expm1(x: Value) -> Value:
    """e^x - 1, exact to the last place near 0."""
    held = at_least(at_most(x, _TOP[x.kind]), -50.0)
    return select(abs(x) < x.format.tiny * 4.0, x, _expm1_parts(held, 1) * 2.0)


@or_libm("sinh")
def sinh(x: Value) -> Value:
    """Half of t + t/(t + 1), t = e^|x| - 1, in quarters so that it overflows where sinh does."""
    a = at_most(abs(x), _TOP[x.kind] + 1.0)
    quarter = _expm1_parts(a, 2)
    result = (quarter + quarter / fma(quarter, 4.0, 1.0)) * 2.0
    return with_sign(select(a < x.format.tiny * 8.0, a, result), x)


@or_libm("cosh")
def cosh(x: Value) -> Value:
    """Half of e^|x| + 1/e^|x|."""
    r, n = reduced(at_most(abs(x), _TOP[x.kind] + 1.0))
    half = scaled(_exp_reduced(r), signed(n) - 1)
    return half + 0.25 / half


@or_libm("tanh")
def tanh(x: Value) -> Value:
    """With t = e^2|x| - 1, t / (t + 2)."""
    a = at_most(abs(x), {"f64": 20.0, "f32": 10.0}[x.kind])
    t = _expm1_parts(a + a, 0)
    return with_sign(t / (t + 2.0), x)


def sigmoid(x: Value) -> Value:
    """1 / (1 + e^-x), for negative x as e^x / (1 + e^x), which does not overflow."""
    e = exp(-abs(x))
    return select(x < 0.0, e, 1.0) / (e + 1.0)
