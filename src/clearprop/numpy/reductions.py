"""Sums, extremes, means and counts over axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.public import axis_tuple, follows
from clearprop.primitives.axes import keep_ones
from clearprop.tracing import apply


@follows(np.sum)
def sum(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Any:  # noqa: A001
    """The sum over axes, as ``numpy.sum``; small integers and booleans are added up as int64."""
    wide = np.result_type(a.dtype, np.int64) if a.dtype.kind in "bi" else a.dtype
    wanted = np.dtype(dtype) if dtype is not None else wide
    return reduced("sum", a if a.dtype == wanted else apply("cast", a, dtype=wanted), axis, keepdims)


@follows(np.max)
def max(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:  # noqa: A001
    """The largest element over axes, as ``numpy.max``; ties share the derivative."""
    return reduced("max", a, axis, keepdims)


def reduced(name: str, a: Any, axis: Any, keepdims: bool) -> Any:
    """A reduction primitive with NumPy's ``axis`` and ``keepdims``."""
    axes = axis_tuple(axis, a.ndim)
    result = apply(name, a, axes=axes)
    return apply("reshape", result, shape=keep_ones(a.shape, axes)) if keepdims else result
