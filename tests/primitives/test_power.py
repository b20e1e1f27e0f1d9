"""Powers whose exponent moves through 0 and 1."""

import numpy as np
import pytest

import clearprop as cp


@pytest.mark.parametrize("x", [0.0, -0.0, 1.0, 2.0, 0.5])
def test_all_derivatives_where_base_and_exponent_move(x):
    """With u = ln(1.5 + x): f = exp(x u), so f' = f g and f'' = f (g² + g'), g = u + x u'."""

    def f(x):
        return (1.5 + x) ** x

    slope = np.log(1.5 + x) + x / (1.5 + x)
    curvature = slope**2 + 1 / (1.5 + x) + 1.5 / (1.5 + x) ** 2
    pushed = cp.jvp(lambda x: cp.jvp(f, (x,), (1.0,))[1], (x,), (1.0,))[1]
    np.testing.assert_allclose(cp.grad(f)(x), f(x) * slope, rtol=1e-12)
    for second in (cp.grad(cp.grad(f))(x), cp.hessian(f)(x), pushed):
        np.testing.assert_allclose(second, f(x) * curvature, rtol=1e-12)


def test_both_at_zero_keep_the_decision():
    assert cp.grad(lambda a, b: a**b)(0.0, 0.0) == 0.0
