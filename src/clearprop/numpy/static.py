"""Counts and positions that decide on shapes, which a graph must know."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.tracing import Traced, guard_index

__all__ = ["static"]


def static(value: Any) -> Any:
    """The same integers as Python's, or containers of them; at traced ones a guard looks."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(static, value))
    if isinstance(value, np.integer):
        return int(value)
    if value.__class__ is not Traced:
        return value
    return [static(row) for row in value] if value.shape else guard_index(value)
