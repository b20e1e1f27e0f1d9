"""At zeros, infinities, NaN and the limits of the formats, the native functions do as NumPy's."""

from typing import Any

import numpy as np
import pytest
import scipy.special

from clearprop.execute.native.machine import Level, levels, machine
from clearprop.execute.native.math import NAMES
from tests.native.math.harness import EXACT, Array, errors, native, reference
from tests.native.math.points import any_bits


def sigmoid(x: np.ndarray) -> np.ndarray:
    """SciPy's gives up before the smallest numbers."""
    return (1 / (1 + np.exp(-x.astype(np.longdouble)))).astype(x.dtype)


def polygamma(n: int) -> Any:
    """SciPy's, which is of doubles alone."""
    return lambda x: scipy.special.polygamma(n, x).astype(x.dtype)


OTHERS = {"sigmoid": sigmoid, "digamma": scipy.special.psi}
OTHERS |= {name: getattr(scipy.special, name) for name in ("erf", "erfinv", "log_ndtr", "gammaln")}
OTHERS |= {"trigamma": polygamma(1), "tetragamma": polygamma(2)}
CORNERS = [0, 1, 2, 3, 0.5, 1.5, 2.5, 1e-5, 1e-20, 20, 88.72, 88.73, 89.5, 104, 709.78, 710, 710.5]
CORNERS += [745.2, 746, 1e5, 1e10 + 1, 1e30, 2.0**53, 2.0**53 - 1, np.inf, np.nan]


def corners(dtype: str) -> np.ndarray:
    """The numbers at which something changes, of both signs."""
    info = np.finfo(dtype)
    found = [*CORNERS, info.tiny, info.smallest_subnormal, info.max, info.eps]
    found += [1 - info.epsneg, 1 + info.eps]
    return np.array([sign * x for x in found for sign in (1, -1)], dtype)


def near_the_exact_value(name: str, operands: list[Array], got: Array) -> Array:
    """Where a number is right, whatever the others say: SciPy is far off at some corners."""
    exact = [reference(name, *(x[k : k + 1] for x in operands))[0] for k in range(got.size)]
    return errors(got, exact) <= 8


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_corners_are_numpys(name: str, dtype: str, level: Level) -> None:
    with np.errstate(all="ignore"):
        operands = [corners(dtype)]
        if NAMES[name] == 2:
            operands = [x.ravel() for x in np.meshgrid(operands[0], operands[0])]
        expected = (OTHERS.get(name) or getattr(np, name))(*operands)
        got = native(name, dtype, machine(level).lanes(np.dtype(dtype).itemsize), level)(*operands)
        same = (got == expected) & (np.signbit(got) == np.signbit(expected))
        same |= np.isnan(got) & np.isnan(expected)
        if name in EXACT:  # two roundings of one number
            near = np.abs(got - expected) <= 5 * np.spacing(np.abs(expected))
            same |= near & (got != 0) & (expected != 0)
            rest = ~same
            same[rest] = near_the_exact_value(name, [x[rest] for x in operands], got[rest])
    wrong = np.flatnonzero(~same)[:5]
    assert not wrong.size, [(*(x[k] for x in operands), got[k], expected[k]) for k in wrong]


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", [name for name in NAMES if name not in EXACT])
def test_exact_functions_are_numpys_everywhere(name: str, dtype: str, level: Level) -> None:
    rng = np.random.default_rng(3)
    bits = [any_bits(rng, dtype, 20_000) for _ in range(2)]
    near = [rng.normal(size=20_000).astype(dtype) * 30 for _ in range(2)]
    operands = [np.concatenate(pair) for pair in zip(bits, near, strict=True)][: NAMES[name]]
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(*operands)
    got = native(name, dtype, machine(level).lanes(np.dtype(dtype).itemsize), level)(*operands)
    np.testing.assert_array_equal(got, expected)
    numbers = ~np.isnan(expected)
    assert (np.signbit(got) == np.signbit(expected))[numbers].all()


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("name", ["gammaln", "digamma", "trigamma", "tetragamma"])
def test_gamma_functions_of_negative_numbers(name: str, level: Level) -> None:
    """The error is measured against the larger of the two terms of the reflection."""
    rng = np.random.default_rng(2)
    x = np.concatenate([rng.uniform(-6, 0, 300), rng.uniform(-1e3, 0, 100), [-0.5, -9.5, -1e-300]])
    got = native(name, "float64", machine(level).lanes(8), level)(x)
    mirrored = np.array([float(value) for value in reference(name, 1 - x)])
    assert errors(got, reference(name, x), mirrored).max() <= 6
