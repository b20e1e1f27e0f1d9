"""Square matrices of the sizes at which native code goes about things in another way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute.native.lanes import choice

SIZES: Final = sorted(
    {n + more for n in (choice.FEWEST_ROWS, choice.LARGEST, choice.FEWEST) for more in (-1, 0, 1)}
)

MATRIX_FUNCTIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "solve": lambda x: np.linalg.solve(_regular(x), np.exp(x)),
    "solve one": lambda x: np.linalg.solve(_regular(x), x[0]),
    "inv": lambda x: np.linalg.inv(_regular(x)),
    "cholesky": lambda x: np.linalg.cholesky(_regular(x + x.T)),
    "slogdet": lambda x: np.linalg.slogdet(_regular(x))[1] * x,
    "det": lambda x: np.linalg.det(_regular(x) / (2 * len(x))) * x,
    "qr": lambda x: np.linalg.qr(_regular(x))[1],
    "eigh": lambda x: np.linalg.eigh(x + x.T)[0] * x,
    "softmax": lambda x: np.exp(x - x.max(1)[:, None]) / np.sum(np.exp(x), 1, keepdims=True),
    "rows along columns": lambda x: (x - np.mean(x, 1)) / np.sqrt(np.sum(x * x, 0)[:, None]),
    "both ways": lambda x: (x @ x.T - np.max(x, 0)) * np.min(x, 1) / np.sum(x * x, 1)[:, None],
}


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", MATRIX_FUNCTIONS)
def test_values_and_derivatives(name: str, n: int) -> None:
    x = np.random.default_rng(n).normal(size=(n, n))

    def f(x: Any) -> Any:
        y = MATRIX_FUNCTIONS[name](x)
        return np.sum(np.sin(y)), y

    both = cp.value_and_grad(f, has_aux=True)
    (value, y), slope = both(x)
    (found_value, found_y), found = cp.compile(both)(x)
    for mine, other in ((found_value, value), (found_y, y), (found, slope)):
        close = 1e-9 * np.max(np.abs(other))
        np.testing.assert_allclose(mine, other, rtol=0, atol=close)


def _regular(x: Any) -> Any:
    """A matrix whose diagonal outweighs the rest."""
    return x + 2.0 * len(x) * np.eye(len(x))
