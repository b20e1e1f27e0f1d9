"""Fit the polynomials of the native elementary functions and print them as a Python module.

    python scripts/minimax.py | ruff format - > src/clearprop/execute/native/math/coefficients.py

and with the argument ``special`` those of ``special_coefficients.py``.

Each fit minimizes the largest weighted error by Remez's exchange (E. Remez 1934; Muller, Elementary
Functions, 3rd edition, section 3.6), in mpmath with 160 bits. A weight that vanishes at 0 says that
the polynomial is multiplied by a power of its argument there. What was reached goes to stderr.
"""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import mpmath as mp

Real = Any
Function = Callable[[Real], Real]

ROUNDS = 12
GRID = 2000


class Fit(NamedTuple):
    """A polynomial to find: ``weight(x) * (function(x) - polynomial(x))`` small on [low, high]."""

    function: Function
    weight: Function
    low: Real
    high: Real
    degree: int


def remez(fit: Fit) -> tuple[list[Real], Real]:
    """The coefficients, the constant first, and the largest weighted error."""
    size = fit.degree + 2
    low, high = mp.mpf(fit.low), mp.mpf(fit.high)
    if low == 0:  # the weight vanishes there
        low = high * mp.mpf(2) ** -30
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = [middle - half * mp.cos(mp.pi * k / (size - 1)) for k in range(size)]
    nodes = [x if abs(fit.weight(x)) > mp.mpf(2) ** -60 else x + half / 10 for x in nodes]
    grid = [middle - half * mp.cos(mp.pi * mp.mpf(k) / GRID) for k in range(GRID + 1)]
    values, weights = [fit.function(x) for x in grid], [fit.weight(x) for x in grid]
    found: list[Real] = []
    errors: list[Real] = []
    for _ in range(ROUNDS):
        found = _levelled(fit, nodes)
        errors = [
            w * (v - mp.polyval(found[::-1], x))
            for x, v, w in zip(grid, values, weights, strict=True)
        ]
        extrema = _extrema(grid, errors)
        while len(extrema) > size:
            extrema.pop(0 if abs(extrema[0][1]) < abs(extrema[-1][1]) else -1)
        if len(extrema) < size:
            break
        nodes = [x for x, _ in extrema]
    return found, max(abs(error) for error in errors)


def _levelled(fit: Fit, nodes: list[Real]) -> list[Real]:
    """The polynomial whose weighted errors at the nodes are equal, with alternating signs."""
    size = len(nodes)
    matrix, right = mp.matrix(size, size), mp.matrix(size, 1)
    for i, x in enumerate(nodes):
        for j in range(size - 1):
            matrix[i, j] = x**j
        matrix[i, size - 1] = (-1) ** i / fit.weight(x)
        right[i] = fit.function(x)
    return list(mp.lu_solve(matrix, right))[:-1]


def _extrema(grid: list[Real], errors: list[Real]) -> list[tuple[Real, Real]]:
    """The largest error of each run of one sign."""
    found: list[tuple[Real, Real]] = []
    for x, error in zip(grid, errors, strict=True):
        if found and (error > 0) == (found[-1][1] > 0):
            if abs(error) > abs(found[-1][1]):
                found[-1] = (x, error)
        else:
            found.append((x, error))
    return found


# --- what is left of each function when its first terms, which are exact, are taken away ---------


def exp_tail(r: Real) -> Real:
    """e^r = 1 + r + r²/2 + r³ tail(r)."""
    return sum(r**k / mp.factorial(k + 3) for k in range(40))


def log_tail(z: Real) -> Real:
    """log((1+s)/(1-s)) = 2s + s z tail(z), z = s²."""
    return sum(2 * z**k / (2 * k + 3) for k in range(60))


def log_tail5(z: Real) -> Real:
    """log((1+s)/(1-s)) = 2s + 2/3 s³ + s z² tail(z), z = s²."""
    return sum(2 * z**k / (2 * k + 5) for k in range(60))


