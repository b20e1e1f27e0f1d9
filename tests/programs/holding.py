"""A program held in every way: both modes, second order in all compositions, and as a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import clearprop as cp
from tests.api.orders import assert_derivatives, pushed

Program = Callable[[Any], Any]


def assert_holds(
    f: Program,
    x: float,
    exactly: Sequence[float] | None = None,
    batch: Sequence[float] = (),
    rtol: float = 1e-6,
) -> None:
    """The program's derivatives against differences, an analytic answer, and one by one.

    Args:
        f: A function of one number.
        x: The point.
        exactly: f(x), f′(x), f″(x) by analysis.
        batch: Points of a batch, which must not take different paths through Python code.
        rtol: How near differences come.
    """
    assert_derivatives(f, x, rtol)
    if exactly is not None:
        found = f(x), cp.grad(f)(x), cp.grad(cp.grad(f))(x)
        np.testing.assert_allclose(found, exactly, rtol=1e-7)
    if batch:
        assert_maps(f, batch)


def assert_maps(f: Program, xs: Sequence[float]) -> None:
    """vmap of the program and of its derivatives is a loop over the elements."""
    points = np.array(xs)
    for made in (f, cp.grad(f), pushed(f), cp.grad(pushed(f)), pushed(cp.grad(f))):
        one_by_one = [made(x) for x in xs]
        np.testing.assert_allclose(cp.vmap(made)(points), one_by_one, rtol=1e-9, atol=1e-11)
    summed = cp.grad(lambda points: np.sum(cp.vmap(f)(points)))(points)
    np.testing.assert_allclose(summed, [cp.grad(f)(x) for x in xs], rtol=1e-9, atol=1e-11)
