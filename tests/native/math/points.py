"""Where the functions are tried: all exponents, and next to the places where they turn or end."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.native.math.harness import Array

_SPANS: dict[str, list[tuple[float, float]]] = {
    "exp": [(-1, 1), (-50, 50), (-746, 710), (709, 709.79), (-746, -707), (-104, 89)],
    "exp2": [(-1, 1), (-50, 50), (-1075, 1024), (-1075, -1020), (-150, 128)],
    "expm1": [(-1, 1), (-0.4, 0.4), (-40, 40), (-40, 709.7), (1e-10, 1e-3), (-38, 88.7)],
    "sinh": [(-1, 1), (-25, 25), (-710.4, 710.4), (-89.4, 89.4), (-0.4, 0.4)],
    "cosh": [(-1, 1), (-25, 25), (-710.4, 710.4), (-89.4, 89.4), (-0.4, 0.4)],
    "tanh": [(-0.1, 0.1), (-1, 1), (-20, 20)],
    "sigmoid": [(-1, 1), (-40, 40), (-745, 40), (-104, 20)],
    "log": [(0.5, 2), (0.99, 1.01), (0, 1e-305), (1, 1e10), (0, 1e-38)],
    "log1p": [(-0.5, 1), (-1, -0.9), (-0.01, 0.01), (1, 100), (1, 1e20)],
    "arcsinh": [(-1, 1), (-0.01, 0.01), (-100, 100), (-1e10, 1e10)],
    "arccosh": [(1, 1.01), (1, 2), (1, 100), (1, 1e10)],
    "arctanh": [(-1, 1), (-0.6, 0.6), (-0.01, 0.01), (0.99, 1)],
    "sin": [(-0.8, 0.8), (-4, 4), (-100, 100), (-1e5, 1e5), (-1e9, 1e9), (1e15, 1e16)],
    "arcsin": [(-1, 1), (-0.51, 0.51), (0.99, 1), (-0.01, 0.01)],
    "arctan": [(-1, 1), (-3, 3), (-0.01, 0.01), (-100, 100)],
    "cbrt": [(-1, 1), (-10, 10)],
    "erf": [(-0.5, 0.5), (-1, 1), (-6.1, 6.1), (0.9, 1.1)],
    "erfinv": [(-1, 1), (0.9, 1), (-1, -0.9999), (0.99999999, 1), (-0.01, 0.01), (0.995, 0.999)],
    "log_ndtr": [(-1, 1), (-5, 5), (-40, 38.5), (2.9, 3.1), (-3.1, -2.9), (-1e5, 0)],
    "gammaln": [(0, 5), (0.9, 1.1), (1.3, 1.6), (1.9, 2.1), (2.4, 2.6), (4.4, 20), (0, 1e-3)],
}
_SPANS["log2"] = _SPANS["log10"] = _SPANS["log"]
_SPANS["cos"] = _SPANS["tan"] = _SPANS["sin"]
_SPANS["digamma"] = _SPANS["trigamma"] = _SPANS["tetragamma"] = _SPANS["gammaln"]
_ENDLESS = {"log", "log2", "log10", "arccosh", "log1p", "arcsinh", "cbrt", "sin", "cos", "tan"}
_ENDLESS |= {"gammaln", "digamma", "trigamma", "tetragamma"}
_SPANS["arccos"] = _SPANS["arcsin"]


def any_bits(rng: np.random.Generator, dtype: str, count: int) -> Array:
    """Numbers of every exponent and sign, NaN and infinity among them."""
    integers: Any = {"float64": np.uint64, "float32": np.uint32}[dtype]
    most = np.iinfo(integers).max
    return rng.integers(0, most, count, dtype=integers, endpoint=True).view(dtype)


def points(name: str, dtype: str, count: int) -> tuple[Array, ...]:
    """Operands for which the function's value is a finite number or overflows, about as many."""
    rng = np.random.default_rng(7)
    if name in _PAIRS:
        with np.errstate(over="ignore", under="ignore"):
            return tuple(x.astype(dtype) for x in _PAIRS[name](rng, dtype, count))
    spans = _SPANS[name]
    each = count // (len(spans) + 2)
    parts = [rng.uniform(low, high, each).astype(dtype) for low, high in spans]
    low, high = min(low for low, _ in spans), max(high for _, high in spans)
    if name in _ENDLESS:
        high = np.inf
        low = -np.inf if low < -1 or name == "cbrt" else low
    bits = any_bits(rng, dtype, 2 * each)
    parts.append(bits[(bits >= low) & (bits <= high) & np.isfinite(bits)])
    if name in {"sin", "cos", "tan"}:
        parts.append(near_turns(rng, dtype, each))
    x = np.concatenate(parts)
    if name in {"log", "log2", "log10"} or name.endswith(("gamma", "gammaln")):
        x = x[x > 0]
    elif name == "log1p":
        x = x[x > -1]
    elif name == "erfinv":
        x = x[np.abs(x) < 1]
    return (x,)


