"""What reading and writing at integer positions share: which elements index arrays pick."""

from __future__ import annotations

from math import prod
from typing import Any

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Type
from clearprop.primitives.builder import Builder, Sym


def picked(x: Type, *indices: Type) -> Type:
    """The type of x[indices]: the index arrays' one shape, then x's remaining axes.

    Raises:
        DtypeError: If an index is no integer.
        ShapeError: If there are too many indices or too few, or their shapes differ.
    """
    for index in indices:
        if index.dtype.kind not in "iu":
            raise DtypeError(f"an index of dtype {index.dtype}; positions are integers")
    count = len(indices)
    if not 1 <= count <= x.ndim:
        raise ShapeError(f"{count} index arrays do not fit shape {x.shape}")
    if len({index.shape for index in indices}) > 1:
        raise ShapeError(f"index arrays of shapes {[index.shape for index in indices]} differ")
    return x.with_shape(indices[0].shape + x.shape[count:])


def written(base: Type, update: Type, *indices: Type) -> Type:
    """The type of base once update is written at the indices."""
    check_update(base, update, picked(base, *indices))
    return base


def from_zero(indices: tuple[Any, ...]) -> tuple[Any, ...]:
    """The index arrays themselves, which count from 0.

    Raises:
        IndexError: If a position is negative, as NumPy would count it from the end.

    >>> import numpy as np
    >>> from_zero((np.array([0, 2]), np.array([1, -1])))
    Traceback (most recent call last):
    IndexError: position -1 lies before the first
    """
    for index in indices:
        lowest = index.min(initial=0)
        if lowest < 0:
            raise IndexError(f"position {lowest} lies before the first")
    return indices


def check_update(base: Type, update: Type, region: Type) -> None:
    """Raise unless the update fills the region of the base that it is written to."""
    if update.dtype != base.dtype:
        raise DtypeError(f"an update of dtype {update.dtype} written to {base.dtype}")
    if update.shape != region.shape:
        raise ShapeError(f"an update of shape {update.shape} written to a region {region.shape}")


def take_along(ops: Builder, x: Sym, positions: Sym, axis: int) -> Sym:
    """For each line of x along the axis the elements at its own positions."""
    flat = ops.reshape(x, shape=(x.type.size,))
    return ops.gather(flat, _in_flat(ops, positions, axis, x.shape[axis]))


def put_along(ops: Builder, update: Sym, positions: Sym, axis: int, into: Type) -> Sym:
    """The transpose of :func:`take_along`: zeros of that type with the update added in."""
    flat = ops.zeros(into.with_shape((into.size,)))
    places = _in_flat(ops, positions, axis, into.shape[axis])
    return ops.reshape(ops.scatter_add(flat, update, places), shape=into.shape)


def _in_flat(ops: Builder, positions: Sym, axis: int, length: int) -> Sym:
    """Positions along an axis of that length as positions in the flattened array."""
    shape = positions.shape
    before, here, behind = prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])
    grid = (before, here, behind)
    starts = ops.reshape(ops.iota(before) * (length * behind), shape=(before, 1, 1))
    own = ops.reshape(positions, shape=grid) * behind
    places = ops.broadcast(starts, shape=grid) + own + ops.broadcast(ops.iota(behind), shape=grid)
    return ops.reshape(places, shape=shape)
