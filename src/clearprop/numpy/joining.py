"""Several arrays into one, one into several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from clearprop.errors import ShapeError
from clearprop.numpy.moving import merged
from clearprop.numpy.public import follows
from clearprop.numpy.reductions import single_axis
from clearprop.numpy.shapes import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    expand_dims,
    moveaxis,
    ravel,
    transpose,
)
from clearprop.numpy.static import static
from clearprop.tracing import Traced, apply, as_array, cast, getitem, user_line

__all__ = [
    "append",
    "array_split",
    "block",
    "column_stack",
    "concat",
    "concatenate",
    "dsplit",
    "dstack",
    "hsplit",
    "hstack",
    "split",
    "stack",
    "unstack",
    "vsplit",
    "vstack",
]


@follows(np.concatenate)
def concatenate(
    arrays: Any, /, axis: Any = 0, *, dtype: Any = None, casting: Any = "same_kind"
) -> Any:
    """Arrays put one after the other along an axis that they have; flattened if it is None."""
    parts = [as_array(a) for a in _rows(arrays)]
    if axis is None:
        parts, axis = [ravel(a) for a in parts], 0
    if not all(a.ndim for a in parts):
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    wanted = _joined_dtype([a.dtype for a in parts], dtype, casting)
    axis = single_axis(axis, parts[0].ndim)
    rest = {(*a.shape[:axis], *a.shape[axis + 1 :]) for a in parts}
    if len(rest) > 1 or len({a.ndim for a in parts}) > 1:
        raise ShapeError(
            f"concatenate of shapes {', '.join(str(a.shape) for a in parts)} along axis {axis}",
            where=user_line(),
            why="All axes but that one must have the same lengths.",
        )
    return apply("concatenate", *[cast(a, wanted) for a in parts], axis=axis)


concat = concatenate


@follows(np.stack)
def stack(arrays: Any, axis: Any = 0, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """Arrays of one shape put side by side along a new axis."""
    parts = [as_array(a) for a in _rows(arrays)]
    if len({a.shape for a in parts}) > 1:
        raise ValueError("all input arrays must have the same shape")
    axis = single_axis(axis, parts[0].ndim + 1)
    return concatenate([expand_dims(a, axis) for a in parts], axis, dtype=dtype, casting=casting)


@follows(np.vstack)
def vstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """Arrays put below each other: along the first axis, after vectors became rows."""
    return concatenate(_at_least(atleast_2d, tup), 0, dtype=dtype, casting=casting)


@follows(np.hstack)
def hstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """Arrays put next to each other: along the second axis, or the first of vectors."""
    parts = _at_least(atleast_1d, tup)
    axis = 0 if parts[0].ndim == 1 else 1
    return concatenate(parts, axis, dtype=dtype, casting=casting)


@follows(np.dstack)
def dstack(tup: Any) -> Any:
    """Arrays put behind each other: along the third axis."""
    return concatenate(_at_least(atleast_3d, tup), 2)


@follows(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Vectors as the columns of a matrix; matrices next to each other."""
    parts = [as_array(a) for a in _rows(tup)]
    return concatenate([transpose(atleast_2d(a)) if a.ndim < 2 else a for a in parts], 1)


@follows(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """Values put behind an array; both flattened if there is no axis."""
    return concatenate((arr, values), axis)


@follows(np.block)
def block(arrays: Any) -> Any:
    """An array of nested lists of blocks; the innermost lists run along the last axis."""
    leaves: list[Any] = []

    def number(part: Any) -> Any:
        if isinstance(part, list):
            return [number(item) for item in part]
        leaves.append(part)
        return len(leaves) - 1

    def refill(part: Any, positions: Sequence[Any]) -> Any:
        if isinstance(part, list):
            return [refill(item, positions) for item in part]
        return positions[part]

    nested = number(arrays)
    return merged(lambda *positions: np.block(refill(nested, positions)), *leaves)


@follows(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    """Parts along an axis, as equal as can be, or cut at given places: views."""
    return _pieces(np.array_split, ary, indices_or_sections, axis)


@follows(np.split)
def split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    """Equal parts along an axis, or parts cut at given places: views."""
    return _pieces(np.split, ary, indices_or_sections, axis)


@follows(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts along the second axis, or the first of a vector: views."""
    ary = as_array(ary)
    if ary.ndim == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return split(ary, indices_or_sections, 1 if ary.ndim > 1 else 0)


@follows(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts along the first axis: views."""
    ary = as_array(ary)
    if ary.ndim < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return split(ary, indices_or_sections, 0)


@follows(np.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts along the third axis: views."""
    ary = as_array(ary)
    if ary.ndim < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return split(ary, indices_or_sections, 2)


@follows(np.unstack)
def unstack(x: Any, /, *, axis: Any = 0) -> Any:
    """A tuple of the parts along an axis, which they do not have: views."""
    x = as_array(x)
    if x.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    axis = single_axis(axis, x.ndim)
    return tuple(moveaxis(x, axis, 0))


# What they share ---------------------------------------------------------------------------------


def _rows(arrays: Any) -> list[Any]:
    if arrays.__class__ is Traced:
        return list(arrays)
    rows = list(arrays)
    if not rows:
        raise ValueError("need at least one array to concatenate")
    return rows


def _at_least(function: Callable[..., Any], arrays: Any) -> list[Any]:
    return [function(a) for a in _rows(arrays)]


def _joined_dtype(dtypes: list[Any], dtype: Any, casting: Any) -> Any:
    if dtype is None:
        return np.result_type(*dtypes)
    for given in dtypes:
        if not np.can_cast(given, dtype, casting):
            raise TypeError(
                f"Cannot cast array data from {given!r} to {np.dtype(dtype)!r} according to the "
                f"rule {casting!r}"
            )
    return np.dtype(dtype)


def _pieces(function: Callable[..., Any], ary: Any, where: Any, axis: Any) -> list[Any]:
    """The parts, whose bounds NumPy finds on the positions along the axis."""
    ary, where = as_array(ary), static(where)
    axis = single_axis(axis, ary.ndim)
    pieces, before = [], [slice(None)] * axis
    for part in function(np.arange(ary.shape[axis]), where):
        start = int(part[0]) if part.size else 0
        pieces.append(getitem(ary, (*before, slice(start, start + part.size))))
    return pieces
