"""Roots whose derivative at 0 is decided: the tip of a cone has the smallest subgradient, 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.public import choice


def root(square: Any) -> Any:
    """√square of a sum of squares; where that is 0, the value and all derivatives are 0."""
    tip = np.equal(square, 0)
    return choice(tip, square.dtype.type(0), np.sqrt(choice(tip, square.dtype.type(1), square)))


def power_root(total: Any, order: Any) -> Any:
    """Total ** (1 / order) of a sum of powers; where that is 0, all derivatives are 0."""
    tip = np.equal(total, 0)
    inner = choice(tip, total.dtype.type(1), total)
    return choice(
        tip, total.dtype.type(0 if order > 0 else np.inf), inner ** total.dtype.type(1 / order)
    )
