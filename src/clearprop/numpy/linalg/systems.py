"""Linear systems, inverses and determinants."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from clearprop.errors import ShapeError
from clearprop.numpy import products
from clearprop.numpy.linalg.factoring import svdvals
from clearprop.numpy.linalg.stacks import matrices, named, spread, square
from clearprop.numpy.public import choice, follows
from clearprop.numpy.reductions import sum
from clearprop.tracing import apply, apply_several, as_array, common_shape, unsupported, user_line

__all__ = [
    "det",
    "inv",
    "lstsq",
    "pinv",
    "slogdet",
    "solve",
    "tensorinv",
    "tensorsolve",
]


@follows(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """The x of a x = b, for a square a; b is a vector, or holds one in each column.

    Raises:
        numpy.linalg.LinAlgError: If a is singular or not square.
    """
    a, b = matrices(square(a), b)
    is_vector = b.ndim == 1
    if not b.ndim or a.shape[-1] != b.shape[-1 if is_vector else -2]:
        raise ShapeError(f"linalg.solve of shapes {a.shape} and {b.shape}", where=user_line())
    if is_vector:
        b = apply("reshape", b, shape=(*b.shape, 1))
    lead = common_shape([a.shape[:-2], b.shape[:-2]], "linalg.solve")
    x = apply("solve", spread(a, lead), spread(b, lead))
    return apply("reshape", x, shape=x.shape[:-1]) if is_vector else x


@follows(np.linalg.inv)
def inv(a: Any) -> Any:
    """The inverse of a square matrix.

    Raises:
        numpy.linalg.LinAlgError: If a is singular or not square.
    """
    a = matrices(square(a))
    return apply("solve", a, np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape))


@follows(np.linalg.det)
def det(a: Any) -> Any:
    """The determinant; its derivatives are right where it is 0, too."""
    return apply("det", matrices(square(a)))


@follows(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    """The determinant's sign, and the logarithm of its absolute value."""
    return named(np.linalg.slogdet, apply_several("slogdet", matrices(square(a))))


@follows(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, hermitian: Any = False, *, rtol: Any = np._NoValue) -> Any:
    """The pseudo-inverse; its derivative is that along steps which keep the rank.

    ``rcond`` is one number. With ``hermitian`` the lower triangle alone is read.
    """
    a = matrices(a)
    if rcond is None:
        relative = rtol if rtol is not None else max(a.shape[-2:]) * np.finfo(a.dtype).eps
        rcond = 1e-15 if rtol is np._NoValue else relative
    elif rtol is not np._NoValue:
        raise ValueError("`rtol` and `rcond` can't be both set.")
    if np.ndim(rcond):
        raise unsupported("linalg.pinv", "a tolerance for each matrix", "Give one number.")
    if hermitian:
        a = choice(np.tri(*square(a).shape[-2:], dtype=bool), a, a.mT)
    return apply("pinv", a, rcond=float(rcond))


@follows(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The x of least |a x − b|, of those the shortest; with residuals, rank and singular values.

    The derivative is that along steps which keep the rank. Whether there are residuals becomes a
    guard.

    Raises:
        numpy.linalg.LinAlgError: If a is no matrix, or b has not as many rows.
    """
    a, b = matrices(a, b)
    columns = apply("reshape", b, shape=(*b.shape, 1)) if b.ndim == 1 else b
    m, n = a.shape[-2:]
    if a.ndim != 2 or columns.ndim != 2 or columns.shape[0] != m:
        raise np.linalg.LinAlgError("Incompatible dimensions")
    tolerance = np.finfo(np.float64).eps * max(n, m) if rcond is None else float(rcond)
    values = svdvals(a)
    rank = (values > tolerance * values[:1]).sum(dtype=np.int32)
    x = products.matmul(apply("pinv", a, rcond=max(tolerance, 0.0)), columns)
    residuals: Any = np.zeros(0, a.dtype)
    if m > n and rank == n:
        rest = columns - products.matmul(a, x)
        residuals = sum(rest * rest, 0)
    return apply("reshape", x, shape=(n, *b.shape[1:])), residuals, rank, values


@follows(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x of tensordot(a, x, x.ndim) = b."""
    a, b = as_array(a), as_array(b)
    order = list(range(a.ndim))
    for axis in axes or ():
        order.remove(axis)
        order.insert(a.ndim, axis)
    a = apply("transpose", a, axes=tuple(order))
    shape = a.shape[b.ndim :] if b.ndim else a.shape
    size = prod(shape)
    if a.size != size**2:
        raise np.linalg.LinAlgError(
            "Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == "
            "prod(a.shape[:b.ndim])"
        )
    flat = solve(apply("reshape", a, shape=(size, size)), apply("reshape", b, shape=(b.size,)))
    return apply("reshape", flat, shape=shape)


@follows(np.linalg.tensorinv)
def tensorinv(a: Any, ind: Any = 2) -> Any:
    """The inverse for tensordot over the axes in front of ``ind``."""
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    a = as_array(a)
    front, back = a.shape[:ind], a.shape[ind:]
    size = prod(back)
    flat = inv(apply("reshape", a, shape=(size, a.size // size if size else 0)))
    return apply("reshape", flat, shape=(*back, *front))
