"""power, sqrt, cbrt and hypot.

power is e^(y log x) with the logarithm as a sum of two doubles, good to some 65 bits (Muller,
Elementary Functions, section 10.3; the sums and products after Dekker, 1971).
"""

from __future__ import annotations

from typing import Final

from clearprop.execute.native.math.exponential import LN2, exp_of_sum, reduced
from clearprop.execute.native.math.libm import in_double, or_libm
from clearprop.execute.native.math.operations import (
    INF,
    NAN,
    at_least,
    at_most,
    coefficients,
    fast_two_sum,
    fitted,
    fma,
    from_integer,
    nearest,
    polynomial,
    power_of_two,
    select,
    signed,
    split,
    square_root,
    truncated,
    two_product,
    with_sign,
)
from clearprop.execute.native.math.values import Value

_TWO_THIRDS: Final = (0.6666666666666666, 3.700743415417188e-17)
_SIGN: Final = -(2**63)


@or_libm("pow")
def power(x: Value, y: Value) -> Value:
    """x^y with C's and NumPy's special cases; floats are computed as doubles."""
    kind = x.kind
    x, y = x.to("f64"), y.to("f64")
    a = abs(x)
    result = _power_short(a, y) if kind == "f32" else _power_long(a, y)
    return _at_the_ends(x, y, a, result).to(kind)


def _power_short(a: Value, y: Value) -> Value:
    """a^y for positive finite operands that were floats."""
    n, m = split(a)
    f = m - 1.0
    s = f / (m + 1.0)
    z = s * s
    logarithm = fma(s * z, fitted("log_short", z), s + s)
    logarithm = fma(from_integer(n), LN2["f64"][0], logarithm)
    r, k = reduced(at_least(at_most(y * logarithm, 200.0), -200.0))
    p = polynomial(r, [1.0, 1.0, 0.5, *coefficients("exp_short", r)])
    return p * power_of_two(signed(k))


def _power_long(a: Value, y: Value) -> Value:
    """a^y for positive finite operands."""
    log, log_low = _log_long(a)
    product, rest = two_product(y, log)
    rest = fma(y, log_low, rest)
    return exp_of_sum(product, select(abs(product) < 800.0, rest, 0.0))


def _log_long(a: Value) -> tuple[Value, Value]:
    """The logarithm as a sum of two doubles."""
    n, m = split(a)
    f, d = m - 1.0, m + 1.0
    d_low = m - (d - 1.0)
    reciprocal = 1.0 / d
    s = f * reciprocal
    s_low = reciprocal * fma(-s, d_low, fma(-s, d, f))
    z, z_low = two_product(s, s)
    z_low = fma(s + s, s_low, z_low)
    # log m = s (2 + u), u = 2/3 s² + what follows
    u, u_low = two_product(z, _TWO_THIRDS[0])
    u_low = fma(z_low, _TWO_THIRDS[0], fma(z, _TWO_THIRDS[1], u_low))
    u, lost = fast_two_sum(u, z * z * fitted("log_long", z))
    u_low = u_low + lost
    g, g_low = fast_two_sum(u.like(2.0), u)
    g_low = g_low + u_low
    h, h_low = two_product(s, g)
    h_low = fma(s_low, g, fma(s, g_low, h_low))
    e = from_integer(n)
    base, base_low = two_product(e, LN2["f64"][0])
    base_low = fma(e, LN2["f64"][1], base_low)
    total, lost = fast_two_sum(base, h)
    return total, lost + (base_low + h_low)


def _at_the_ends(x: Value, y: Value, a: Value, result: Value) -> Value:
    """The special cases of x^y, a = |x|; the result holds where a and y are finite, a not 0."""
    falls = y < 0.0
    result = select(a.equals(0.0), select(falls, y.like(INF), 0.0), result)
    result = select(a.equals(INF), select(falls, y.like(0.0), INF), result)
    endless = abs(y).equals(INF)
    limit = select((a > 1.0) ^ falls, y.like(INF), 0.0)
    result = select(endless, select(a.equals(1.0), 1.0, limit), result)
    whole = truncated(y).equals(y)
    half = y * 0.5
    odd = whole & truncated(half).differs(half) & ~endless
    result = (result.bits() ^ select(odd, x.bits() & _SIGN, 0)).as_float()
    result = select((x < 0.0) & ~whole & (x > -INF), NAN, result)
    result = select(x.unordered(y), NAN, result)
    return select(y.equals(0.0) | x.equals(1.0), 1.0, result)


def sqrt(x: Value) -> Value:
    """The square root, correctly rounded."""
    return square_root(x)


@or_libm("cbrt")
@in_double
def cbrt(x: Value) -> Value:
    """The cube root: Newton's steps for m^(-1/3), and one for the root with an exact residual."""
    a = abs(x)
    small = a < x.format.tiny
    a = select(small, a * 2.0**54, a)
    n, _ = split(a)
    k = signed(nearest(from_integer(n), 1.0 / 3.0)[1])
    m = (a.bits() - (k + (k + k) << x.format.mantissa)).as_float()  # in [2^-1.5, 2^1.5)
    r = fitted("reciprocal_cube_root", m)
    for _ in range(3):
        r = fma(r * (1.0 / 3.0), fma(-m * r * r, r, 1.0), r)
    root = m * r * r
    square, rest = two_product(root, root)
    residual = fma(-rest, root, fma(-square, root, m))
    root = fma(residual * (1.0 / 3.0), r * r, root)
    root = root * power_of_two(select(small, k - 18, k))
    usual = (a > 0.0) & (a < INF)
    return with_sign(select(usual, root, abs(x)), x)


@or_libm("hypot")
@in_double
def hypot(x: Value, y: Value) -> Value:
    """√(x² + y²), scaled against overflow and underflow; an infinite operand outdoes NaN."""
    a, b = abs(x), abs(y)
    swap = b > a
    long, short = select(swap, b, a), select(swap, a, b)
    scale = select(long > 2.0**500, x.like(2.0**-600), 1.0)
    scale = select(long < 2.0**-450, 2.0**600, scale)
    back = select(long > 2.0**500, x.like(2.0**600), 1.0)
    back = select(long < 2.0**-450, 2.0**-600, back)
    p, q = long * scale, short * scale
    result = square_root(fma(p, p, q * q)) * back
    return select(a.equals(INF) | b.equals(INF), INF, result)
