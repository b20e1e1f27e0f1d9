"""When two answers are one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

EXACT = 1e-9
"""Two exact derivatives differ by rounding only, relative to the largest terms."""
ROUNDINGS = 64
"""By how much values may differ: a sum may be taken in another order."""
HOPELESS = 1e8
"""Derivatives beyond this drown in rounding; nothing is concluded from them."""


class DisagreementError(AssertionError):
    """Two ways to one answer gave two."""


def same(
    found: Sequence[Any], wanted: Sequence[Any], what: str, passed: Callable[[], float]
) -> None:
    """The same shapes, dtypes and numbers, but for some roundings.

    ``passed``: gives the largest number on the way to them, a rounding of which may be as large in
    the end: the sine of a large sum is as wrong as the sum.
    """
    if len(found) != len(wanted):
        raise DisagreementError(f"{what}: {len(found)} outputs, not {len(wanted)}")
    for mine, other in zip(found, wanted, strict=True):
        mine, other = np.asarray(mine), np.asarray(other)
        if mine.dtype != other.dtype or mine.shape != other.shape:
            raise DisagreementError(f"{what}: {mine.dtype}{mine.shape}, {other.dtype}{other.shape}")
        unit = ROUNDINGS * np.finfo(other.dtype).eps
        scale = max(largest(other), 1.0)
        if np.allclose(mine, other, rtol=unit, atol=unit * scale):
            continue
        if not np.allclose(mine, other, rtol=unit, atol=min(unit * passed(), EXACT * scale)):
            raise DisagreementError(f"{what}: {mine!r}, {other!r}")


def close(found: Sequence[Any], wanted: Sequence[Any], what: str, relative: float) -> None:
    """The same shapes, and numbers that differ little beside the largest of them, if there is."""
    scale = 1e-3 + float(np.max([*map(largest, wanted)], initial=0.0))  # NaN if there is any
    if len(found) != len(wanted):
        raise DisagreementError(f"{what}: {len(found)} of them, {len(wanted)}")
    for mine, other in zip(found, wanted, strict=True):
        mine, other = np.asarray(mine), np.asarray(other)
        if mine.shape != other.shape:
            raise DisagreementError(f"{what}: shapes {mine.shape}, {other.shape}")
        if not scale < HOPELESS:
            continue
        if not np.allclose(mine, other, rtol=relative, atol=relative * scale):
            raise DisagreementError(f"{what}: {mine!r}, {other!r}")


def near(found: float, wanted: float, allowed: float, what: str) -> None:
    """Two numbers no further apart than that."""
    if abs(wanted) < HOPELESS and not abs(found - wanted) <= allowed:
        raise DisagreementError(f"{what}: {found!r}, {wanted!r}; allowed {allowed:.1e}")


def largest(value: Any) -> float:
    """The largest magnitude; 0 of nothing."""
    return float(np.max(np.abs(value), initial=0.0))
