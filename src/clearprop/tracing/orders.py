"""The order of an array's axes in memory, from which follows what is a view and what is a copy.

Arrays that are computed have to lie as NumPy would lay them out, though nobody sees it, since the
user may write into a reshape of one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def is_usual(value: Any) -> bool:
    """Whether a value is an array in C order, or has no order at all."""
    return value.__class__ is not np.ndarray or value.flags.c_contiguous


def like_corner(
    function: Callable[..., Any], arrays: Sequence[Any], shape: tuple[int, ...], dtype: Any
) -> Any:
    """An array of zeros in the memory order of a function's result, asked for a corner of it.

    Args:
        function: A function whose result lies as the operands do, whatever their lengths are.
        arrays: The operands.
        shape: The shape of the whole result.
        dtype: Its dtype.
    """
    corners = [np.asarray(a)[(slice(2),) * np.ndim(a)] for a in arrays]
    corner = np.asarray(function(*corners))
    outermost = sorted(range(corner.ndim), key=lambda axis: -abs(corner.strides[axis]))
    lengths = [shape[axis] for axis in outermost]
    return np.zeros(lengths, dtype).transpose(np.argsort(outermost))
