"""Fit the polynomials of the native elementary functions and print them as a Python module.

    python scripts/minimax.py | ruff format - > src/clearprop/execute/native/math/coefficients.py

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


def reciprocal_cube_root(m: Real) -> Real:
    """m^(-1/3), a first guess."""
    return 1 / mp.cbrt(m)


mp.mp.prec = 160

# Half-widths of the reduced arguments, a little more than rounding can make them.
LN2 = mp.log(2) / 2 * mp.mpf("1.0005")
ROOT2 = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1) * mp.mpf("1.0001")) ** 2
EIGHTH = (mp.pi / 4 * mp.mpf("1.0001")) ** 2
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

HEADER = '''"""Coefficients of the polynomials, the constant first, by function and format.

Written by ``scripts/minimax.py``, which says what each one fits; not to be edited.
"""

from collections.abc import Mapping
from typing import Final

COEFFICIENTS: Final[Mapping[str, Mapping[str, tuple[float, ...]]]] = {'''


def main() -> None:
    """Print the module."""
    print(HEADER)
    for name, formats in FITS.items():
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