def near_turns(rng: np.random.Generator, dtype: str, count: int) -> Array:
    """Numbers next to multiples of π/2."""
    most = 2**29 if dtype == "float64" else 2**14
    multiples = np.concatenate([np.arange(1, count // 2), rng.integers(1, most, count // 2)])
    middle = (
        multiples * (np.longdouble(np.pi) + np.longdouble(1.2246467991473532e-16)) / 2
    ).astype(dtype)
    return np.concatenate([np.nextafter(middle, 0), middle, np.nextafter(middle, np.inf)])[
        :: 3 if count > 100 else 1
    ].astype(dtype)


def _magnitudes(rng: np.random.Generator, dtype: str, count: int, least: int, most: int) -> Array:
    reach = {"float64": 1.0, "float32": 0.123}[dtype]
    return np.exp2(reach * rng.uniform(least, most, count)) * rng.choice([-1.0, 1.0], count)


def _power_pairs(rng: np.random.Generator, dtype: str, count: int) -> tuple[Array, Array]:
    """Bases of all sizes, next to 1 and denormal; exponents whose power is within the format."""
    each = count // 4
    wide = np.abs(_magnitudes(rng, dtype, each, -1070, 1020))
    bases = np.concatenate(
        [rng.uniform(0.1, 10, each), 1 + rng.uniform(-1e-3, 1e-3, each), wide, wide]
    ).astype(dtype)
    reach = {"float64": (-745.0, 709.7), "float32": (-103.9, 88.7)}[dtype]
    with np.errstate(divide="ignore", invalid="ignore"):
        exponents = rng.uniform(*reach, bases.size) / np.log(bases.astype(np.float64))
    exponents[~np.isfinite(exponents)] = 1.5
    exponents[: each // 2] = rng.integers(-20, 20, each // 2)
    bases[: each // 2 : 2] *= -1
    return bases, exponents


def _planes(rng: np.random.Generator, dtype: str, count: int) -> tuple[Array, Array]:
    """Points all over the plane."""
    half = count // 2
    scale = _magnitudes(rng, dtype, half, -1000, 1000)
    turn = rng.uniform(0, 2 * np.pi, half)
    y = [scale * np.sin(turn), _magnitudes(rng, dtype, half, -1074, 1023)]
    x = [scale * np.cos(turn), _magnitudes(rng, dtype, half, -1074, 1023)]
    return np.concatenate(y), np.concatenate(x)


def _sums(rng: np.random.Generator, dtype: str, count: int) -> tuple[Array, Array]:
    """Numbers of like size."""
    x = np.concatenate([rng.uniform(-5, 5, count // 2), rng.uniform(-700, 700, count // 2)])
    return x, x + rng.normal(size=x.size) * rng.choice([0.1, 5.0, 30.0], x.size)


_PAIRS = {"power": _power_pairs, "arctan2": _planes, "hypot": _planes, "logaddexp": _sums}
