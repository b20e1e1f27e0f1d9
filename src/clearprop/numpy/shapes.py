"""Moving elements without computing: reshape, transpose, join, split, repeat."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from clearprop.numpy.public import follows
from clearprop.tracing import view


@follows(np.reshape)
def reshape(a: Any, shape: Any, order: str = "C") -> Any:
    """The same elements under another shape, as ``numpy.reshape``; one length may be −1."""
    lengths = tuple(map(operator.index, np.atleast_1d(shape) if np.ndim(shape) == 0 else shape))
    target = np.broadcast_to(np.int8(0), a.shape).reshape(lengths).shape
    return view("reshape", a, shape=target)


@follows(np.transpose)
def transpose(a: Any, axes: Any = None) -> Any:
    """The axes in another order, by default reversed, as ``numpy.transpose``; a view."""
    if axes is None:
        order = tuple(range(a.ndim))[::-1]
    else:
        order = np.lib.array_utils.normalize_axis_tuple(tuple(axes), a.ndim)
    return view("transpose", a, axes=tuple(order))
