"""Matrix and tensor products."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.errors import ShapeError
from clearprop.numpy.public import follows
from clearprop.tracing import apply, common_shape, plain, together, user_line


@follows(np.matmul)
def matmul(x1: Any, x2: Any) -> Any:
    """The matrix product ``x1 @ x2``, stacked over leading axes, as ``numpy.matmul``."""
    a, b = together(plain(x1), plain(x2))
    if not a.shape or not b.shape or a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ShapeError(
            f"matmul of shapes {np.shape(x1)} and {np.shape(x2)}",
            where=user_line(),
            why="The last axis of the first must match the second-last (or only) of the second.",
        )
    lead = common_shape([a.shape[:-2], b.shape[:-2]], "matmul")
    if not lead:
        contract = ((a.ndim - 1,), (max(b.ndim - 2, 0),))
        return apply("dot", a, b, contract=contract, batch=((), ()))
    a, b = _stacked(a, lead), _stacked(b, lead)
    axes = tuple(range(len(lead)))
    contract = ((a.ndim - 1,), (max(b.ndim - 2, len(lead)),))
    return apply("dot", a, b, contract=contract, batch=(axes, axes))


def _stacked(x: Any, lead: tuple[int, ...]) -> Any:
    """x repeated along the stack's axes; a vector too."""
    shape = lead + x.shape[-2:]
    return x if x.shape == shape else apply("broadcast", x, shape=shape)
