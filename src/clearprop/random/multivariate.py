"""Normal vectors with a given covariance, by its Cholesky factor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from clearprop.errors import ArgumentError, ShapeError
from clearprop.random.arguments import (
    Shape,
    ShapeLike,
    as_float,
    as_key,
    as_shape,
    known,
    numbers,
)
from clearprop.random.location_scale import normal
from clearprop.tracing import apply, user_line


def multivariate_normal(
    key: Any,
    mean: Any,
    cov: Any,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = float,
) -> Any:
    """Normal vectors: mean + L z, with z standard normal and L Lᵀ = cov.

    Args:
        key: A key, uint32[2].
        mean: An array of shape (…, n).
        cov: An array of shape (…, n, n), symmetric and positive definite.
        shape: How many vectors are drawn, as a shape; None for the leading axes of ``mean`` and
            ``cov`` together.
        dtype: ``float64`` or ``float32``.

    Returns:
        An array of shape ``(*shape, n)`` and that dtype, with derivatives by ``mean`` and ``cov``.

    Raises:
        ArgumentError: If ``key`` is no key, ``shape`` no shape, or ``cov`` is not symmetric or not
            positive definite.
        DtypeError, ShapeError: If dtype or shapes do not fit.

    >>> import clearprop as cp, numpy as np
    >>> cov = np.array([[2.0, 1.0], [1.0, 3.0]])
    >>> drawn = cp.random.multivariate_normal(cp.random.key(0), np.zeros(2), cov, 100_000)
    >>> np.cov(drawn.T).round(1)
    array([[2., 1.],
           [1., 3.]])
    """
    wanted = as_float(dtype)
    mean, cov = numbers(mean, "mean", wanted), numbers(cov, "cov", wanted)
    size = _shape(shape, mean, cov)
    _require_covariance(known(cov))
    z = normal(as_key(key), (*size, mean.shape[-1]), wanted)
    both = 0.5 * (cov + np.swapaxes(cov, -1, -2))  # so derivatives by cov are symmetric too
    factor = apply("cholesky", both)
    if cov.ndim == 2:
        return mean + z @ factor.T
    return mean + (factor @ z[..., None])[..., 0]


def _shape(shape: ShapeLike | None, mean: Any, cov: Any) -> Shape:
    """The leading axes of the result."""
    n = mean.shape[-1] if mean.ndim else 0
    if not mean.ndim or cov.shape[-2:] != (n, n):
        raise ShapeError(
            f"mean has shape {mean.shape} and cov {cov.shape}",
            where=user_line(),
            why="They must have shapes (…, n) and (…, n, n).",
        )
    given = None if shape is None else as_shape(shape)
    try:
        common = np.broadcast_shapes(mean.shape[:-1], cov.shape[:-2], given or ())
    except ValueError:
        common = None
    if common is None or given not in (None, common):
        raise ShapeError(
            f"mean of shape {mean.shape} and cov of shape {cov.shape} for a draw of shape {given}",
            where=user_line(),
            why="Without their own axes, mean's last and cov's last two, they must broadcast.",
        )
    return common


def _require_covariance(cov: Any) -> None:
    """Refuse what is the covariance of nothing; NaN is let through, and gives NaN."""
    if cov is None or np.isnan(cov).any():
        return
    rough = 100 * np.finfo(cov.dtype).eps * np.abs(cov).max(initial=0.0)
    if np.abs(cov - np.swapaxes(cov, -1, -2)).max(initial=0.0) > rough:
        raise ArgumentError("cov is not symmetric", where=user_line())
    try:
        np.linalg.cholesky(cov)
    except np.linalg.LinAlgError:
        raise ArgumentError(
            "cov is not positive definite",
            where=user_line(),
            remedy="If it is only just not, add a small multiple of np.eye(n).",
        ) from None
