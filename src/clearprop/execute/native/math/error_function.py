"""The error function: x + x P(x²) up to 1, then 1 - e^(Q(x)) with Q fitted to log erfc."""

from __future__ import annotations

from clearprop.execute.native.math.exponential import reduced
from clearprop.execute.native.math.libm import or_libm
from clearprop.execute.native.math.operations import (
    at_most,
    coefficients,
    fitted,
    fma,
    polynomial,
    power_of_two,
    select,
    signed,
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