def log1p_tail(f: Real) -> Real:
    """log(1+f) = f - f²/2 + f³ tail(f)."""
    if abs(f) < mp.mpf(2) ** -12:
        return sum((-1) ** k * f**k / (k + 3) for k in range(30))
    return (mp.log1p(f) - f + f * f / 2) / f**3


def sin_tail(z: Real) -> Real:
    """sin r = r + r z tail(z), z = r²."""
    return sum((-1) ** (k + 1) * z**k / mp.factorial(2 * k + 3) for k in range(30))


def cos_tail(z: Real) -> Real:
    """cos r = 1 - z/2 + z² tail(z), z = r²."""
    return sum((-1) ** k * z**k / mp.factorial(2 * k + 4) for k in range(30))


def asin_tail(z: Real) -> Real:
    """asin r = r + r z tail(z), z = r²."""
    return sum(
        mp.binomial(2 * k + 2, k + 1) * z**k / (4 ** (k + 1) * (2 * k + 3)) for k in range(110)
    )


def atan_tail(z: Real) -> Real:
    """atan r = r + r z tail(z), z = r²."""
    return sum((-1) ** (k + 1) * z**k / (2 * k + 3) for k in range(90))


def erf_tail(z: Real) -> Real:
    """erf x = x + x tail(z), z = x²."""
    terms = ((-1) ** k * z**k / (mp.factorial(k) * (2 * k + 1)) for k in range(90))
    return 2 / mp.sqrt(mp.pi) * sum(terms) - 1


def log_erfc(x: Real) -> Real:
    """erf x = 1 - exp(log_erfc(x))."""
    return mp.log(mp.erfc(x))


def erfinv_ratio(w: Real) -> Real:
    """erfinv x / x for x = √(1 - e^-w), by Halley's steps on the smaller of erf and erfc."""
    if w < mp.mpf(2) ** -60:
        return mp.sqrt(mp.pi) / 2
    with mp.workprec(320):
        rest = mp.exp(-w)
        x = mp.sqrt(1 - rest)
        y = mp.sqrt(mp.pi) / 2 * x if w < 1 else mp.sqrt(w - mp.log(mp.pi * w) / 2)
        step = y
        while abs(step) > mp.mpf(2) ** -200:
            step = (rest / (1 + x) - mp.erfc(y)) * mp.sqrt(mp.pi) / 2 * mp.exp(y * y)
            step /= 1 - y * step
            y -= step
        return y / x


def erfinv_middle(t: Real) -> Real:
    """erfinv x / x for w = 3.125 + t up to 6.25."""
    return erfinv_ratio(mp.mpf("3.125") + t)


def erfinv_far(t: Real) -> Real:
    """erfinv x / x for √w = 3.25 + t from 2.5 to 4."""
    return erfinv_ratio((mp.mpf("3.25") + t) ** 2)


def erfinv_farthest(t: Real) -> Real:
    """erfinv x / x for √w = 5.0625 + t from 4 to 6.125."""
    return erfinv_ratio((mp.mpf("5.0625") + t) ** 2)


def normal_tail(t: Real) -> Real:
    """e^(t²/2) Φ(-t), by its series far out."""
    if t < 60:
        return mp.exp(t * t / 2) * mp.erfc(t / mp.sqrt(2)) / 2
    terms = (mp.fac2(2 * k - 1) * (-1) ** k / t ** (2 * k) for k in range(30))
    return sum(terms) / (t * mp.sqrt(2 * mp.pi))


def normal_tail_near(u: Real) -> Real:
    """normal_tail(t), t = 1.5 + u up to 3."""
    return normal_tail(mp.mpf("1.5") + u)


def normal_tail_far(u: Real) -> Real:
    """normal_tail(t) = v far(u), v = 1 / (t + 1) = 0.125 + u, t from 3 on."""
    v = mp.mpf("0.125") + u
    return normal_tail(1 / v - 1) / v


