"""Running products with zeros, running extremes with ties, and order with ties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.polynomial import polynomial
from numpy.testing import assert_allclose, assert_array_equal

import clearprop as cp
from clearprop.derive import forward, reverse
from clearprop.execute.reference import run
from clearprop.primitives import CATALOGUE
from clearprop.tracing import apply_several
from tests.primitives.calls import call

SMALL = st.sampled_from([0.0, 0.0, 1.0, -1.0, 2.0, -3.0])
ROWS = hnp.arrays(float, st.integers(0, 9), elements=SMALL)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 9).flatmap(lambda n: hnp.arrays(float, (2, n), elements=SMALL)))
def test_every_order_of_the_running_product(rows: np.ndarray) -> None:
    """The k-th derivative along a line is k! times a coefficient, exactly, zeros or not."""
    x, d = rows
    partial, coefficients = [1.0], []
    for pair in zip(x, d, strict=True):
        partial = polynomial.polymul(partial, pair)
        coefficients.append(np.append(partial, np.zeros(5)))
    graph = call(CATALOGUE["cumprod"], [x], {"axis": 0}).graph
    point = graph.inputs
    for order in range(1, 5):
        graph = forward(graph, point)
        expected = [math.factorial(order) * each[order] for each in coefficients]
        assert_array_equal(run(graph, x, *[d] * order)[0], expected)


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_the_running_product_backwards(x: np.ndarray) -> None:
    made = call(CATALOGUE["cumprod"], [x], {"axis": 0})
    ct = np.arange(1.0, x.size + 1)
    expected = np.zeros_like(x)
    for i in range(x.size):
        for j in range(i + 1):
            expected[j] += ct[i] * np.prod(np.delete(x[: i + 1], j))
    assert_array_equal(run(reverse(made.graph), x, ct)[0], expected)


@pytest.mark.parametrize("name", ["cummax", "cummin"])
@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_each_running_extreme_is_an_extreme(name: str, x: np.ndarray) -> None:
    """Value and shares at each place are those of ``max`` or ``min`` of what came so far."""
    made = call(CATALOGUE[name], [x], {"axis": 0})
    ct = np.arange(1.0, x.size + 1)
    (found,) = run(reverse(made.graph), x, ct)
    whole = CATALOGUE[name.removeprefix("cum")]
    expected = np.zeros_like(x)
    for i in range(x.size):
        graph = call(whole, [x[: i + 1]], {"axes": (0,)}).graph
        expected[: i + 1] += run(reverse(graph), x[: i + 1], ct[i])[0]
    assert_allclose(found, expected, rtol=1e-14)
    direction = np.linspace(-1, 2, x.size)
    (tangent,) = run(forward(made.graph), x, direction)
    assert_allclose(ct @ tangent, expected @ direction, rtol=1e-12, atol=1e-12)


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
def test_running_extremes_after_nan_are_nan_and_so_are_their_derivatives() -> None:
    x = np.array([1.0, 2.0, np.nan, 3.0])
    y, tangent = cp.jvp(np.maximum.accumulate, (x,), (np.ones(4),))
    assert_array_equal(y, [1, 2, np.nan, np.nan])
    assert_array_equal(tangent, [1, 1, np.nan, np.nan])


def test_an_infinite_slope_of_an_element_that_loses_plays_no_part() -> None:
    f = lambda x: np.maximum.accumulate(np.sqrt(x)).sum()  # noqa: E731
    with np.errstate(divide="ignore"):
        assert_array_equal(cp.grad(f)(np.array([4.0, 0.0])), [0.5, 0])
        assert_array_equal(cp.jvp(f, (np.array([4.0, 0.0]),), (np.ones(2),))[1], 0.5)


@settings(deadline=None, max_examples=60)
@given(hnp.arrays(float, (3, 5), elements=SMALL), st.integers(0, 1))
def test_sort_is_stable(x: np.ndarray, axis: int) -> None:
    """Values and permutation belong together."""
    values, order = apply_several("sort", x, axis=axis)
    assert_array_equal(values, np.sort(x, axis))
    assert_array_equal(order, np.argsort(x, axis, kind="stable"))


@settings(deadline=None, max_examples=60)
@given(hnp.arrays(float, (3, 5), elements=SMALL), st.integers(0, 1))
def test_equal_elements_share_their_places(x: np.ndarray, axis: int) -> None:
    """The cotangent goes back to the elements, and to equal ones in equal parts."""
    ct = np.arange(15.0).reshape(3, 5)
    lines, cts = np.moveaxis(x, axis, 1), np.moveaxis(ct, axis, 1)
    expected = np.empty(lines.shape)
    for line, own, found in zip(lines, cts, expected, strict=True):
        for place, number in enumerate(line):
            found[place] = np.mean(own[np.sort(line) == number])
    mine = cp.vjp(lambda x: np.sort(x, axis), x)[1](ct)[0]
    assert_allclose(mine, np.moveaxis(expected, 1, axis), rtol=1e-14)
    tangent = cp.jvp(lambda x: np.sort(x, axis), (x,), (ct,))[1]
    assert_allclose(np.sum(tangent * ct), np.sum(mine * ct), rtol=1e-14)
    first = cp.grad(lambda x: np.sum(np.sort(x, axis).take(0, axis)))(x)
    assert_allclose(first, cp.grad(lambda x: np.sum(np.min(x, axis)))(x), rtol=1e-14)


@settings(deadline=None, max_examples=60)
@given(hnp.arrays(float, (3, 5), elements=SMALL), st.integers(0, 3))
def test_top_k_takes_the_first_of_equal_ones(x: np.ndarray, k: int) -> None:
    values, places = apply_several("top_k", x, k=k, axis=1)
    order = np.argsort(-x, axis=1, kind="stable")[:, :k]
    assert_array_equal(places, order)
    assert_array_equal(values, np.take_along_axis(x, order, 1))


def test_top_k_takes_nan_for_the_largest() -> None:
    values, places = apply_several("top_k", np.array([1.0, np.nan, 3.0]), k=2, axis=0)
    assert_array_equal(values, [np.nan, 3.0])
    assert_array_equal(places, [1, 2])
