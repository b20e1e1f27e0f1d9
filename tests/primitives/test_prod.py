"""The product is a polynomial, and so are its derivatives of every order, zeros or not."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.polynomial import polynomial
from numpy.testing import assert_array_equal

from clearprop.derive import forward, reverse
from clearprop.execute.reference import run
from clearprop.primitives import CATALOGUE
from tests.primitives.calls import call

SMALL = st.sampled_from([0.0, 0.0, 1.0, -1.0, 2.0, -3.0])
PROD = CATALOGUE["prod"]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 9).flatmap(lambda n: hnp.arrays(float, (2, n), elements=SMALL)))
def test_every_order_along_a_line(rows: np.ndarray) -> None:
    """The k-th derivative of Πᵢ (xᵢ + t dᵢ) by t is k! times its k-th coefficient, exactly."""
    x, d = rows
    coefficients = [1.0]
    for pair in zip(x, d, strict=True):
        coefficients = polynomial.polymul(coefficients, pair)
    graph = call(PROD, [x], {"axes": (0,)}).graph
    point = graph.inputs
    for order in range(1, 5):
        graph = forward(graph, point)
        coefficient = coefficients[order] if order < len(coefficients) else 0.0
        assert run(graph, x, *[d] * order) == [math.factorial(order) * coefficient]


@settings(deadline=None, max_examples=60)
@given(
    hnp.arrays(
        float, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4), elements=SMALL
    ),
    st.data(),
)
def test_each_element_sees_the_product_of_the_others(x: np.ndarray, data: st.DataObject) -> None:
    axes = tuple(sorted(data.draw(st.sets(st.integers(0, x.ndim - 1)))))
    made = call(PROD, [x], {"axes": axes})
    ones = np.ones(made.graph.outputs[0].type.shape)
    (found,) = run(reverse(made.graph), x, ones)
    expected = np.empty_like(x)
    for place in np.ndindex(x.shape):
        others = x.copy()
        others[place] = 1.0
        rest = tuple(i for axis, i in enumerate(place) if axis not in axes)
        expected[place] = np.prod(others, axis=axes)[rest]
    assert_array_equal(found, expected)
