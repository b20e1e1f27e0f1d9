"""Products of matrices, and looks at one matrix."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np

from clearprop.errors import ShapeError
from clearprop.numpy import products, shapes
from clearprop.numpy.einstein import einsum
from clearprop.numpy.linalg.systems import inv
from clearprop.numpy.moving import trace as trace_
from clearprop.numpy.public import follows
from clearprop.tracing import Traced, as_array, new_array, owned, user_line

__all__ = [
    "cross",
    "diagonal",
    "matmul",
    "matrix_power",
    "matrix_transpose",
    "multi_dot",
    "outer",
    "tensordot",
    "trace",
    "vecdot",
]


@follows(np.linalg.matrix_power, ordered=True)
def matrix_power(a: Any, n: Any) -> Any:
    """A square matrix, or for n < 0 its inverse, multiplied with itself by repeated squaring."""
    a = as_array(a)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ShapeError(f"matrix_power of shape {a.shape}", where=user_line())
    if n < 0:
        a, n = inv(a), -n
    if n == 0:
        return new_array(np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape).copy())
    result: Any = None
    square = a
    while n:
        n, odd = divmod(int(n), 2)
        if odd:
            result = square if result is None else products.matmul(result, square)
        square = products.matmul(square, square) if n else square
    return a.copy() if result is a else result


@follows(np.linalg.multi_dot)
def multi_dot(arrays: Any) -> Any:
    """The product of several matrices, in the order that costs the fewest multiplications."""
    parts = [as_array(a) for a in arrays]
    if len(parts) < 2:
        raise ValueError("Expecting at least two arrays.")
    for a, b in itertools.pairwise(parts):
        if a.shape[-1] != b.shape[0]:
            raise ShapeError(
                f"multi_dot of shapes {', '.join(str(a.shape) for a in parts)}", where=user_line()
            )
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if len(parts) >= len(letters):
        return functools.reduce(products.matmul, parts)
    terms = [letters[i : i + 2] for i in range(len(parts))]
    terms[0] = terms[0][-parts[0].ndim :]
    terms[-1] = terms[-1][: parts[-1].ndim]
    kept = (terms[0][0] if parts[0].ndim == 2 else "") + (
        terms[-1][1] if parts[-1].ndim == 2 else ""
    )
    found = einsum(f"{','.join(terms)}->{kept}", *parts)
    if found.__class__ is Traced and found.ndim == 2:
        return owned(found)  # in C order, whatever the operands are in
    return found


@follows(np.linalg.trace)
def trace(x: Any, /, *, offset: Any = 0, dtype: Any = None) -> Any:
    """The sum along the diagonal of the last two axes."""
    return trace_(x, offset, -2, -1, dtype)


@follows(np.linalg.diagonal)
def diagonal(x: Any, /, *, offset: Any = 0) -> Any:
    """The diagonal of the last two axes: a read-only view."""
    return shapes.diagonal(x, offset, -2, -1)


@follows(np.linalg.outer)
def outer(x1: Any, x2: Any, /) -> Any:
    """The products of every element of a vector with every one of another: a matrix."""
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ValueError(
            "Input arrays must be one-dimensional, but they are "
            f"x1.ndim={np.ndim(x1)} and x2.ndim={np.ndim(x2)}."
        )
    return products.outer(x1, x2)


@follows(np.linalg.cross)
def cross(x1: Any, x2: Any, /, *, axis: Any = -1) -> Any:
    """The cross product of vectors of length 3 along an axis."""
    a, b = as_array(x1), as_array(x2)
    if a.shape[axis] != 3 or b.shape[axis] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{a.shape[axis]} and {b.shape[axis]} dimensional instead."
        )
    return products.cross(a, b, axis=axis)


@follows(np.linalg.matmul)
def matmul(x1: Any, x2: Any, /) -> Any:
    """The matrix product."""
    return products.matmul(x1, x2)


@follows(np.linalg.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes exchanged; a view."""
    return shapes.matrix_transpose(x)


@follows(np.linalg.tensordot)
def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """The sum over pairs of axes."""
    return products.tensordot(x1, x2, axes)


@follows(np.linalg.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: Any = -1) -> Any:
    """The dot products of vectors along an axis."""
    return products.vecdot(x1, x2, axis=axis)  # type: ignore[call-overload]
