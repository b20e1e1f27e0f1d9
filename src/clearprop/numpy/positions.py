"""Positions in the flattened array and positions along its axes, the one by the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.public import follows
from clearprop.numpy.static import static
from clearprop.tracing import as_array, bottom, cast

__all__ = ["ravel_multi_index", "unravel_index"]


@follows(np.unravel_index)
def unravel_index(indices: Any, shape: Any, order: Any = "C") -> Any:
    """For positions in a flattened array of that shape the position along each axis."""
    flat, lengths = as_array(indices), _lengths(shape)
    np.unravel_index(np.asarray(bottom(flat)), lengths, order)  # which may object
    if order == "F":
        return unraveled(flat, lengths[::-1])[::-1]
    return unraveled(flat, lengths)


@follows(np.ravel_multi_index)
def ravel_multi_index(multi_index: Any, dims: Any, *, order: Any = "C") -> Any:
    """For positions along each axis the position in the flattened array of that shape."""
    places, lengths = [as_array(index) for index in multi_index], _lengths(dims)
    np.ravel_multi_index(tuple(np.asarray(bottom(i)) for i in places), lengths, order=order)
    if order == "F":
        places, lengths = places[::-1], lengths[::-1]
    flat, *rest = places
    for index, length in zip(rest, lengths[1:], strict=True):
        flat = flat * length + index
    return cast(flat, np.intp)


def unraveled(flat: Any, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """Positions in the flattened array as an index of the array, out of bounds where they are."""
    index, flat = [], cast(flat, np.intp)
    for length in reversed(shape[1:]):
        index.append(flat % length)
        flat = flat // length
    return (flat, *reversed(index)) if shape else ()


def _lengths(shape: Any) -> tuple[int, ...]:
    known = static(shape)
    return tuple(known) if isinstance(known, (list, tuple)) else (known,)
