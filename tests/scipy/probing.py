"""Functions to solve with, counted calls, numerical differences, and what SciPy is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


class Counted:
    """A function that counts its calls."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        self.calls = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        return self.f(*args, **kwargs)


class Spy:
    """Stands in the place of a function, remembers what it was given, and calls it."""

    def __init__(self, monkeypatch: Any, module: Any, name: str) -> None:
        self.original = getattr(module, name)
        self.args: tuple[Any, ...] = ()
        self.kwargs: dict[str, Any] = {}
        monkeypatch.setattr(module, name, self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.args, self.kwargs = args, kwargs
        return self.original(*args, **kwargs)


def differences(f: Callable[[Any], Any], x: Any, step: float = 1e-3) -> Any:
    """The Jacobian of f by central differences of fourth order, shape (m, n)."""
    columns = []
    for i in range(len(x)):
        unit = np.zeros(len(x))
        unit[i] = step
        near = np.ravel(f(x + unit)) - np.ravel(f(x - unit))
        far = np.ravel(f(x + 2 * unit)) - np.ravel(f(x - 2 * unit))
        columns.append((8 * near - far) / (12 * step))
    return np.stack(columns, axis=-1)


def assert_exact(found: Any, f: Callable[[Any], Any], x: Any) -> None:
    """The Jacobian (or gradient) agrees with numerical differences, as far as these go."""
    expected = differences(f, x).reshape(np.shape(found))
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


def rosenbrock(x: Any) -> Any:
    """Rosenbrock's function in any number of dimensions; its minimum is 0, at ones."""
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def wavy(x: Any) -> Any:
    """A function without symmetries, smooth everywhere."""
    return np.sum(np.sin(x) * np.arange(1, len(x) + 1)) + np.exp(x[0] * x[-1]) + np.sum(x**4)
