"""New arrays: NumPy's outside a trace; traced ones inside it, so that they can hold traced values.

``y = np.zeros(3); y[0] = x`` works in a function that is traced.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.public import creates, follows
from clearprop.tracing import (
    CURRENT,
    Traced,
    apply,
    as_array,
    bottom,
    can_be_traced,
    cast,
    filled,
    lift,
    new_array,
    owned,
)

__all__ = [
    "array",
    "asanyarray",
    "asarray",
    "ascontiguousarray",
    "astype",
    "copy",
    "empty",
    "empty_like",
    "full",
    "full_like",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]

# Every element the same --------------------------------------------------------------------------


@creates(np.zeros)
def zeros(shape: Any, dtype: Any = None, order: Any = "C") -> Any:
    """An array of zeros."""
    return _uniform(np.zeros(shape, dtype, order), 0)


@creates(np.ones)
def ones(shape: Any, dtype: Any = None, order: Any = "C") -> Any:
    """An array of ones."""
    return _uniform(np.ones(shape, dtype, order), 1)


@creates(np.empty)
def empty(shape: Any, dtype: Any = None, order: Any = "C") -> Any:
    """An array to be filled; in a trace it holds zeros."""
    return _uniform(np.zeros(shape, dtype, order), 0)


@creates(np.full)
def full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C") -> Any:
    """An array in which every element is a number, or that repeats an array."""
    value = as_array(fill_value)
    dtype = value.dtype if dtype is None else dtype
    made = np.full(shape, bottom(value), dtype, order)
    return _uniform(made, fill_value)


@creates(np.zeros_like)
def zeros_like(a: Any, dtype: Any = None, order: Any = "K", *, shape: Any = None) -> Any:
    """An array of zeros with the shape and dtype of another."""
    return _uniform(np.zeros_like(_numbers(a), dtype, order, shape=shape), 0)


@creates(np.ones_like)
def ones_like(a: Any, dtype: Any = None, order: Any = "K", *, shape: Any = None) -> Any:
    """An array of ones with the shape and dtype of another."""
    return _uniform(np.ones_like(_numbers(a), dtype, order, shape=shape), 1)


@creates(np.empty_like)
def empty_like(prototype: Any, /, dtype: Any = None, order: Any = "K", *, shape: Any = None) -> Any:
    """An array to be filled, with the shape and dtype of another; in a trace it holds zeros."""
    return _uniform(np.zeros_like(_numbers(prototype), dtype, order, shape=shape), 0)


@creates(np.full_like)
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: Any = "K", *, shape: Any = None
) -> Any:
    """An array of one number, or that repeats an array, with the shape and dtype of another."""
    like = _numbers(a)
    made = np.full_like(like, bottom(as_array(fill_value)), dtype, order, shape=shape)
    return _uniform(made, fill_value)


# From given values -------------------------------------------------------------------------------


@creates(np.array)
def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: Any = True,
    order: Any = "K",
    ndmin: int = 0,
) -> Any:
    """An array of numbers and nested lists; they may be traced."""
    a = as_array(object)
    if a.__class__ is not Traced:
        return new_array(np.array(object, dtype, copy=copy, order=order, ndmin=ndmin))
    a = converted(a, dtype, order, copy)
    return apply("reshape", a, shape=(1,) * (ndmin - a.ndim) + a.shape) if a.ndim < ndmin else a


@creates(np.asarray)
def asarray(a: Any, dtype: Any = None, order: Any = None, *, copy: Any = None) -> Any:
    """The array itself if it is one already, of that dtype; else a new one."""
    value = as_array(a)
    if value.__class__ is Traced:
        return converted(value, dtype, order or "K", copy)
    made = np.asarray(a, dtype, order, copy=copy)
    return made if made is a else new_array(made)


@creates(np.asanyarray)
def asanyarray(a: Any, dtype: Any = None, order: Any = None, *, copy: Any = None) -> Any:
    """As ``asarray``."""
    return asarray(a, dtype, order, copy=copy)


@creates(np.ascontiguousarray)
def ascontiguousarray(a: Any, dtype: Any = None) -> Any:
    """The array itself if its memory is in C order; else a new one. It has an axis at least."""
    result = asarray(a, dtype, "C")
    return result if result.ndim else result.reshape(1)


@creates(np.copy)
def copy(a: Any, order: Any = "K") -> Any:
    """A new array with the same elements."""
    return array(a, order=order)


@follows(np.astype)
def astype(x: Any, dtype: Any, /, *, copy: Any = True) -> Any:
    """The elements in another dtype; no derivative passes through integers and booleans."""
    return converted(x, dtype, "K", copy or None) if x.is_array else cast(x, dtype)


# What they share ---------------------------------------------------------------------------------


def _numbers(a: Any) -> Any:
    return np.asarray(bottom(as_array(a)))


def _uniform(made: Any, number: Any) -> Any:
    """A traced array of one number, if there is a trace for it."""
    value, trace = as_array(number), CURRENT.get()
    if value.__class__ is Traced:
        value.require_open()
    if trace is None or not can_be_traced(made.dtype):
        return made
    return filled(trace, made, value)


def converted(a: Traced, dtype: Any, order: Any, copy: Any) -> Any:
    """The traced value as an array of that dtype and memory order; itself if that may be."""
    wanted = a.dtype if dtype is None else np.dtype(dtype)
    numbers = np.asarray(bottom(a))
    laid = np.array(numbers, wanted, order=order, copy=True)
    same = a.is_array and a.dtype == wanted
    fits = order in ("K", "A", None) or laid.strides == numbers.strides
    if same and fits and not copy:
        return a
    if copy is False:
        raise ValueError("Unable to avoid copy while creating an array as requested.")
    return owned(_within(cast(a, wanted)), laid)


def _within(value: Traced) -> Traced:
    """A value of an enclosing trace as one of the innermost, where a copy of it may be changed."""
    current = CURRENT.get()
    if current is None or not current.lift or current.depth <= value.owner.depth:
        return value
    return lift(current, value)
