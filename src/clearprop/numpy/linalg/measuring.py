"""Norms, the condition number and the rank."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.complexes import squared
from clearprop.numpy.linalg.factoring import svd, svdvals
from clearprop.numpy.linalg.stacks import matrices
from clearprop.numpy.linalg.systems import inv
from clearprop.numpy.public import choice, follows
from clearprop.numpy.reductions import reduced, sum
from clearprop.numpy.roots import power_root, root
from clearprop.numpy.shapes import moveaxis
from clearprop.primitives.axes import keep_ones
from clearprop.tracing import apply, as_array, cast

__all__ = ["cond", "matrix_norm", "matrix_rank", "norm", "vector_norm"]


@follows(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """The norm of a vector or matrix, by default the root of the sum of squares.

    At 0 its derivative is 0, the smallest subgradient; where maxima tie they share it.
    """
    x = _floating(x)
    if axis is None:
        if ord is None or x.ndim == 1 or (x.ndim == 2 and ord in ("f", "fro")):
            return _vector(x, ord if ord is not None and x.ndim == 1 else 2, None, keepdims)
        axis = tuple(range(x.ndim))
    axes = np.lib.array_utils.normalize_axis_tuple(axis, x.ndim)
    if len(axes) == 1:
        return _vector(x, 2 if ord is None else ord, axes, keepdims)
    if len(axes) != 2:
        raise ValueError("Improper number of dimensions to norm.")
    return _matrix(x, ord, axes, keepdims)


@follows(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
    """The norm of the elements over axes, as those of one vector."""
    return _vector(_floating(x), ord, axis, keepdims)


@follows(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: Any = False, ord: Any = "fro") -> Any:
    """The norm of the matrices in the last two axes."""
    x = _floating(x)
    return _matrix(x, ord, (x.ndim - 2, x.ndim - 1), keepdims)


@follows(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """The condition number: by default the largest singular value over the smallest.

    Raises:
        numpy.linalg.LinAlgError: If x is empty; for another norm also if it is singular.
    """
    x = matrices(x)
    if not x.size and 0 in x.shape[-2:]:
        raise np.linalg.LinAlgError("cond is not defined on empty arrays")
    with np.errstate(all="ignore"):
        if p is None or p in (2, -2):
            values = svdvals(x)
            first, last = values[..., 0], values[..., -1]
            ratio = last / first if p == -2 else first / last
        else:
            ratio = norm(x, p, (-2, -1)) * norm(inv(x), p, (-2, -1))
    lost = np.isnan(ratio) & ~np.isnan(x).any((-2, -1))
    return choice(lost, x.dtype.type(np.inf), ratio)


@follows(np.linalg.matrix_rank)
def matrix_rank(A: Any, tol: Any = None, hermitian: Any = False, *, rtol: Any = None) -> Any:
    """How many singular values are larger than a tolerance: an integer, which has no derivative."""
    if rtol is not None and tol is not None:
        raise ValueError("`tol` and `rtol` can't be both set.")
    A = as_array(A)
    if A.ndim < 2:
        return int(not np.all(A == 0))
    values = svd(A, compute_uv=False, hermitian=hermitian)
    if tol is None:
        if rtol is None:
            rtol = max(A.shape[-2:]) * np.finfo(values.dtype).eps
        largest = reduced("max", values, -1, True) if values.shape[-1] else 0
        tol = largest * as_array(rtol)[..., None]
    else:
        tol = as_array(tol)[..., None]
    return np.count_nonzero(values > tol, axis=-1)


# What they share ---------------------------------------------------------------------------------


def _floating(x: Any) -> Any:
    x = as_array(x)
    return x if x.dtype.kind in "fc" else cast(x, np.float64)


def _vector(x: Any, order: Any, axis: Any, keepdims: Any) -> Any:
    """Over axes, (Σ |xᵢ|ᵒ)^(1/o), and its limits."""
    if order == 2:
        return root(sum(squared(x), axis, keepdims=keepdims))
    if order in (np.inf, -np.inf):
        return _extreme(order, abs(x), axis, keepdims)
    if order == 0:
        return sum(cast(x != 0, np.finfo(x.dtype).dtype), axis, keepdims=keepdims)
    if order == 1:
        return sum(abs(x), axis, keepdims=keepdims)
    if isinstance(order, str):
        raise ValueError(f"Invalid norm order '{order}' for vectors")
    return power_root(
        sum(abs(x) ** np.finfo(x.dtype).dtype.type(order), axis, keepdims=keepdims), order
    )


def _matrix(x: Any, order: Any, axes: tuple[int, ...], keepdims: Any) -> Any:
    """Over two axes: Frobenius, or the extreme of the rows' or columns' sums."""
    if order in (None, "fro", "f"):
        return root(sum(squared(x), axes, keepdims=keepdims))
    if order in (2, -2, "nuc"):
        return _spectral(x, order, axes, keepdims)
    if order not in (1, -1, np.inf, -np.inf):
        raise ValueError("Invalid norm order for matrices.")
    rows, columns = axes
    along, over = (rows, columns) if order in (1, -1) else (columns, rows)
    sums = sum(abs(x), along, keepdims=True)
    extreme = _extreme(order, sums, over, True)
    return extreme if keepdims else _without(extreme, axes)


def _spectral(x: Any, order: Any, axes: tuple[int, ...], keepdims: Any) -> Any:
    """By the singular values: the largest, the smallest, or their sum."""
    values = svdvals(moveaxis(x, axes, (-2, -1)))
    found = sum(values, -1) if order == "nuc" else _extreme(order, values, -1)
    return apply("reshape", found, shape=keep_ones(x.shape, axes)) if keepdims else found


def _extreme(order: Any, sizes: Any, axis: Any, keepdims: Any = False) -> Any:
    """The largest size, or for a negative order the smallest; the largest of none is 0."""
    lengths = sizes.shape if axis is None else [sizes.shape[i] for i in np.atleast_1d(axis)]
    if order > 0 and 0 in lengths:
        return sum(sizes, axis, keepdims=keepdims)
    return reduced("max" if order > 0 else "min", sizes, axis, keepdims)


def _without(x: Any, axes: tuple[int, ...]) -> Any:
    """The array less axes of length 1."""
    return apply("reshape", x, shape=tuple(n for i, n in enumerate(x.shape) if i not in axes))
