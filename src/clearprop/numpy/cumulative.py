"""Running sums and products, differences, and integrals along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.errors import ShapeError
from clearprop.numpy.public import choice, follows
from clearprop.numpy.reductions import dtype_by, single_axis, sum
from clearprop.tracing import apply, as_array, cast, unsupported, user_line

__all__ = [
    "cumprod",
    "cumsum",
    "cumulative_prod",
    "cumulative_sum",
    "diff",
    "ediff1d",
    "gradient",
    "nancumprod",
    "nancumsum",
    "trapezoid",
]


@follows(np.cumsum)
def cumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running sum along one axis, or in the flattened array."""
    a, axis = _along(a, axis)
    return apply("cumsum", cast(a, dtype_by(np.cumsum, a.dtype, dtype)), axis=axis, reverse=False)


@follows(np.cumprod)
def cumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running product along one axis, or in the flattened array; right at zeros too."""
    a, axis = _along(a, axis)
    return apply("cumprod", cast(a, dtype_by(np.cumprod, a.dtype, dtype)), axis=axis)


@follows(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running sum with NaN as 0."""
    return cumsum(_without_nan(a, 0), axis, dtype)


@follows(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running product with NaN as 1."""
    return cumprod(_without_nan(a, 1), axis, dtype)


@follows(np.cumulative_sum)
def cumulative_sum(
    x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: Any = False
) -> Any:
    """The running sum along one axis; ``include_initial`` puts a 0 in front."""
    return _cumulative(cumsum, x, axis, dtype, 0 if include_initial else None)


@follows(np.cumulative_prod)
def cumulative_prod(
    x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: Any = False
) -> Any:
    """The running product along one axis; ``include_initial`` puts a 1 in front."""
    return _cumulative(cumprod, x, axis, dtype, 1 if include_initial else None)


@follows(np.diff)
def diff(a: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Any:
    """The n-th differences of neighbours along an axis; of booleans, whether they differ."""
    a = as_array(a)
    if a.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    axis = single_axis(axis, a.ndim)
    if n == 0:
        return a
    a = _with_ends(a, axis, prepend, append)
    for _ in range(n):
        last = a.shape[axis]
        later, earlier = part(a, axis, 1, last), part(a, axis, 0, last - 1)
        a = np.not_equal(later, earlier) if a.dtype.kind == "b" else later - earlier
    return a


@follows(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of neighbours in the flattened array, with numbers put at the ends."""
    a = as_array(ary)
    flat = apply("reshape", a, shape=(a.size,))
    inner = part(flat, 0, 1, a.size) - part(flat, 0, 0, a.size - 1)
    ends = [None if end is None else as_array(end) for end in (to_begin, to_end)]
    if any(e is not None and not np.can_cast(e.dtype, a.dtype, "same_kind") for e in ends):
        raise TypeError("dtype of to_begin or to_end must be compatible with input array")
    parts = [
        end if end is inner else apply("reshape", cast(end, a.dtype), shape=(end.size,))
        for end in (ends[0], inner, ends[1])
        if end is not None
    ]
    return apply("concatenate", *parts, axis=0)


@follows(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    """The integral along an axis by the trapezoidal rule, at places x or at distances dx."""
    y = as_array(y)
    axis = single_axis(axis, y.ndim)
    if x is None:
        width = as_array(dx) if np.shape(dx) else dx
    else:
        x = as_array(x)
        width = diff(x) if x.ndim == 1 else diff(x, axis=axis)
        if x.ndim == 1:
            shape = [1] * y.ndim
            shape[axis] = width.shape[0]
            width = apply("reshape", width, shape=tuple(shape))
    last = y.shape[axis]
    heights = part(y, axis, 1, last) + part(y, axis, 0, last - 1)
    return sum(width * heights / 2.0, axis)


@follows(np.gradient, ordered=True)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Central differences inside and one-sided ones at the ends, at equal distances.

    Distances are numbers, one or one per axis; ``edge_order`` is 1 or 2.
    """
    f = as_array(f)
    f = f if f.dtype.kind in "fc" else cast(f, np.float64)
    axes = np.lib.array_utils.normalize_axis_tuple(range(f.ndim) if axis is None else axis, f.ndim)
    steps = list(varargs) or [1.0]
    steps = steps * len(axes) if len(steps) == 1 else steps
    if len(steps) != len(axes):
        raise TypeError("invalid number of arguments")
    if any(np.ndim(step) for step in steps):
        raise unsupported("gradient", "an array of places", "Give the distance as one number.")
    if edge_order not in (1, 2):
        raise ValueError("'edge_order' greater than 2 not supported")
    slopes = [_slope(f, i, step, edge_order) for i, step in zip(axes, steps, strict=True)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


# Methods of ufuncs -------------------------------------------------------------------------------


def cummax(a: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """``np.maximum.accumulate``: the largest element so far; ties share the derivative equally."""
    return _extreme_so_far("cummax", a, axis, dtype)


def cummin(a: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """``np.minimum.accumulate``: the smallest element so far; ties share the derivative equally."""
    return _extreme_so_far("cummin", a, axis, dtype)


# What they share ---------------------------------------------------------------------------------


def part(a: Any, axis: int, start: int, stop: int) -> Any:
    """The elements from start to before stop along one axis; a negative stop takes none."""
    first, last = [0] * a.ndim, list(a.shape)
    stop = np.clip(stop, 0, a.shape[axis])
    first[axis], last[axis] = int(np.minimum(start, stop)), int(stop)
    return apply("slice", a, start=tuple(first), stop=tuple(last), step=(1,) * a.ndim)


def _along(a: Any, axis: Any) -> tuple[Any, int]:
    """The array and its axis; the flattened array if there is none."""
    a = as_array(a)
    if axis is None:
        return apply("reshape", a, shape=(a.size,)), 0
    if a.ndim == 0:
        a = apply("reshape", a, shape=(1,))
    return a, single_axis(axis, a.ndim)


def _extreme_so_far(name: str, a: Any, axis: Any, dtype: Any) -> Any:
    a = as_array(a)
    if not a.ndim:
        raise TypeError("cannot accumulate on a scalar")
    a = cast(a, a.dtype if dtype is None else dtype)
    return apply(name, a, axis=single_axis(axis, a.ndim))


def _without_nan(a: Any, neutral: int) -> Any:
    a = as_array(a)
    return a if a.dtype.kind not in "fc" else choice(np.isnan(a), a.dtype.type(neutral), a)


def _cumulative(running: Any, x: Any, axis: Any, dtype: Any, initial: Any) -> Any:
    x = as_array(x)
    if axis is None and x.ndim != 1:
        raise ValueError(
            "For arrays which have more than one dimension ``axis`` argument is required."
        )
    axis = single_axis(0 if axis is None else axis, x.ndim)
    result = running(x, axis, dtype)
    if initial is None:
        return result
    shape = tuple(1 if i == axis else n for i, n in enumerate(x.shape))
    return apply("concatenate", np.full(shape, initial, result.dtype), result, axis=axis)


def _with_ends(a: Any, axis: int, prepend: Any, append: Any) -> Any:
    ends = [None if end is None else as_array(end) for end in (prepend, append)]
    if ends == [None, None]:
        return a
    shape = tuple(1 if i == axis else n for i, n in enumerate(a.shape))
    ends = [
        apply("broadcast", end, shape=shape) if end is not None and not end.ndim else end
        for end in ends
    ]
    parts = [value for value in (ends[0], a, ends[1]) if value is not None]
    dtype = np.result_type(*[value.dtype for value in parts])
    return apply("concatenate", *[cast(value, dtype) for value in parts], axis=axis)


def _slope(f: Any, axis: int, step: Any, edge_order: int) -> Any:
    n = f.shape[axis]
    if n < edge_order + 1:
        raise ShapeError(
            f"np.gradient of {n} elements along axis {axis}",
            where=user_line(),
            why=f"With edge_order={edge_order} it needs {edge_order + 1}.",
        )

    def at(i: int) -> Any:
        return part(f, axis, i, i + 1)

    inside = (part(f, axis, 2, n) - part(f, axis, 0, n - 2)) / (2.0 * step)
    if edge_order == 1:
        first, last = (at(1) - at(0)) / step, (at(n - 1) - at(n - 2)) / step
    else:
        first = (-1.5 / step) * at(0) + (2.0 / step) * at(1) + (-0.5 / step) * at(2)
        last = (0.5 / step) * at(n - 3) + (-2.0 / step) * at(n - 2) + (1.5 / step) * at(n - 1)
    parts = [cast(value, f.dtype) for value in (first, inside, last)]
    return apply("concatenate", *parts, axis=axis)
