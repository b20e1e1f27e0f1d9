"""What reading and writing at integer positions share: which elements index arrays pick."""

from __future__ import annotations

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Type


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


def check_update(base: Type, update: Type, region: Type) -> None:
    """Raise unless the update fills the region of the base that it is written to."""
    if update.dtype != base.dtype:
        raise DtypeError(f"an update of dtype {update.dtype} written to {base.dtype}")
    if update.shape != region.shape:
        raise ShapeError(f"an update of shape {update.shape} written to a region {region.shape}")
