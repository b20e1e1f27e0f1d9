"""How far the functions are at most from the exact value, in units of its last place.

Each number is the largest error seen, rounded up; it is measured, not proved. Seen were 60,000
points against mpmath (all exponents, next to zeros, turns and limits, denormal results included:
``python -m tests.native.math.test_bounds 60000``), 4,000,000 for most functions of one double
against 80-bit arithmetic, and for floats of one operand every 197th number. What is not listed is
exact or correctly rounded. For logaddexp the unit is not smaller than that of the operands, as next
to its zero terms cancel. Of the gamma functions, erfinv and log_ndtr seen were 5,000 points. The
bounds of gamma functions are for positive numbers; for negative ones the unit is not smaller than
that of the larger term of the reflection.
"""

from collections.abc import Mapping
from typing import Final

_VECTOR: Final = {
    # name: (float64, float32)
    "exp": (1.05, 1.05),
    "exp2": (1.0, 1.0),
    "expm1": (2.0, 1.6),
    "sinh": (2.6, 2.3),
    "cosh": (1.6, 1.7),
    "tanh": (2.7, 2.5),
    "sigmoid": (2.4, 2.4),
    "log": (0.9, 0.9),
    "log1p": (0.9, 0.9),
    "log2": (0.9, 0.51),
    "log10": (0.9, 0.51),
    "logaddexp": (2.5, 3.2),
    "arcsinh": (1.9, 0.51),
    "arccosh": (2.6, 0.51),
    "arctanh": (1.8, 0.51),
    "sin": (0.9, 0.9),
    "cos": (0.9, 0.9),
    "tan": (2.5, 0.51),
    "arcsin": (0.7, 0.51),
    "arccos": (0.9, 0.51),
    "arctan": (0.7, 0.51),
    "arctan2": (0.8, 0.51),
    "power": (1.4, 0.51),
    "cbrt": (0.51, 0.51),
    "hypot": (1.1, 0.51),
    "erf": (1.5, 1.4),
    "erfinv": (2.1, 0.51),
    "log_ndtr": (3.4, 0.51),
    "gammaln": (2.9, 0.51),
    "digamma": (2.9, 0.51),
    "trigamma": (2.9, 0.51),
    "tetragamma": (3.2, 0.51),
}

BOUNDS: Final[Mapping[tuple[str, str], float]] = {
    (name, dtype): bound
    for name, bounds in _VECTOR.items()
    for dtype, bound in zip(("float64", "float32"), bounds, strict=True)
}
"""By name and dtype, where the machine has fused multiply-add."""

BOUNDS_OF_C: Final = 4.0
"""For all functions where it has none, so that C's are called; seen was 2.9, in glibc's cbrt."""
