"""Other views of the same elements: reshape, transpose, flip, squeeze, broadcast."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from clearprop.numpy.public import as_0d, follows
from clearprop.numpy.static import static
from clearprop.tracing import Traced, as_array, bottom, getitem, owned, type_of_value, view

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_arrays",
    "broadcast_to",
    "diagonal",
    "expand_dims",
    "flip",
    "fliplr",
    "flipud",
    "matrix_transpose",
    "moveaxis",
    "ndim",
    "permute_dims",
    "ravel",
    "reshape",
    "rollaxis",
    "rot90",
    "shape",
    "size",
    "squeeze",
    "swapaxes",
    "transpose",
]


@follows(np.shape)
def shape(a: Any) -> tuple[int, ...]:
    """The lengths of the axes."""
    return tuple(as_array(a).shape)


@follows(np.ndim)
def ndim(a: Any) -> int:
    """The number of axes."""
    return int(as_array(a).ndim)


@follows(np.size)
def size(a: Any, axis: Any = None) -> int:
    """The number of elements, or the length of one axis."""
    return int(np.size(_ghost(as_array(a)), axis))


@follows(np.reshape)
def reshape(a: Any, /, shape: Any, order: str = "C", *, copy: Any = None) -> Any:
    """The same elements under another shape, one length of which may be −1; a view if possible."""
    a = _held(a)
    target = _ghost(a).reshape(_lengths(shape)).shape
    if order == "A":
        order = "F" if np.isfortran(np.asarray(bottom(a))) else "C"
    if order == "F":
        return transpose(_reshaped(transpose(a), target[::-1], copy))
    if order != "C":
        raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got {order!r})")
    return _reshaped(a, target, copy)


@follows(np.ravel)
def ravel(a: Any, order: Any = "C") -> Any:
    """All elements along one axis; a view if they lie in that order, without gaps."""
    a = as_array(a)
    numbers = np.asarray(bottom(a))
    if order == "K" and not (numbers.flags.c_contiguous or numbers.flags.f_contiguous):
        return reshape(transpose(a, _memory_order(numbers)), -1)
    if order in ("A", "K"):
        order = "F" if np.isfortran(numbers) else "C"
    is_view = numbers.flags.f_contiguous if order == "F" else numbers.flags.c_contiguous
    flat: Any = reshape(a, -1, order)
    return flat if is_view or flat.__class__ is not Traced else owned(flat)


@follows(np.transpose)
def transpose(a: Any, axes: Any = None) -> Any:
    """The axes in another order, by default reversed; a view."""
    a = _held(a)
    if axes is None:
        order = tuple(range(a.ndim))[::-1]
    else:
        order = np.lib.array_utils.normalize_axis_tuple(tuple(axes), a.ndim)
        if len(order) != a.ndim:
            raise ValueError("axes don't match array")
    return view("transpose", a, always=True, axes=tuple(order))


permute_dims = transpose


@follows(np.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes exchanged; a view."""
    x = as_array(x)
    if x.ndim < 2:
        raise ValueError(
            f"Input array must be at least 2-dimensional, but it is {x.ndim}-dimensional"
        )
    return swapaxes(x, -1, -2)


@follows(np.swapaxes)
def swapaxes(a: Any, axis1: Any, axis2: Any) -> Any:
    """Two axes exchanged; a view."""
    return _permuted(a, np.swapaxes, axis1, axis2)


