"""Factorizations: a matrix as a product of triangular, orthogonal and diagonal ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.linalg.stacks import matrices, named, square, turned
from clearprop.numpy.products import matmul
from clearprop.numpy.public import choice, follows
from clearprop.tracing import apply, apply_several, unsupported

__all__ = ["cholesky", "eigh", "eigvalsh", "qr", "svd", "svdvals"]


@follows(np.linalg.cholesky)
def cholesky(a: Any, /, *, upper: Any = False) -> Any:
    """The triangular L of a = L Lᵀ; with ``upper`` its transpose.

    As in NumPy one triangle alone is read, the lower one or the upper one, and only there is the
    derivative not 0; that of ``cholesky((a + a.T) / 2)`` is symmetric.

    Raises:
        numpy.linalg.LinAlgError: If a is not positive definite, or not square.
    """
    a = matrices(square(a))
    return turned(apply("cholesky", turned(a))) if upper else apply("cholesky", a)


@follows(np.linalg.qr, ordered=True)
def qr(a: Any, mode: Any = "reduced") -> Any:
    """Orthonormal columns Q and an upper triangular R with a = Q R; with mode ``"r"`` R alone.

    Its derivative exists where the first columns, as many as there are rows, are independent.
    """
    a = matrices(a)
    m, n = a.shape[-2:]
    if mode not in ("reduced", "complete", "r") or (mode == "complete" and m > n):
        remedy = "Columns beyond a's own are not determined: write mode='reduced'."
        raise unsupported("linalg.qr", f"mode={mode!r}", remedy if mode == "complete" else "")
    q, r = apply_several("qr", a if m >= n else a[..., :m])
    if m < n:
        r = apply("concatenate", r, matmul(q.mT, a[..., m:]), axis=a.ndim - 1)
    return r if mode == "r" else named(np.linalg.qr, (q, r))


@follows(np.linalg.eigh)
def eigh(a: Any, UPLO: Any = "L") -> Any:
    """Eigenvalues, ascending, and eigenvectors, in columns, of a symmetric matrix.

    As in NumPy one triangle alone is read, and only there is the derivative not 0. Where
    eigenvalues coincide see the primitive ``eigh``.
    """
    return named(np.linalg.eigh, _eigen(a, UPLO))


@follows(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: Any = "L") -> Any:
    """The eigenvalues of a symmetric matrix, ascending."""
    return _eigen(a, UPLO)[0]


@follows(np.linalg.svd)
def svd(a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False) -> Any:
    """Singular values, descending, with their vectors; with ``compute_uv=False`` without them.

    Where singular values coincide see the primitive ``svd``.

    Raises:
        UnsupportedError: If a is not square and ``full_matrices`` is not False, as the further
            vectors are not determined.
    """
    a = matrices(a)
    if hermitian:
        parts = _by_eigenvalues(square(a))
    elif compute_uv and full_matrices and a.shape[-1] != a.shape[-2]:
        raise unsupported(
            "linalg.svd",
            "full_matrices=True of a matrix that is not square",
            "The further vectors are not determined: write full_matrices=False.",
        )
    else:
        parts = apply_several("svd", a)
    return named(np.linalg.svd, parts) if compute_uv else parts[1]


@follows(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """The singular values, descending."""
    return svd(x, compute_uv=False)


# What they share ---------------------------------------------------------------------------------


def _eigen(a: Any, triangle: Any) -> tuple[Any, ...]:
    triangle = triangle.upper()
    if triangle not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return apply_several("eigh", matrices(square(a)), lower=triangle == "L")


def _by_eigenvalues(a: Any) -> tuple[Any, Any, Any]:
    """The singular values of a symmetric matrix: its eigenvalues without their sign."""
    w, v = _eigen(a, "L")
    order = np.argsort(abs(w), axis=-1)[..., ::-1]
    sign = choice(np.less(w, 0), w.dtype.type(-1), w.dtype.type(1))
    values = np.take_along_axis(abs(w), order, axis=-1)
    vectors = np.take_along_axis(v, order[..., None, :], axis=-1)
    signs = np.take_along_axis(sign, order, axis=-1)
    return vectors, values, (vectors * signs[..., None, :]).mT
