"""Logistic sigmoid: y = σ(x) = 1 / (1 + e⁻ˣ), dy/dx = y (1 − y).

Only e to a power that is not positive is computed, so nothing overflows, however large x is.

>>> import numpy as np
>>> primitive.value(np, np.array([-1000.0, 0.0, 1000.0]))
array([0. , 0.5, 1. ])
"""

from typing import Any

from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL, Awkward


def value(xp: Any, x: Any) -> Any:
    """1 / (1 + e⁻ˣ) for x ≥ 0, the same as eˣ / (1 + eˣ) for x < 0."""
    small = xp.exp(-abs(x))
    return xp.where(x >= 0, 1, small) / (1 + small)


primitive = Elementwise(
    "sigmoid",
    value=value,
    partials=lambda ops, y, x: (y * (1 - y),),
    formula=r"\sigma(@0)",
    domain=(REAL,),
    lower=lambda xp, x: xp.sigmoid(x),
    awkward=(
        Awkward((1000.0,), (0.0,), "saturated: the value no longer moves"),
        Awkward((-1000.0,), (0.0,), "saturated: the value no longer moves"),
    ),
)
