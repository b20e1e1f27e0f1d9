"""Whether arrays are equal or close."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.public import follows
from clearprop.numpy.reductions import all as all_
from clearprop.tracing import Traced, as_array, cast, guard_bool

__all__ = ["allclose", "array_equal", "array_equiv", "isclose", "isneginf", "isposinf"]


@follows(np.isclose)
def isclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: Any = False) -> Any:
    """Whether |a − b| ≤ atol + rtol |b|, element by element."""
    x, y = as_array(a), as_array(b)
    y = cast(y, np.float64) if y.dtype.kind not in "fc" else y
    near = (abs(x - y) <= atol + rtol * abs(y)) & np.isfinite(y)
    near = near | np.equal(x, y)
    return near | (np.isnan(x) & np.isnan(y)) if equal_nan else near


@follows(np.allclose)
def allclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: Any = False) -> bool:
    """Whether all elements are close; a plain bool, so it becomes a guard."""
    return _truth(all_(isclose(a, b, rtol, atol, equal_nan)))


@follows(np.array_equal)
def array_equal(a1: Any, a2: Any, equal_nan: Any = False) -> bool:
    """Whether shapes and all elements are equal; a plain bool, so it becomes a guard."""
    a, b = as_array(a1), as_array(a2)
    if a.shape != b.shape:
        return False
    same = np.equal(a, b)
    if equal_nan:
        same = same | (np.isnan(a) & np.isnan(b))
    return _truth(all_(same))


@follows(np.array_equiv)
def array_equiv(a1: Any, a2: Any) -> bool:
    """Whether all elements are equal after broadcasting; a plain bool, so it becomes a guard."""
    a, b = as_array(a1), as_array(a2)
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return False
    return _truth(all_(np.equal(a, b)))


@follows(np.isposinf)
def isposinf(x: Any) -> Any:
    """Whether it is +∞."""
    return np.isinf(x) & (x > 0)


@follows(np.isneginf)
def isneginf(x: Any) -> Any:
    """Whether it is −∞."""
    return np.isinf(x) & (x < 0)


# What they share ---------------------------------------------------------------------------------


def _truth(value: Any) -> bool:
    return guard_bool(value) if value.__class__ is Traced else bool(value)
