"""Code of many operations on single numbers, drawn at random."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

UNARY = (np.sin, np.cos, np.exp, np.tanh, np.sqrt, np.abs, np.negative, np.floor)


def scalars(seed: int, count: int, window: int = 60) -> Callable[..., Any]:
    """A function of an array of 8 floats: so many operations on its elements, mixed in kind."""
    draw = random.Random(seed)
    plan = [
        (draw.randrange(9), draw.random(), draw.random(), draw.randrange(len(UNARY)))
        for _ in range(count)
    ]

    def f(x: Any) -> Any:
        values = [x[i] for i in range(8)]
        for kind, first, second, name in plan:
            near = min(window, len(values))
            a, b = (values[-1 - int(place * near)] for place in (first, second))
            values.append(_operation(kind, a, b, UNARY[name]))
        return sum(values[-5:], start=values[-6])

    return f


def _operation(kind: int, a: Any, b: Any, name: Any) -> Any:
    """One more value, of moderate size."""
    match kind:
        case 0:
            return (a + b) * 0.5
        case 1:
            return a - b
        case 2 | 3:
            return np.sin(a * b)
        case 4:
            return a / (b * b + 1.5)
        case 5:
            return np.where(a < b, a * 0.75, np.minimum(a, b))
        case 6:
            truth = (a > 0) & ~(b > 0.5)
            return np.where(truth, a, (b > a) * 0.25 + b)
        case 7:
            whole = np.floor(np.abs(a) * 3).astype("int64") % 5
            return whole.astype("float64") * 0.1 + np.hypot(a, b) * 0.3
    return name(np.sin(a) * 0.5 + 1.0)
