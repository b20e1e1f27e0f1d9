"""Bringing plain values into a trace as traced arrays of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.errors import ShapeError
from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.bind import apply, blank
from clearprop.tracing.nested import as_array
from clearprop.tracing.promote import fit, plain, type_of_value
from clearprop.tracing.trace import CURRENT, Trace, can_be_traced, user_line


def lift(trace: Trace, value: Any, *, is_array: bool | None = None) -> Traced:
    """The value as a traced one of that trace; an outer traced value is captured."""
    if value.__class__ is Traced and value.owner is trace:
        return value
    value = plain(value)
    if value.__class__ is Traced and value.owner is trace:  # a list of traced values
        return value
    if is_array is None:
        is_array = value.is_array if value.__class__ is Traced else isinstance(value, np.ndarray)
    concrete = value.snapshot() if value.__class__ is Traced else _number(value)
    if trace.detached:
        concrete = bottom(concrete)
    return Traced(trace, trace.capture(value), concrete, is_array)


def filled(trace: Trace, array: np.ndarray[Any, Any], number: Any) -> Traced:
    """A new traced array with that number everywhere, in the memory layout of ``array``.

    Args:
        trace: The trace that will own it.
        array: What NumPy makes: the concrete numbers.
        number: The number, or an array that broadcasts to it; it may be traced.
    """
    number = as_array(number)
    source = fitted(trace, number, number.shape, array.dtype)
    result = source if source.shape == array.shape else _broadcast(source, array.shape)
    return owned(result, array)


def fitted(trace: Trace, value: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Traced:
    """The value in that trace, cast and broadcast: what an assignment stores."""
    lifted = lift(trace, _cast_plain(value, dtype)).snapshot()
    extra = lifted.ndim - len(shape)
    if extra > 0 and lifted.shape[:extra] == (1,) * extra:  # NumPy lets them be
        lifted = apply("reshape", lifted, shape=lifted.shape[extra:])
    lead = len(shape) - lifted.ndim
    if lead < 0 or any(a not in (1, b) for a, b in zip(lifted.shape, shape[lead:], strict=True)):
        raise ShapeError(
            f"could not broadcast input array from shape {lifted.shape} into shape {shape}",
            where=user_line(),
        )
    if lifted.type.weak:
        lifted = apply("cast", lifted, dtype=dtype)
    result = fit(lifted, lifted.type, shape, dtype)
    return result if result.owner is trace else lift(trace, result)


def owned(value: Traced, like: Any = None) -> Traced:
    """A new array with the content of a traced value, tied to no other.

    Args:
        value: The traced value.
        like: A NumPy array with the memory layout that it is to have; C order if None.
    """
    like = blank(value.type) if like is None else like
    return Traced(value.owner, value.current(), laid_out(value.concrete, like), True)


def laid_out(concrete: Any, like: Any) -> Any:
    """Concrete numbers in the memory layout of an array of the same shape and dtype.

    Which later steps are views and which are copies follows from the layout, so an array must
    keep the one that NumPy would give it.
    """
    if concrete.__class__ is Traced:
        concrete.current()
        inner = laid_out(concrete.concrete, like)
        if inner is concrete.concrete:
            return concrete
        return Traced(concrete.owner, concrete.node, inner, concrete.is_array)
    if not isinstance(concrete, np.ndarray) or concrete.strides == like.strides:
        return concrete
    moved = np.empty_like(like)
    moved[...] = concrete
    return moved


def new_array(value: Any) -> Any:
    """What a creation function returns: a traced array inside a trace, a plain one outside."""
    trace = CURRENT.get()
    if trace is None or not can_be_traced(np.asarray(value).dtype):
        return value
    return lift(trace, value, is_array=True)


def _cast_plain(value: Any, dtype: np.dtype[Any]) -> Any:
    """A plain value in the dtype; out-of-bounds integers raise, as in NumPy."""
    array = as_array(value)
    if array.__class__ is Traced or not can_be_traced(array.dtype):
        return value
    if value.__class__ is int and dtype.kind in "iu":
        return dtype.type(value)
    return array.astype(dtype)[()]


def _broadcast(value: Traced, shape: tuple[int, ...]) -> Traced:
    result: Traced = apply("broadcast", value, shape=shape)
    return result


def _number(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy("K")[()]
    return type_of_value(value).dtype.type(value)
