"""How arrays lie in memory where nothing is known of their elements: in bodies, and by types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import clearprop as cp

RNG = np.random.default_rng(0)


def written_into(z: Any) -> Any:
    """The array, after something was written into a reshape of it: a view, or a copy."""
    flat = z.reshape(-1)
    flat[1] = 9.0
    return z.T


@pytest.mark.parametrize(
    "made",
    [
        lambda x: x.T + 1.0,
        lambda x: np.sin(x.T),
        lambda x: x.T * np.ones((3, 2)),
        lambda x: np.ones((3, 2)) * x.T,
        lambda x: x.T + x.T[:, :1],
        lambda x: x.T.sum(0, keepdims=True) + x.T,
        lambda x: np.sin(x.T).sum(0, keepdims=True) + np.zeros((3, 2)),
        lambda x: x.T.copy(),
        lambda x: np.copy(x.T),
        lambda x: np.where(x.T > 0, x.T, 0.0),
        lambda x: np.sort(x.T, axis=0),
        lambda x: np.fmin(x.T, 0.5),
        lambda x: np.multiply.outer(x, x)[1].T.max(0).T[:, :2],
        lambda x: x.T @ np.ones((2, 2)),
        lambda x: cp.fori_loop(0, 2, lambda i, y: y * 2.0, x.T),
        lambda x: cp.while_loop(lambda y: y.sum() > 1e9, lambda y: y * 2.0, x.T),
        lambda x: cp.cond(x[0, 0] > 0, lambda y: y, lambda y: y * 2.0, x.T),
        lambda x: cp.vjp(np.sin, x.T)[1](x.T)[0],
    ],
)
def test_what_is_a_view_does_not_depend_on_where_it_is_made(made: Callable[..., Any]) -> None:
    x = RNG.normal(size=(2, 3))
    right = written_into(made(x))

    def body(_: Any, y: Any) -> Any:
        return written_into(made(y))

    np.testing.assert_array_equal(cp.vjp(lambda x: body(0, x), x)[0], right)
    np.testing.assert_array_equal(cp.fori_loop(0, 1, body, x), right)
    found = cp.vjp(lambda x: cp.fori_loop(0, 1, body, x), x)[0]
    np.testing.assert_array_equal(found, right)
    np.testing.assert_allclose(cp.compile(lambda x: body(0, x))(x), right, rtol=1e-14)
