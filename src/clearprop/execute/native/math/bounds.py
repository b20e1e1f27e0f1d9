"""How far the functions are at most from the exact value, in units of its last place.

Each number is the largest error seen against mpmath on 60,000 points (all exponents, next to zeros,
turns and limits, denormal results included: ``python -m tests.native.math.test_bounds 60000``),
rounded up; it is measured, not proved. What is not listed is exact or correctly rounded. For
logaddexp the unit is not smaller than that of the operands, as next to its zero terms cancel.
"""

from collections.abc import Mapping
from typing import Final

_VECTOR: Final = {
    # name: (float64, float32)
    "exp": (1.0, 1.0),
    "exp2": (1.0, 1.0),
    "expm1": (2.0, 1.5),
    "sinh": (2.4, 2.1),
    "cosh": (1.6, 1.7),
    "tanh": (2.5, 2.5),
    "sigmoid": (2.2, 2.2),
    "log": (0.9, 0.9),
    "log1p": (0.9, 0.9),
    "log2": (0.8, 0.51),
    "log10": (0.8, 0.51),
    "logaddexp": (2.5, 3.2),
    "arcsinh": (1.7, 0.51),
    "arccosh": (2.5, 0.51),
    "arctanh": (1.7, 0.51),
    "sin": (0.9, 0.9),
    "cos": (0.9, 0.9),
    "tan": (2.4, 0.51),
    "arcsin": (0.7, 0.51),
    "arccos": (0.9, 0.51),
    "arctan": (0.7, 0.51),
    "arctan2": (0.8, 0.51),
    "power": (1.4, 0.51),
    "cbrt": (0.51, 0.51),
    "hypot": (1.1, 0.51),
    "erf": (1.5, 1.4),
}

BOUNDS: Final[Mapping[tuple[str, str], float]] = {
    (name, dtype): bound
    for name, bounds in _VECTOR.items()
    for dtype, bound in zip(("float64", "float32"), bounds, strict=True)
}
"""By name and dtype, where the machine has fused multiply-add."""

BOUNDS_OF_C: Final = 3.2
"""For all functions where it has none, so that C's are called: glibc's cbrt is the worst."""
