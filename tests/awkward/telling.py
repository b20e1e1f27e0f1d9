"""Derivatives as the page shows them: a few digits, ∞ and NaN by name."""

from __future__ import annotations

import math
from typing import Any

import numpy


def told(first: Any, second: Any = None) -> str:
    """The first derivative and, after a semicolon, the second.

    >>> told(0.5), told([1.0, math.nan]), told(0.0, -math.inf)
    ('0.5', '[1, NaN]', '0; −∞')
    """
    parts = [first] if second is None else [first, second]
    return "; ".join(_listed(numpy.asarray(part).tolist()) for part in parts)


def _listed(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_listed, value))}]"
    if isinstance(value, complex):
        return f"{_listed(value.real)} + {_listed(value.imag)}i"
    if math.isnan(value):
        return "NaN"
    text = "∞" if math.isinf(value) else f"{abs(value):.4g}"
    return f"−{text}" if value < 0 else text
