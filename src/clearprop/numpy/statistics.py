"""Means, variances and sums that pass over NaN."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from clearprop.errors import ShapeError
from clearprop.numpy.complexes import is_complex, squared
from clearprop.numpy.public import choice, follows
from clearprop.numpy.reductions import count, dtype_by, prod, sum
from clearprop.numpy.reductions import max as max_
from clearprop.numpy.reductions import min as min_
from clearprop.numpy.roots import root
from clearprop.tracing import Traced, apply, as_array, bottom, cast, user_line

__all__ = [
    "average",
    "mean",
    "nanmax",
    "nanmean",
    "nanmin",
    "nanprod",
    "nanstd",
    "nansum",
    "nanvar",
    "std",
    "var",
]


@follows(np.mean)
def mean(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True
) -> Any:
    """The mean over axes; of integers it is float64."""
    a = as_array(a)
    wanted = dtype_by(np.mean, a.dtype, dtype)
    work = _work_dtype(a.dtype, wanted)
    total = sum(a, axis, work, keepdims=keepdims, where=where)
    return cast(total / _counted(a, axis, keepdims, where), wanted)


@follows(np.var)
def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    """The variance over axes: the squared deviations' sum divided by their number less ``ddof``."""
    a = as_array(a)
    wanted = dtype_by(np.var, a.dtype, dtype)
    work = a.dtype if is_complex(a) and dtype is None else _work_dtype(a.dtype, wanted)
    if mean is None:
        total = sum(a, axis, work, keepdims=True, where=where)
        mean = total / _counted(a, axis, True, where)
    deviation = cast(a, work) - mean
    real = None if is_complex(deviation) else work
    total = sum(squared(deviation), axis, real, keepdims=keepdims, where=where)
    free = _counted(a, axis, keepdims, where) - (ddof if correction is None else correction)
    return cast(total / (builtins.max(free, 0) if where is True else np.maximum(free, 0)), wanted)


@follows(np.std)
def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    """The standard deviation over axes; where it is 0 so is its derivative (minimum norm)."""
    options = {"ddof": ddof, "where": where, "mean": mean, "correction": correction}
    return root(var(a, axis, dtype, keepdims=keepdims, **options))


@follows(np.average)
def average(
    a: Any,
    axis: Any = None,
    weights: Any = None,
    returned: Any = False,
    *,
    keepdims: Any = False,
) -> Any:
    """The weighted mean over axes; weights have a's shape, or that of the axis."""
    a = as_array(a)
    if weights is None:
        result = mean(a, axis, keepdims=keepdims)
        total: Any = result.dtype.type(a.size / builtins.max(result.size, 1))
    else:
        weights = _weights(a, axis, as_array(weights))
        integral = a.dtype.kind in "biu"
        dtype = np.result_type(a.dtype, weights.dtype, *[np.float64] * integral)
        total = sum(weights, axis, dtype, keepdims=keepdims)
        if _is_known(total) and not np.all(bottom(total)):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        result = sum(a * weights, axis, dtype, keepdims=keepdims) / total
    if not returned:
        return result
    return result, total if total.shape == result.shape else np.broadcast_to(total, result.shape)


@follows(np.nansum)
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The sum over axes of what is not NaN."""
    a = _without_nan(a, 0)
    return sum(a, axis, dtype, keepdims=keepdims, initial=initial, where=where)


@follows(np.nanprod)
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The product over axes of what is not NaN."""
    a = _without_nan(a, 1)
    return prod(a, axis, dtype, keepdims=keepdims, initial=initial, where=where)


@follows(np.nanmean)
def nanmean(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False) -> Any:
    """The mean over axes of what is not NaN."""
    a = as_array(a)
    return mean(a, axis, dtype, keepdims=keepdims, where=_valid(a))


@follows(np.nanvar)
def nanvar(
    a: Any, axis: Any = None, dtype: Any = None, *, ddof: Any = 0, keepdims: Any = False
) -> Any:
    """The variance over axes of what is not NaN."""
    a = as_array(a)
    result = var(_without_nan(a, 0), axis, dtype, ddof=ddof, keepdims=keepdims, where=_valid(a))
    if a.dtype.kind != "f":
        return result
    enough = sum(_valid(a), axis, keepdims=keepdims) > ddof
    return choice(enough, result, result.dtype.type(np.nan))


@follows(np.nanstd)
def nanstd(
    a: Any, axis: Any = None, dtype: Any = None, *, ddof: Any = 0, keepdims: Any = False
) -> Any:
    """The standard deviation over axes of what is not NaN; where it is 0 so is its derivative."""
    return root(nanvar(a, axis, dtype, ddof=ddof, keepdims=keepdims))


@follows(np.nanmax)
def nanmax(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The largest element over axes that is not NaN; NaN if there is none."""
    return _nan_extreme(max_, a, -np.inf, axis, keepdims)


@follows(np.nanmin)
def nanmin(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The smallest element over axes that is not NaN; NaN if there is none."""
    return _nan_extreme(min_, a, np.inf, axis, keepdims)


# What they share ---------------------------------------------------------------------------------


def _work_dtype(given: np.dtype[Any], wanted: np.dtype[Any]) -> np.dtype[Any]:
    """NumPy adds half precision up in single precision."""
    return np.dtype(np.float32) if given == wanted == np.float16 else wanted


def _counted(a: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    """How many elements take part: a number, or an array of them if there is a mask."""
    if where is True:
        return count(a.shape, axis)
    mask = as_array(where)
    mask = mask if mask.shape == a.shape else apply("broadcast", mask, shape=a.shape)
    return sum(mask, axis, keepdims=keepdims)


def _is_known(value: Any) -> bool:
    """Whether its numbers are known: they are not in the body of a loop or branch."""
    while value.__class__ is Traced:
        if value.owner.abstract:
            return False
        value = value.concrete
    return True


def _weights(a: Any, axis: Any, weights: Any) -> Any:
    """The weights with a's axes, those of length 1 that they do not have."""
    if weights.shape == a.shape:
        return weights
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = np.lib.array_utils.normalize_axis_tuple(axis, a.ndim)
    if weights.shape != tuple(a.shape[i] for i in axes):
        raise ShapeError(
            f"weights of shape {weights.shape} for axes {axes} of shape {a.shape}",
            where=user_line(),
            remedy="Give weights of a's own shape or of that of the axes.",
        )
    order = tuple(int(i) for i in np.argsort(axes))
    moved = apply("transpose", weights, axes=order)
    shape = tuple(n if i in axes else 1 for i, n in enumerate(a.shape))
    return apply("reshape", moved, shape=shape)


def _valid(a: Any) -> Any:
    return True if a.dtype.kind not in "fc" else ~np.isnan(a)


def _without_nan(a: Any, neutral: Any) -> Any:
    a = as_array(a)
    return a if a.dtype.kind not in "fc" else choice(np.isnan(a), a.dtype.type(neutral), a)


def _nan_extreme(extreme: Any, a: Any, neutral: float, axis: Any, keepdims: Any) -> Any:
    a = as_array(a)
    if a.dtype.kind != "f":
        return extreme(a, axis, keepdims=keepdims)
    best = extreme(_without_nan(a, neutral), axis, keepdims=keepdims)
    return choice(sum(~np.isnan(a), axis, keepdims=keepdims) > 0, best, a.dtype.type(np.nan))