def gammaln_ratio(t: Real) -> Real:
    """ln Γ(2 + t) = t ratio(t)."""
    return 1 - mp.euler if abs(t) < mp.mpf(2) ** -80 else mp.loggamma(2 + t) / t


def stirling_tail(z: Real) -> Real:
    """ln Γ(x) = (x - ½) (log x - 1) - ½ + ½ log 2π + tail(z) / x, z = 1/x²."""
    x = 1 / mp.sqrt(z)
    half = mp.mpf(1) / 2
    return (mp.loggamma(x) - (x - half) * (mp.log(x) - 1) + half - mp.log(2 * mp.pi) / 2) * x


def digamma_ratio(t: Real) -> Real:
    """ψ(x) = (x - zero) ratio(t), x = 1.75 + t."""
    x = mp.mpf("1.75") + t
    if abs(x - DIGAMMA_ZERO) < mp.mpf(2) ** -80:
        return mp.psi(1, DIGAMMA_ZERO)
    return mp.psi(0, x) / (x - DIGAMMA_ZERO)


def digamma_tail(z: Real) -> Real:
    """ψ(x) = log x - 1/2x - z tail(z), z = 1/x²."""
    x = 1 / mp.sqrt(z)
    return (mp.log(x) - 1 / (2 * x) - mp.psi(0, x)) / z


def polygamma_tail(n: int) -> Function:
    """(-1)^(n+1) ψⁿ(x) = x^-n ((n-1)! + n!/2x + z tail(z)), z = 1/x²."""

    def tail(z: Real) -> Real:
        x = 1 / mp.sqrt(z)
        leading = mp.factorial(n - 1) + mp.factorial(n) / (2 * x)
        return ((-1) ** (n + 1) * mp.psi(n, x) * x**n - leading) / z

    return tail


def reciprocal_cube_root(m: Real) -> Real:
    """m^(-1/3), a first guess."""
    return 1 / mp.cbrt(m)


mp.mp.prec = 160

# Half-widths of the reduced arguments, a little more than rounding can make them.
LN2 = mp.log(2) / 2 * mp.mpf("1.0005")
ROOT2 = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1) * mp.mpf("1.0001")) ** 2
EIGHTH = (mp.pi / 4 * mp.mpf("1.0001")) ** 2
STIRLING = 1 / mp.mpf("4.499") ** 2
POLYGAMMA = 1 / mp.mpf("5.999") ** 2
DIGAMMA_ZERO = mp.findroot(lambda x: mp.psi(0, x), mp.mpf("1.4616321449683623"))
TAN_EIGHTH = (mp.tan(mp.pi / 8) * mp.mpf("1.0001")) ** 2


def _one(x: Real) -> Real:
    return mp.mpf(1)


def _power(k: int) -> Function:
    return lambda x: abs(x) ** k


def _exp_weight(r: Real) -> Real:
    return abs(r) ** 3 / mp.exp(r)


