"""The error function: x + x P(x²) up to 1, then 1 - e^(Q(x)) with Q fitted to log erfc.

Its inverse is x times a polynomial in w = -log(1 - x²), or in √w further out: M. Giles,
*Approximating the erfinv function*, GPU Computing Gems 2 (2011), with polynomials of our own. The
normal distribution below -t is e^(-t²/2) times a polynomial in t up to 3, and in 1 / (t + 1) then.
"""

from __future__ import annotations

from clearprop.execute.native.math.exponential import exp_of_sum, reduced
from clearprop.execute.native.math.libm import in_double, or_libm
from clearprop.execute.native.math.logarithm import log, log1p
from clearprop.execute.native.math.operations import (
    INF,
    at_most,
    coefficients,
    fitted,
    fma,
    polynomial,
    power_of_two,
    select,
    signed,
    square_root,
    two_product,
    with_sign,
)
from clearprop.execute.native.math.values import Value


@or_libm("erf")
def erf(x: Value) -> Value:
    """2/√π times the integral of e^(-t²) from 0 to x."""
    a = at_most(abs(x), {"f64": 6.0, "f32": 4.0}[x.kind])
    small = fma(a, fitted("erf", a * a), a)
    r, n = reduced(fitted("log_erfc", a))
    p = polynomial(r, [1.0, 1.0, 0.5, *coefficients("exp", r)])
    large = fma(-p, power_of_two(signed(n)), 1.0)
    return with_sign(select(a < 1.0, small, large), x)


@in_double
def erfinv(x: Value) -> Value:
    """The number whose error function is x; +0 at zeros of both signs, as SciPy's."""
    a = abs(x)
    w = -log((1.0 - a) * (1.0 + a))
    root = square_root(w)
    far = select(
        w < 16.0, fitted("erfinv_far", root - 3.25), fitted("erfinv_farthest", root - 5.0625)
    )
    ratio = select(w < 6.25, fitted("erfinv", w - 3.125), far)
    return select(a.equals(1.0), x * INF, x * ratio + 0.0)


@in_double
def log_ndtr(x: Value) -> Value:
    """The logarithm of the probability that a standard normal number is below x."""
    t = abs(x)
    v = 1.0 / (t + 1.0)
    far = v * fitted("normal_tail_far", v - 0.125)
    tail = select(t < 3.0, fitted("normal_tail", t - 1.5), far)
    below = log(tail) - t * t * 0.5
    square, lost = two_product(*[at_most(t, 40.0)] * 2)
    above = log1p(-(tail * exp_of_sum(square * -0.5, lost * -0.5)))
    return select(x > 0.0, above, below)
