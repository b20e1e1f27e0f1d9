"""Polynomials, interpolation and convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.complexes import conjugated
from clearprop.numpy.moving import moved, pad
from clearprop.numpy.products import alike, contracted
from clearprop.numpy.public import choice, follows
from clearprop.numpy.reductions import sum
from clearprop.numpy.shapes import flip
from clearprop.tracing import apply, as_array, cast, getitem, unsupported

__all__ = ["convolve", "correlate", "interp", "polyval", "vander"]


@follows(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The polynomial with coefficients p, the highest power first, at x, by Horner's rule."""
    p, x = as_array(p), as_array(x)
    y: Any = np.zeros_like(x)
    for i in range(p.shape[0]):
        y = y * x + p[i]
    return y


@follows(np.vander)
def vander(x: Any, N: Any = None, increasing: Any = False) -> Any:
    """A matrix whose columns are powers of x, the highest first."""
    x = as_array(x)
    if x.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    count = len(x) if N is None else int(N)
    dtype = np.result_type(x.dtype, int)
    columns = [np.ones(len(x), dtype)]
    while len(columns) < count:
        columns.append(columns[-1] * x)
    columns = [apply("reshape", cast(column, dtype), shape=(len(x), 1)) for column in columns]
    ordered = columns[:count] if increasing else columns[:count][::-1]
    if not ordered:
        return np.zeros((len(x), 0), dtype)
    return apply("concatenate", *ordered, axis=1)


@follows(np.interp, ordered=True)
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, *, period: Any = None
) -> Any:
    """The value at x of the line through the points (xp, fp), constant outside them.

    Derivatives pass to x, xp, fp, left and right; at a point, that by x is the next segment's.
    """
    if period is not None:
        raise unsupported("interp", "period=", "Write x % period, and xp with its ends repeated.")
    x, xp, fp = (cast(as_array(value), np.float64) for value in (x, xp, fp))
    if xp.ndim != 1 or fp.ndim != 1 or xp.shape != fp.shape:
        raise ValueError("fp and xp are not of the same length.")
    n = xp.shape[0]
    if n == 0:
        raise ValueError("array of sample points is empty")
    left, right = (fp[0] if left is None else left), (fp[-1] if right is None else right)
    below, above = x < xp[0], x > xp[-1]
    nearest = choice(below | above | np.isnan(x), xp[0], x)  # keeps infinities out of derivatives
    if n == 1:
        inside = fp[0]
    else:
        inside = _on_segment(nearest, xp, fp, sum(nearest[..., None] >= xp[1:-1], -1))
    return choice(np.isnan(x), x, choice(below, left, choice(above, right, inside)))


@follows(np.convolve)
def convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    """The convolution of two vectors: (a ∗ v)ₙ = Σₖ aₖ vₙ₋ₖ; full, same or valid."""
    a, v = (apply("reshape", x, shape=(1,)) if not x.ndim else x for x in alike(a, v))
    if a.ndim > 1 or v.ndim > 1:
        raise ValueError("object too deep for desired array")
    if not a.size or not v.size:
        raise ValueError(f"{'v' if a.size else 'a'} cannot be empty")
    if len(v) > len(a):
        a, v = v, a
    return _correlated(a, flip(v), mode)


@follows(np.correlate)
def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """The cross-correlation of two vectors: cₖ = Σₙ aₙ₊ₖ v̄ₙ; full, same or valid."""
    a, v = alike(a, v)
    v = conjugated(v)
    if a.ndim != 1 or v.ndim != 1:
        raise ValueError("correlate wants two vectors")
    if not a.size or not v.size:
        raise ValueError(f"{'v' if a.size else 'a'} cannot be empty")
    if len(v) > len(a):
        return flip(_correlated(v, a, mode))
    return _correlated(a, v, mode)


# What they share ---------------------------------------------------------------------------------


def _on_segment(x: Any, xp: Any, fp: Any, at: Any) -> Any:
    """The line through the points number ``at`` and ``at + 1``, at x."""
    x0, x1 = getitem(xp, at), getitem(xp, at + 1)
    y0, y1 = getitem(fp, at), getitem(fp, at + 1)
    return (y1 - y0) / (x1 - x0) * (x - x0) + y0


def _correlated(a: Any, v: Any, mode: Any) -> Any:
    """cₖ = Σₙ aₙ₊ₖ vₙ of a vector a that is not shorter than v."""
    m = v.shape[0]
    widths = {"full": (m - 1, m - 1), "same": (m // 2, (m - 1) // 2), "valid": (0, 0)}
    if mode not in widths:
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    before, after = widths[mode]
    whole = pad(a, (before, after))
    windows = moved(whole, lambda i: np.lib.stride_tricks.sliding_window_view(i, m))
    return contracted(windows, v, (1,), (0,))
