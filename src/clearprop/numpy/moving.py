"""Elements moved to other places, some left out, some repeated.

Where elements go is asked of NumPy itself: it does to the elements' numbers what it would do to the
elements. A few slices follow, or a gather where those would be many.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from clearprop.numpy.public import as_0d, choice, follows, uniform
from clearprop.numpy.reductions import dtype_by, sum
from clearprop.numpy.runs import in_runs
from clearprop.numpy.shapes import diagonal, ravel
from clearprop.numpy.static import static
from clearprop.tracing import (
    Traced,
    apply,
    as_array,
    bottom,
    cast,
    laid_out,
    unsupported,
)

__all__ = [
    "delete",
    "diag",
    "diagflat",
    "insert",
    "pad",
    "repeat",
    "resize",
    "roll",
    "tile",
    "trace",
    "tril",
    "triu",
]


@follows(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """The elements shifted along axes; those that fall off come in at the other end."""
    return moved(a, lambda places: np.roll(places, static(shift), axis))


@follows(np.tile)
def tile(A: Any, reps: Any) -> Any:
    """The whole array repeated along its axes."""
    return moved(A, lambda places: np.tile(places, static(reps)))


@follows(np.repeat)
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Each element repeated along an axis, or in the flattened array."""
    return moved(a, lambda places: np.repeat(places, static(repeats), axis))


@follows(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """Another shape filled with the elements in C order, from the first again when they run out."""
    a, new_shape = as_array(a), static(new_shape)
    if not a.size:
        return uniform(a.dtype.type(0), np.resize(np.empty(0), new_shape).shape)
    return moved(a, lambda places: np.resize(places, new_shape))


@follows(np.delete)
def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """The array without the parts at some positions along an axis."""
    return moved(arr, lambda places: np.delete(places, static(obj), axis))


@follows(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """The array with values put before some positions along an axis."""
    arr = as_array(arr)
    values = cast(as_array(values), arr.dtype)
    return merged(lambda places, new: np.insert(places, static(obj), new, axis), arr, values)


@follows(np.pad, ordered=True)
def pad(array: Any, pad_width: Any, mode: Any = "constant", *, constant_values: Any = 0) -> Any:
    """Elements put around an array: a constant, or its own by edge, reflect, symmetric or wrap."""
    a, pad_width = as_array(array), static(pad_width)
    if mode in ("edge", "reflect", "symmetric", "wrap"):
        return moved(a, lambda places: np.pad(places, pad_width, mode))
    if mode != "constant":
        raise unsupported("pad", f"mode={mode!r}")
    widths = _pad_widths(pad_width, a.ndim)
    low, high = (tuple(map(int, side)) for side in widths.T)
    padded = as_0d(apply("pad", a, low=low, high=high, interior=(0,) * a.ndim))
    zeros = constant_values.__class__ is not Traced and not np.any(constant_values)
    if zeros or not a.ndim:
        return padded
    around = np.pad(np.zeros(a.shape, bool), widths, constant_values=True)
    if constant_values.__class__ is Traced:
        return choice(around, cast(constant_values, a.dtype), padded)
    constants = np.pad(np.zeros(a.shape, a.dtype), widths, constant_values=constant_values)
    return choice(around, constants, padded)


@follows(np.tril)
def tril(m: Any, k: Any = 0) -> Any:
    """The lower triangle of the last two axes, with zeros above the k-th diagonal."""
    m = as_array(m)
    mask = np.tri(*_plane(m), k=static(k), dtype=bool)
    return choice(mask, m, m.dtype.type(0))


@follows(np.triu)
def triu(m: Any, k: Any = 0) -> Any:
    """The upper triangle of the last two axes, with zeros below the k-th diagonal."""
    m = as_array(m)
    mask = np.tri(*_plane(m), k=static(k) - 1, dtype=bool)
    return choice(mask, m.dtype.type(0), m)


@follows(np.diag)
def diag(v: Any, k: Any = 0) -> Any:
    """A matrix with the vector on its k-th diagonal; of a matrix, the diagonal (a view)."""
    v, k = as_array(v), static(k)
    if v.ndim == 2:
        return diagonal(v, k)
    if v.ndim != 1:
        raise ValueError("Input must be 1- or 2-d.")
    count = v.shape[0]
    n = count + abs(k)
    if not count:
        return uniform(v.dtype.type(0), (n, n))
    first = max(k, 0) + n * max(-k, 0)
    last = first + (count - 1) * (n + 1)
    flat = apply("pad", v, low=(first,), high=(n * n - last - 1,), interior=(n,))
    return apply("reshape", flat, shape=(n, n))


@follows(np.diagflat)
def diagflat(v: Any, k: Any = 0) -> Any:
    """A matrix with all elements on its k-th diagonal."""
    return diag(ravel(v), k)


@follows(np.trace)
def trace(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1, dtype: Any = None) -> Any:
    """The sum along the diagonal of two axes."""
    a = as_array(a)
    on = diagonal(a, offset, axis1, axis2)
    return sum(on, -1, dtype_by(np.sum, a.dtype, dtype))


# What they share ---------------------------------------------------------------------------------


def moved(a: Any, function: Callable[[Any], Any]) -> Any:
    """What a function that only moves elements makes of an array.

    Args:
        a: The array.
        function: What NumPy does to it; it is done to an array of the elements' positions.
    """
    return merged(function, a)


def merged(function: Callable[..., Any], *arrays: Any) -> Any:
    """As :func:`moved`, for a function that takes elements out of several arrays."""
    operands = [as_array(a) for a in arrays]
    numbers, total = [], 0
    for a in operands:
        count = np.arange(total, total + a.size).reshape(a.shape)
        numbers.append(laid_out(count, np.empty_like(bottom(a), count.dtype)))
        total += a.size
    found = function(*numbers)
    places = np.asarray(found)
    dtype = np.result_type(*[a.dtype for a in operands])
    result = in_runs(operands[0], places) if len(operands) == 1 else None
    if result is None:
        flat = [apply("reshape", cast(a, dtype), shape=(a.size,)) for a in operands]
        whole = flat[0] if len(flat) == 1 else apply("concatenate", *flat, axis=0)
        result = apply("gather", whole, places)
    if result.__class__ is Traced:
        result.concrete = laid_out(result.concrete, np.empty_like(places, dtype))
        result.is_array = isinstance(found, np.ndarray)
    return result


def _pad_widths(pad_width: Any, ndim: int) -> Any:
    """How much is put before and after each axis: an array of shape (ndim, 2)."""
    if isinstance(pad_width, dict):
        widths = np.zeros((ndim, 2), int)
        for axis, width in pad_width.items():
            widths[axis] = width
        return widths
    return np.broadcast_to(np.asarray(pad_width, int), (ndim, 2))


def _plane(m: Any) -> tuple[int, int]:
    """Rows and columns; a vector is repeated as rows, as NumPy does."""
    if not m.ndim:
        raise TypeError("a triangle of a 0-d array")
    return (m.shape[-1] if m.ndim == 1 else m.shape[-2]), m.shape[-1]
