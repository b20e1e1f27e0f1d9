"""What NumPy has no name for: the k largest elements, and sums of segments."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clearprop.errors import ShapeError
from clearprop.numpy.reductions import single_axis
from clearprop.tracing import apply, apply_several, as_array, user_line

__all__ = ["TopKResult", "segment_sum", "top_k"]


class TopKResult(NamedTuple):
    """What :func:`top_k` gives."""

    values: Any
    """The largest elements, largest first."""
    indices: Any
    """Their positions along the axis: integers, which have no derivative."""


def top_k(x: Any, k: int, axis: int = -1) -> TopKResult:
    """The k largest elements along one axis, largest first, and where they stand.

    Of equal elements the first come first, and the derivative goes to those that were taken. NaN
    counts as the largest.

    Args:
        x: Real numbers of any dtype, in any shape with at least one axis.
        k: How many; at most the length of the axis.
        axis: The axis.

    Raises:
        ShapeError: If there are fewer than k elements along the axis.

    >>> import clearprop.numpy as np
    >>> top_k(np.array([3.0, 1.0, 2.0]), 2)
    TopKResult(values=array([3., 2.]), indices=array([0, 2]))
    """
    x = as_array(x)
    axis = single_axis(axis, x.ndim)
    if not 0 <= k <= x.shape[axis]:
        raise ShapeError(
            f"the {k} largest of {x.shape[axis]} elements of axis {axis}", where=user_line()
        )
    return TopKResult(*apply_several("top_k", x, k=int(k), axis=axis))


def segment_sum(data: Any, segment_ids: Any, num_segments: int | None = None) -> Any:
    """Sums of the elements (rows, …) that have the same number: ``result[ids[i]] += data[i]``.

    Args:
        data: What is summed, of any dtype; its first axes are those of ``segment_ids``.
        segment_ids: The number of each element's segment, from 0 on, in any order.
        num_segments: How many segments there are; by default one more than the largest number,
            which becomes a guard if the numbers are traced.

    Returns:
        An array of shape ``(num_segments, …)``; 0 for segments without elements.

    Raises:
        ShapeError: If ``segment_ids`` does not have the first axes of ``data``.
        IndexError: If a number is negative or not below ``num_segments``.

    >>> import clearprop as cp, clearprop.numpy as np
    >>> segment_sum([1.0, 2.0, 4.0], [0, 2, 0])
    array([5., 0., 2.])
    >>> cp.grad(lambda x: segment_sum(x, [0, 1, 0])[0])(np.ones(3))
    array([1., 0., 1.])
    """
    data, ids = as_array(data), as_array(segment_ids)
    if data.shape[: ids.ndim] != ids.shape:
        raise ShapeError(
            f"segment_sum of shape {data.shape} with numbers of shape {ids.shape}",
            where=user_line(),
            why="There is one number for each element along the first axes.",
        )
    if num_segments is None:
        num_segments = int(np.max(ids, initial=-1)) + 1
    base = np.zeros((num_segments, *data.shape[ids.ndim :]), data.dtype)
    return apply("scatter_add", base, data, ids)
