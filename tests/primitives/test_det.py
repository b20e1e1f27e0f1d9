"""The determinant is a polynomial, and so are its derivatives, whatever the rank."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.polynomial import polynomial
from numpy.testing import assert_allclose

from clearprop.derive import forward, reverse
from clearprop.execute.reference import run
from clearprop.primitives import CATALOGUE
from tests.primitives.calls import call

RANKS = [(n, rank) for n in range(1, 7) for rank in range(n + 1)]
each_rank = pytest.mark.parametrize(("n", "rank"), RANKS)


def drawn(n: int, rank: int) -> np.ndarray:
    generator = np.random.default_rng(10 * n + rank)
    return generator.normal(size=(n, rank)) @ generator.normal(size=(rank, n))


def minors(a: np.ndarray) -> np.ndarray:
    """The cofactors, one by one."""
    found = np.empty_like(a)
    for i, j in np.ndindex(a.shape):
        rest = np.delete(np.delete(a, i, 0), j, 1)
        found[i, j] = (-1) ** (i + j) * np.linalg.det(rest)
    return found


@each_rank
def test_every_order_along_a_line(n: int, rank: int) -> None:
    """The k-th derivative of det(a + t d) is k! times its k-th coefficient."""
    a, d = drawn(n, rank), np.random.default_rng(n).normal(size=(n, n))
    places = np.cos(np.pi * (np.arange(n + 1) + 0.5) / (n + 1))
    values = [np.linalg.det(a + t * d) for t in places]
    coefficients = polynomial.polyfit(places, values, n)
    graph = call(CATALOGUE["det"], [a], {}).graph
    point = graph.inputs
    for order in range(1, 5 if n - rank <= 3 else 4):
        graph = forward(graph, point)
        (found,) = run(graph, a, *[d] * order)
        expected = math.factorial(order) * coefficients[order] if order <= n else 0.0
        assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@each_rank
def test_the_gradient_is_the_cofactors(n: int, rank: int) -> None:
    a = drawn(n, rank)
    graph = call(CATALOGUE["det"], [a], {}).graph
    assert_allclose(run(reverse(graph), a, 1.0)[0], minors(a), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    "a",
    [
        np.arange(25.0).reshape(5, 5),
        np.diag([1e20, 1.0, 1.0, 1.0, 1.0]),
        np.diag([1.0, 1e-20, 1e-20, 2.0, 0.0]),
        np.eye(6) - np.ones((6, 6)) / 6,
        1e-3 * np.eye(5),
        np.linalg.qr(np.arange(25.0).reshape(5, 5) % 7).Q,
    ],
)
def test_matrices_of_all_scales(a: np.ndarray) -> None:
    """Rank by rounding only, elements far apart, singular values that coincide."""
    graph = call(CATALOGUE["det"], [a], {}).graph
    expected = minors(a)
    scale = max(1.0, np.abs(expected).max())
    assert_allclose(run(reverse(graph), a, 1.0)[0], expected, rtol=1e-11, atol=1e-13 * scale)


def test_a_stack_takes_each_matrix_by_itself() -> None:
    a = np.stack([drawn(5, rank) for rank in (1, 4, 5)])
    graph = call(CATALOGUE["det"], [a], {}).graph
    expected = np.stack([k * minors(each) for k, each in enumerate(a)])
    found = run(reverse(graph), a, np.arange(3.0))[0]
    assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


def test_nan_gives_nan() -> None:
    a = np.full((4, 4), np.nan)
    graph = call(CATALOGUE["det"], [a], {}).graph
    assert np.isnan(run(reverse(graph), a, 1.0)[0]).all()


def test_single_precision() -> None:
    a = drawn(5, 4).astype("float32")
    graph = call(CATALOGUE["det"], [a], {}).graph
    (found,) = run(reverse(graph), a, np.float32(1))
    assert found.dtype == np.float32
    assert_allclose(found, minors(a.astype(float)), rtol=1e-4, atol=1e-4)
