"""Functions that write into an array: what ``y[index] = value`` does under other names."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.choosing import along_axis
from clearprop.numpy.moving import moved
from clearprop.numpy.positions import unraveled
from clearprop.numpy.public import choice, follows
from clearprop.numpy.reductions import single_axis
from clearprop.numpy.shapes import reshape
from clearprop.tracing import (
    Traced,
    apply,
    as_array,
    bottom,
    first_traced,
    setitem,
    unsupported,
)

__all__ = ["copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"]


@follows(np.copyto)
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """Write src into dst, where a mask is true if one is given."""
    _require_traced(dst, "copyto", src, where)
    src = as_array(src) if isinstance(src, (list, tuple)) else src
    given = src.dtype if hasattr(src, "dtype") else type(src)
    weak = given in (int, float)
    if not weak and not np.can_cast(given, dst.dtype, casting):
        raise TypeError(
            f"Cannot cast array data from {given!r} to {dst.dtype!r} according to the rule "
            f"{casting!r}"
        )
    setitem(dst, ..., src if where is True else choice(where, src, dst))


@follows(np.put)
def put(a: Any, ind: Any, v: Any, *, mode: Any = "raise") -> None:
    """Write values at positions of the flattened array; they start again when they run out."""
    _require_traced(a, "put", ind, v)
    if mode != "raise":
        raise unsupported("put", f"mode={mode!r}")
    ind, v = as_array(ind), as_array(v)
    if ind.size and v.size:
        a = a if a.ndim else reshape(a, (1,))
        flat = apply("reshape", ind, shape=(ind.size,))
        _require_inside(flat, a.size)
        setitem(a, unraveled(flat, a.shape), moved(v, lambda i: np.resize(i, ind.size)))


@follows(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Write values, for each line along an axis at its own positions."""
    _require_traced(arr, "put_along_axis", indices, values)
    indices = as_array(indices)
    if axis is None:
        raise unsupported("put_along_axis", "axis=None", "Write np.put(arr, indices, values).")
    setitem(arr, along_axis(arr.shape, indices, single_axis(axis, arr.ndim)), values)


@follows(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    """Write values where a mask of a's size is true; shorter ones are repeated."""
    _require_traced(a, "putmask", mask, values)
    mask, values = _mask(mask, a, "putmask"), as_array(values)
    if values.size:
        same = values.shape == a.shape
        whole = values if same else moved(values, lambda i: np.resize(i, a.shape))
        setitem(a, ..., choice(mask, whole, a))


@follows(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """Write the first values where a mask is true, from the first again when they run out."""
    _require_traced(arr, "place", mask, vals)
    mask, vals = _mask(mask, arr, "place"), as_array(vals)
    count = int(np.count_nonzero(bottom(mask)))
    if count and not vals.size:
        raise ValueError("Cannot insert from an empty array!")
    setitem(arr, mask, moved(vals, lambda i: np.resize(i, count)))


@follows(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: Any = False) -> None:
    """Write a value, or values from the first again when they run out, on the main diagonal."""
    _require_traced(a, "fill_diagonal", val)
    marks = np.zeros(a.shape, bool)
    np.fill_diagonal(marks, True, wrap)
    on, val = np.nonzero(marks), as_array(val)
    if val.size:
        setitem(a, on, moved(val, lambda i: np.resize(i, on[0].size)) if val.ndim else val)


def _mask(mask: Any, target: Any, name: str) -> Any:
    """The mask as truth values in the shape of what is written into."""
    mask = as_array(mask)
    if mask.size != target.size:
        raise ValueError(f"{name}: mask and data must be the same size")
    mask = mask if mask.dtype.kind == "b" else mask != 0
    return mask.reshape(target.shape)


def _require_inside(flat: Any, size: int) -> None:
    """Raise if a position in a flattened array is out of bounds, as far as it is known."""
    places = np.asarray(bottom(flat))
    wrong = places[(places < -size) | (places >= size)]
    if wrong.size:
        raise IndexError(f"index {int(wrong[0])} is out of bounds for axis 0 with size {size}")


def _require_traced(target: Any, name: str, *values: Any) -> None:
    """Raise unless the array written into can hold a derivative."""
    traced = first_traced(values)
    if target.__class__ is not Traced and traced is not None:
        raise traced.detached(
            f"np.{name} into a plain array",
            "make that array with clearprop.numpy (zeros, array, stack), so that it can hold x",
        )