FITS: dict[str, dict[str, Fit]] = {
    "exp": {
        "f64": Fit(exp_tail, _exp_weight, -LN2, LN2, 8),
        "f32": Fit(exp_tail, _exp_weight, -LN2, LN2, 3),
    },
    "expm1": {
        "f64": Fit(exp_tail, _power(2), -LN2, LN2, 9),
        "f32": Fit(exp_tail, _power(2), -LN2, LN2, 4),
    },
    "exp_short": {"f64": Fit(exp_tail, _exp_weight, -LN2, LN2, 4)},
    "log": {
        "f64": Fit(log_tail, _power(1), 0, ROOT2, 6),
        "f32": Fit(log1p_tail, _power(2), mp.sqrt(0.5) - 1, mp.sqrt(2) - 1, 7),
    },
    "log_long": {"f64": Fit(log_tail5, _power(2), 0, ROOT2, 6)},
    "log_short": {"f64": Fit(log_tail, _power(1), 0, ROOT2, 4)},
    "sin": {
        "f64": Fit(sin_tail, _power(1), 0, EIGHTH, 5),
        "f32": Fit(sin_tail, _power(1), 0, EIGHTH, 2),
    },
    "cos": {
        "f64": Fit(cos_tail, _power(2), 0, EIGHTH, 5),
        "f32": Fit(cos_tail, _power(2), 0, EIGHTH, 2),
    },
    "asin": {"f64": Fit(asin_tail, _power(1), 0, mp.mpf("0.25001"), 12)},
    "atan": {"f64": Fit(atan_tail, _power(1), 0, TAN_EIGHTH, 10)},
    "erf": {
        "f64": Fit(erf_tail, _one, 0, 1, 11),
        "f32": Fit(erf_tail, _one, 0, 1, 6),
    },
    "log_erfc": {
        "f64": Fit(log_erfc, mp.erfc, 1, 6, 16),
        "f32": Fit(log_erfc, mp.erfc, 1, 4, 5),
    },
    "reciprocal_cube_root": {
        "f64": Fit(reciprocal_cube_root, mp.cbrt, mp.mpf("0.353"), mp.mpf("2.83"), 6)
    },
}

SPECIAL: dict[str, dict[str, Fit]] = {
    "erfinv": {
        "f64": Fit(erfinv_middle, _one, mp.mpf("-3.125"), mp.mpf("3.1251"), 24),
    },
    "erfinv_far": {"f64": Fit(erfinv_far, _one, mp.mpf("-0.7501"), mp.mpf("0.7501"), 20)},
    "erfinv_farthest": {"f64": Fit(erfinv_farthest, _one, mp.mpf("-1.063"), mp.mpf("1.063"), 19)},
    "normal_tail": {"f64": Fit(normal_tail_near, _one, mp.mpf("-1.5"), mp.mpf("1.5001"), 24)},
    "normal_tail_far": {
        "f64": Fit(normal_tail_far, _one, mp.mpf("-0.1249999999"), mp.mpf("0.1251"), 21)
    },
    "gammaln": {"f64": Fit(gammaln_ratio, _one, mp.mpf("-0.5861"), mp.mpf("0.5001"), 19)},
    "stirling": {"f64": Fit(stirling_tail, _power(1), 0, STIRLING, 8)},
    "digamma": {"f64": Fit(digamma_ratio, _one, mp.mpf("-0.7501"), mp.mpf("0.7501"), 25)},
    "digamma_tail": {"f64": Fit(digamma_tail, _power(1), 0, STIRLING, 8)},
    **{
        f"polygamma{n}": {"f64": Fit(polygamma_tail(n), _power(1), 0, POLYGAMMA, 7 + n)}
        for n in (1, 2)
    },
}

HEADER = '''"""Coefficients of the polynomials, the constant first, by function and format.

Written by ``scripts/minimax.py{}``, which says what each one fits; not to be edited.
"""

from collections.abc import Mapping
from typing import Final

COEFFICIENTS: Final[Mapping[str, Mapping[str, tuple[float, ...]]]] = {{'''


def main() -> None:
    """Print the module of the elementary functions, or of the special ones if asked for."""
    is_special = sys.argv[1:] == ["special"]
    print(HEADER.format(" special" if is_special else ""))
    for name, formats in (SPECIAL if is_special else FITS).items():
        print(f"    {name!r}: {{")
        for kind, fit in formats.items():
            found, error = remez(fit)
            print(
                f"{name} {kind}: degree {fit.degree}, error 2^{float(mp.log(error, 2)):.1f}",
                file=sys.stderr,
            )
            print(f"        {kind!r}: (")
            for coefficient in found:
                print(f"            {float(coefficient)!r},")
            print("        ),")
        print("    },")
    print("}")


if __name__ == "__main__":
    main()
