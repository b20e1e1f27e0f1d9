"""Awkward numbers of every dtype, and when two results are the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.graph import DTYPE_NAMES

DTYPES = tuple(map(np.dtype, DTYPE_NAMES))
ROUNDING = {"float16": 8e-3, "float32": 2e-6, "float64": 1e-12}
"""How far a rule that rounds may go, relative to the value or the smallest normal number."""


def awkward(dtype: Any) -> Any:
    """Zeros of both signs, infinities, NaN, denormals, extremes, and a few plain numbers."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return np.array([False, True])
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return np.array([0, 1, 2, 3, 7, limits.max, limits.max - 1, limits.min], dtype)
    if dtype.kind == "c":
        parts = awkward(np.empty(0, dtype).real.dtype)[:7]
        made = np.empty((len(parts), len(parts)), dtype)
        made.real, made.imag = parts[:, None], parts[None, :]
        return made.ravel()
    limits = np.finfo(dtype)
    tiny = float(limits.smallest_subnormal)
    numbers = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.5, tiny, -3 * tiny]
    numbers += [float(limits.max), -float(limits.max), float(limits.smallest_normal), 0.1, 7.0]
    return np.array(numbers).astype(dtype)


def assert_same(mine: Any, other: Any, rounds: bool = False) -> None:
    """The same shape, dtype and bits, where NaN is NaN; or nearly, where it is allowed to round."""
    mine, other = np.asarray(mine), np.asarray(other)
    assert (mine.shape, mine.dtype) == (other.shape, other.dtype)
    if mine.dtype.kind == "c":
        assert_same(mine.real, other.real, rounds)
        assert_same(mine.imag, other.imag, rounds)
    elif rounds and mine.dtype.kind == "f":
        limits = np.finfo(mine.dtype)
        np.testing.assert_allclose(
            mine.astype("longdouble"),
            other.astype("longdouble"),
            rtol=ROUNDING[mine.dtype.name],
            atol=float(limits.smallest_normal) * ROUNDING[mine.dtype.name],
        )
    else:
        nan = np.isnan(mine) if mine.dtype.kind == "f" else np.zeros(mine.shape, bool)
        word = np.dtype(f"u{mine.dtype.itemsize}")
        same = mine.view(word) == other.view(word)
        if mine.dtype.kind == "f":
            same |= nan & np.isnan(other)
        assert same.all(), (mine[~same][:3], other[~same][:3])
