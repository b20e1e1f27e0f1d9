"""Sums, products, extremes and counts over axes."""

from __future__ import annotations

import functools
import operator
from math import prod as product
from typing import Any

import numpy as np

from clearprop.errors import ArgumentError
from clearprop.numpy.public import choice, follows, uniform
from clearprop.primitives.axes import keep_ones
from clearprop.tracing import apply, as_array, cast, user_line

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "count_nonzero",
    "max",
    "min",
    "prod",
    "ptp",
    "sum",
]


@follows(np.sum)
def sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The sum over axes; small integers and booleans are added up as int64."""
    a = as_array(a)
    a = masked(cast(a, dtype_by(np.sum, a.dtype, dtype)), where, 0)
    total = reduced("any" if a.dtype.kind == "b" else "sum", a, axis, keepdims)
    return total if initial is None else total + cast(as_array(initial), total.dtype)


@follows(np.prod)
def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The product over axes; right, with all its derivatives, also where elements are 0."""
    a = as_array(a)
    a = masked(cast(a, dtype_by(np.prod, a.dtype, dtype)), where, 1)
    total = reduced("all" if a.dtype.kind == "b" else "prod", a, axis, keepdims)
    return total if initial is None else total * cast(as_array(initial), total.dtype)


@follows(np.max)
def max(
    a: Any, axis: Any = None, *, keepdims: Any = False, initial: Any = None, where: Any = True
) -> Any:
    """The largest element over axes; ties share the derivative equally."""
    return _extreme("max", a, axis, keepdims, initial, where)


@follows(np.min)
def min(
    a: Any, axis: Any = None, *, keepdims: Any = False, initial: Any = None, where: Any = True
) -> Any:
    """The smallest element over axes; ties share the derivative equally."""
    return _extreme("min", a, axis, keepdims, initial, where)


amax, amin = max, min


@follows(np.ptp)
def ptp(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The largest element minus the smallest one, over axes."""
    return max(a, axis, keepdims=keepdims) - min(a, axis, keepdims=keepdims)


@follows(np.any)
def any(a: Any, axis: Any = None, *, keepdims: Any = False, where: Any = True) -> Any:
    """Whether any element is true (not 0), over axes."""
    return reduced("any", masked(as_array(a), where, False), axis, keepdims)


@follows(np.all)
def all(a: Any, axis: Any = None, *, keepdims: Any = False, where: Any = True) -> Any:
    """Whether all elements are true (not 0), over axes."""
    return reduced("all", masked(as_array(a), where, True), axis, keepdims)


@follows(np.count_nonzero)
def count_nonzero(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """How many elements are not 0, over axes: integers."""
    return sum(as_array(a) != 0, axis, keepdims=keepdims)


@follows(np.argmax)
def argmax(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The position of the largest element along one axis, or in the flattened array."""
    return _position("argmax", a, axis, keepdims)


@follows(np.argmin)
def argmin(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The position of the smallest element along one axis, or in the flattened array."""
    return _position("argmin", a, axis, keepdims)


# What they share ---------------------------------------------------------------------------------


def axis_tuple(axis: Any, ndim: int) -> tuple[int, ...]:
    """NumPy's ``axis`` argument as sorted, non-negative axes.

    Raises:
        numpy.exceptions.AxisError: As NumPy does.
    """
    if axis is None or (not ndim and _is_only_axis(axis)):
        return tuple(range(ndim))
    return tuple(sorted(np.lib.array_utils.normalize_axis_tuple(axis, ndim)))


def single_axis(axis: Any, ndim: int) -> int:
    """One axis, not negative.

    Raises:
        numpy.exceptions.AxisError: As NumPy does.
    """
    return int(np.lib.array_utils.normalize_axis_index(axis, ndim))


def _is_only_axis(axis: Any) -> bool:
    """Whether it is an axis that NumPy's reductions let pass for a 0-d array."""
    return hasattr(axis, "__index__") and operator.index(axis) in (0, -1)


def reduced(name: str, a: Any, axis: Any, keepdims: Any = False) -> Any:
    """A reduction primitive with NumPy's ``axis`` and ``keepdims``; the dtype stays a's."""
    axes = axis_tuple(axis, a.ndim)
    if name == "sum" and a.dtype.kind in "iu" and a.dtype.itemsize < 8:  # it would be widened
        result = cast(apply(name, cast(a, np.int64), axes=axes), a.dtype)
    else:
        result = apply(name, a, axes=axes)
    return apply("reshape", result, shape=keep_ones(a.shape, axes)) if keepdims else result


def count(shape: tuple[int, ...], axis: Any) -> int:
    """How many elements a reduction over those axes puts together."""
    return product(shape[i] for i in axis_tuple(axis, len(shape)))


def masked(a: Any, where: Any, neutral: Any) -> Any:
    """A with a number that does nothing where the mask is false.

    Raises:
        ValueError: As NumPy does, if the mask does not broadcast to a's shape.
    """
    if where is True:
        return a
    result = choice(where, a, a.dtype.type(neutral))
    if result.shape != a.shape:
        raise ValueError(
            f"non-broadcastable operand: a mask where= of shape {as_array(where).shape} for an "
            f"array of shape {a.shape}"
        )
    return result


@functools.cache
def dtype_by(function: Any, given: np.dtype[Any], wanted: Any = None) -> np.dtype[Any]:
    """The dtype of a reduction's result: what NumPy's own makes of one element."""
    result: np.dtype[Any] = function(np.ones(1, given), dtype=wanted).dtype
    return result


def _extreme(name: str, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    a = as_array(a)
    if initial is None:
        if where is not True:
            raise ArgumentError(
                f"np.{name} with where= needs initial=, as it has no neutral element",
                where=user_line(),
            )
        return reduced(name, a, axis, keepdims)
    both = {"max": np.maximum, "min": np.minimum}[name]
    initial = cast(as_array(initial), a.dtype)
    a = a if where is True else choice(where, a, initial)
    if count(a.shape, axis):
        return both(reduced(name, a, axis, keepdims), initial)
    axes = axis_tuple(axis, a.ndim)
    shape = [1 if i in axes else n for i, n in enumerate(a.shape) if keepdims or i not in axes]
    return uniform(initial, tuple(shape)) if shape else initial[()]


def _position(name: str, a: Any, axis: Any, keepdims: Any) -> Any:
    a = as_array(a)
    if axis is None or (not a.ndim and _is_only_axis(axis)):
        found = apply(name, apply("reshape", a, shape=(a.size,)), axis=0)
        return apply("reshape", found, shape=(1,) * a.ndim) if keepdims else found
    axis = single_axis(axis, a.ndim)
    found = apply(name, a, axis=axis)
    return apply("reshape", found, shape=keep_ones(a.shape, (axis,))) if keepdims else found
