"""Quantiles of distributions on the whole numbers from 0 on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def whole_quantile(
    distribution: Callable[..., Vector], guess: Any, p: Any, *parameters: Any
) -> Any:
    """The smallest whole number k with distribution(k, *parameters) ≥ p, element by element.

    Args:
        distribution: The probability of numbers up to k, which grows with k.
        guess: Where to start, best some whole numbers away at most; moved in steps of 1.
        p: Probabilities; the quantile is 0 at 0, ∞ at 1, and NaN where p is NaN.
        parameters: Of the distribution, arrays that broadcast with p.
    """
    given = np.broadcast_arrays(guess, p, *parameters)
    k, wanted, *fixed = [array.astype(np.float64).ravel() for array in given]
    k = np.maximum(np.rint(k), 0)
    k[wanted <= 0], k[wanted >= 1] = 0, np.inf

    def walk(step: float, goes_on: Callable[..., Any]) -> None:
        moving = np.flatnonzero(np.isfinite(k))
        while moving.size:
            at = k[moving] if step > 0 else k[moving] - 1
            reached = distribution(at, *[x[moving] for x in fixed])
            moving = moving[goes_on(at, reached, wanted[moving])]
            k[moving] += step

    walk(1.0, lambda at, reached, goal: reached < goal)
    walk(-1.0, lambda at, reached, goal: (at >= 0) & (reached >= goal))
    return k.reshape(given[0].shape)
