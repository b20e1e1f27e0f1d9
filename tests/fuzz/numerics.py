"""Nested tuples of floats and arrays as one vector, and the numerical derivative along a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Values = tuple[Any, ...]


def as_tuple(result: Any) -> Values:
    """A function's result as a tuple of its outputs."""
    return result if isinstance(result, tuple) else (result,)


def like(values: Sequence[Any], generator: np.random.Generator) -> Values:
    """Random numbers in the place of others: the same types, shapes and dtypes."""
    return tuple(_drawn(value, generator) for value in values)


def dot(left: Sequence[Any], right: Sequence[Any]) -> float:
    """The inner product of two tuples."""
    pairs = zip(left, right, strict=True)
    return float(sum(np.sum(np.multiply(a, b, dtype=float)) for a, b in pairs))


def size(left: Sequence[Any], right: Sequence[Any]) -> float:
    """The sum of the products' magnitudes: what rounding errors of :func:`dot` are measured by."""
    return dot([np.abs(a) for a in left], [np.abs(b) for b in right])


def moved(point: Sequence[Any], direction: Sequence[Any], step: float) -> Values:
    """``point + step * direction``; what is an array, 0-d ones too, stays one."""
    pairs = zip(point, direction, strict=True)
    return tuple(x + step * d if np.ndim(x) else _of(x, x + step * d) for x, d in pairs)


def slope(function: Callable[[float], float], step: float = 2e-3) -> tuple[float, float]:
    """The derivative at 0 by central differences, extrapolated, and how far off it may be.

    Source: C. J. F. Ridders, *Accurate computation of F′(x) and F′(x)F″(x)*, Advances in
    Engineering Software 4 (1982).
    """
    wide, middle, narrow = (
        (function(h) - function(-h)) / (2 * h) for h in (step, step / 2, step / 4)
    )
    first, second = (4 * middle - wide) / 3, (4 * narrow - middle) / 3
    best = (16 * second - first) / 15
    return best, 2 * abs(best - second) + abs(second - first)


def _of(like: Any, value: Any) -> Any:
    return np.asarray(value) if isinstance(like, np.ndarray) else value


def _drawn(value: Any, generator: np.random.Generator) -> Any:
    if isinstance(value, float) and not isinstance(value, np.floating):
        return float(generator.normal())
    drawn = np.empty_like(value)
    drawn[...] = generator.normal(size=np.shape(value))
    return drawn if isinstance(value, np.ndarray) else drawn[()]
