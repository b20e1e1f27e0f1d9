"""Every way to differentiate twice, against differences of the first derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import clearprop as cp


def slope(f: Callable[[Any], Any], x: float, step: float = 1e-4) -> float:
    """f′(x) by central differences, twice extrapolated (Richardson)."""

    def central(h: float) -> float:
        return (f(x + h) - f(x - h)) / (2 * h)

    coarse, middle, fine = (central(step / 2**k) for k in range(3))
    first, second = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
    return (16 * second - first) / 15


def pushed(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """f′ by forward mode."""
    return lambda x: cp.jvp(f, (x,), (1.0,))[1]


def assert_derivatives(f: Callable[[Any], Any], x: float, rtol: float = 1e-6) -> None:
    """First order in both modes, second order in all four compositions."""
    first = slope(f, x)
    for derivative in (cp.grad(f), pushed(f)):
        np.testing.assert_allclose(derivative(x), first, rtol=rtol, atol=1e-7)
    second = slope(cp.grad(f), x)
    for outer in (cp.grad, pushed):
        for inner in (cp.grad, pushed):
            np.testing.assert_allclose(outer(inner(f))(x), second, rtol=rtol, atol=1e-6)