@follows(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """Axes moved to other places; a view."""
    return _permuted(a, np.moveaxis, source, destination)


@follows(np.rollaxis)
def rollaxis(a: Any, axis: Any, start: Any = 0) -> Any:
    """One axis moved to before another; a view."""
    return _permuted(a, np.rollaxis, axis, start)


@follows(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Any:
    """Axes of length 1 removed; a view."""
    a = _held(a)
    return view("reshape", a, always=True, shape=np.squeeze(_ghost(a), axis).shape)


@follows(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    """Axes of length 1 added; a view."""
    a = as_0d(as_array(a))
    return view("reshape", a, always=True, shape=np.expand_dims(_ghost(a), axis).shape)


@follows(np.atleast_1d)
def atleast_1d(*arys: Any) -> Any:
    """Scalars as arrays of one element; a tuple if there are several."""
    return _each(arys, lambda a: a if a.ndim else reshape(a, (1,)))


@follows(np.atleast_2d)
def atleast_2d(*arys: Any) -> Any:
    """Axes of length 1 put in front until there are two; a tuple if there are several."""
    return _each(arys, lambda a: reshape(a, np.atleast_2d(_ghost(a)).shape) if a.ndim < 2 else a)


@follows(np.atleast_3d)
def atleast_3d(*arys: Any) -> Any:
    """Axes of length 1 added until there are three; a tuple if there are several."""
    return _each(arys, lambda a: reshape(a, np.atleast_3d(_ghost(a)).shape) if a.ndim < 3 else a)


@follows(np.broadcast_to)
def broadcast_to(array: Any, shape: Any) -> Any:
    """The elements repeated to another shape: a read-only view."""
    a = as_array(array)
    target = np.broadcast_to(_ghost(a), _lengths(shape)).shape
    result = view("broadcast", a, always=True, shape=target)
    return _read_only(result, "the result of np.broadcast_to")


@follows(np.broadcast_arrays)
def broadcast_arrays(*args: Any) -> Any:
    """All arrays repeated to their common shape: read-only views."""
    arrays = [as_0d(as_array(a)) for a in args]
    target = np.broadcast_shapes(*[a.shape for a in arrays])
    return tuple(a if a.shape == target else broadcast_to(a, target) for a in arrays)


@follows(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    """The elements in the opposite order along some axes, or all; a view."""
    m = as_array(m)
    axes = np.lib.array_utils.normalize_axis_tuple(range(m.ndim) if axis is None else axis, m.ndim)
    if not axes:
        return getitem(m, ())
    return view("flip", m, always=True, axes=tuple(sorted(axes)))


@follows(np.fliplr)
def fliplr(m: Any) -> Any:
    """The opposite order along the second axis; a view."""
    m = as_array(m)
    if m.ndim < 2:
        raise ValueError("Input must be >= 2-d.")
    return flip(m, 1)


@follows(np.flipud)
def flipud(m: Any) -> Any:
    """The opposite order along the first axis; a view."""
    m = as_array(m)
    if m.ndim < 1:
        raise ValueError("Input must be >= 1-d.")
    return flip(m, 0)


@follows(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """A quarter turn, k times, in the plane of two axes; a view."""
    m = as_array(m)
    np.rot90(_ghost(m), k, axes)  # raises where NumPy does
    first, second = axes
    k = operator.index(k) % 4
    if k == 0:
        return getitem(m, ...)
    if k == 2:
        return flip(flip(m, first), second)
    if k == 1:
        return swapaxes(flip(m, second), first, second)
    return flip(swapaxes(m, first, second), second)


@follows(np.diagonal)
def diagonal(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    """The diagonal of two axes, as the last axis: a read-only view."""
    result = diagonal_view(as_array(a), static(offset), axis1, axis2)
    return _read_only(result, "the result of np.diagonal")


# What they share ---------------------------------------------------------------------------------


def _lengths(shape: Any) -> tuple[int, ...]:
    """A shape that was given as one number or several."""
    shape = static(shape)
    return tuple(map(operator.index, shape)) if np.ndim(shape) else (operator.index(shape),)


def _held(a: Any) -> Any:
    """The operand of a function that is a method, too: a number of Python's becomes an array."""
    a = as_array(a)
    return as_0d(a) if type_of_value(a).weak else a


def diagonal_view(a: Any, offset: int, axis1: int, axis2: int) -> Any:
    """The diagonal of two axes, as the last axis: a view that may be written into."""
    length = np.diagonal(_ghost(a), offset, axis1, axis2).shape[-1]
    last = moveaxis(a, (axis1, axis2), (-2, -1))
    lead, (rows, columns) = last.shape[:-2], last.shape[-2:]
    flat = view("reshape", last, always=True, shape=(*lead, rows * columns))
    start = min(columns * -min(offset, 0) + max(offset, 0), rows * columns)
    stop = start + ((length - 1) * (columns + 1) + 1 if length else 0)
    none = (0,) * len(lead)
    bounds = {"start": (*none, start), "stop": (*lead, stop)}
    return view("slice", flat, always=True, **bounds, step=(*(1 for _ in lead), columns + 1))


def _ghost(a: Any) -> Any:
    """A NumPy array of a's shape and no memory: for asking NumPy what it makes of the shape."""
    return np.broadcast_to(np.int8(0), a.shape)


def _memory_order(numbers: Any) -> list[int]:
    """The axes as NumPy's iterators go through them in order K: the largest stride outermost.

    An axis without a stride, along which memory repeats, says nothing: it stays with its
    neighbours (``npyiter_find_best_axis_ordering``).
    """
    strides = [s if n > 1 else 0 for s, n in zip(numbers.strides, numbers.shape, strict=True)]
    inner: list[int] = []
    for axis in reversed(range(numbers.ndim)):
        place = len(inner)
        for i in reversed(range(len(inner))):
            if strides[axis] and strides[inner[i]]:
                if abs(strides[inner[i]]) <= abs(strides[axis]):
                    break
                place = i
        inner.insert(place, axis)
    return inner[::-1]


def _reshaped(a: Any, shape: tuple[int, ...], copy: Any) -> Any:
    result = view("reshape", a, shape=shape)
    is_view = result.__class__ is Traced and result.parent is not None
    if copy is False and not is_view:
        raise ValueError("Unable to avoid creating a copy while reshaping.")
    return owned(result) if copy and is_view else result


def _permuted(a: Any, function: Any, *args: Any) -> Any:
    """A transpose, with the order of the axes found by moving their numbers."""
    a = as_array(a)
    numbered = np.lib.stride_tricks.as_strided(
        np.zeros(1, np.int8), shape=(1,) * a.ndim, strides=range(a.ndim)
    )
    return transpose(a, function(numbered, *args).strides)


def _each(arrays: tuple[Any, ...], function: Any) -> Any:
    results = tuple(function(as_array(a)) for a in arrays)
    return results[0] if len(results) == 1 else results


def _read_only(result: Any, reason: str) -> Any:
    if result.__class__ is Traced:
        result.read_only, result.is_array = reason, True
    return result
