"""Powers with a constant exponent keep their closed form, at zero and below it too."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from clearprop.derive import forward, reverse
from clearprop.execute.reference import run
from clearprop.primitives import CATALOGUE
from tests.primitives.calls import call, legal


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0, 4.0])
def test_whole_exponents_are_polynomials(exponent: float, dtype: str) -> None:
    """Three orders of derivatives, without NaN at 0 and without a warning below it."""
    x = np.array([-1.5, 0.0, 2.0], dtype)
    whole = np.array([exponent], dtype)[0]
    made = call(CATALOGUE["power"], [x, x], {}, constants={1: whole})
    graph, factor = made.graph, 1.0
    for order in range(1, 4):
        graph = legal(forward(graph, made.moving))
        factor *= exponent - order + 1
        expected = factor * x ** max(exponent - order, 0)
        (found,) = run(graph, x, *[np.ones_like(x)] * order)
        assert found.dtype == dtype
        assert_allclose(found, expected, rtol=1e-6)


def test_an_exponent_of_none_or_one_leaves_no_arithmetic() -> None:
    """x⁰ has no path to x; x¹ passes the cotangent on as it is."""
    x = np.ones(3)
    none, one = (
        reverse(call(CATALOGUE["power"], [x, x], {}, constants={1: number}).graph)
        for number in (0.0, 1.0)
    )
    assert [node.primitive.name for node in none.nodes] == ["broadcast"]
    assert not one.nodes


def test_a_root_is_infinitely_steep_at_zero() -> None:
    made = call(CATALOGUE["power"], [0.0, 0.5], {}, constants={1: 0.5})
    assert run(reverse(made.graph), 0.0, 1.0) == [np.inf]


def test_zero_to_a_moving_exponent_is_flat_at_second_order_too() -> None:
    """At a = 0, b = 2: ∂²y/∂a² = 2, and the derivatives that hold a factor a² or a vanish."""
    made = call(CATALOGUE["power"], [0.0, 2.0], {})
    twice = forward(reverse(made.graph), made.moving)
    assert run(twice, 0.0, 2.0, 1.0, 1.0, 0.0) == [2.0, 0.0]
    assert run(twice, 0.0, 2.0, 1.0, 0.0, 1.0) == [0.0, 0.0]
