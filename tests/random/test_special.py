"""The primitives behind the draws, against SciPy's functions and numerical integrals."""

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal

from clearprop.primitives import CATALOGUE


def value(name, *operands):
    return CATALOGUE[name].value(np, *[np.asarray(x) for x in operands])


@pytest.mark.parametrize("name", ["erfinv", "log_ndtr", "ndtri_exp", "gammaln", "polygamma"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_values_are_those_of_scipy(name, dtype):
    primitive = CATALOGUE[name]
    draws = [draw.draw(np.random.default_rng(0)) for draw in primitive.domain]
    operands = [np.rint(x) if i + 1 < len(draws) else x for i, x in enumerate(draws)]
    operands = [x.astype(dtype) for x in operands]
    expected = getattr(scipy.special, name)(*[x.astype("float64") for x in operands])
    found = primitive.value(np, *operands)
    assert found.dtype == dtype
    assert_allclose(found, expected.astype(dtype), rtol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("a", [1e-3, 0.3, 1.0, 4.0, 50.0, 1e4])
@pytest.mark.parametrize("u", [1e-6, 0.2, 0.5, 0.8, 1 - 1e-6])
def test_gamma_tail_of_order_0_is_an_incomplete_gamma_function(a, u):
    x = scipy.special.gammaincinv(a, u)
    if x < 1e-280:
        return
    density = np.exp((a - 1) * np.log(x) - x - scipy.special.gammaln(a))
    side = scipy.special.gammaincc(a, x) if x >= a else -scipy.special.gammainc(a, x)
    assert_allclose(value("gamma_tail", 0.0, a, x), side / (x * density), rtol=1e-10)


@pytest.mark.parametrize("order", [0.0, 1.0, 2.0, 3.0])
@pytest.mark.parametrize(("a", "x"), [(0.3, 0.1), (0.3, 2.0), (1.0, 1.0), (4.0, 3.0), (20.0, 30.0)])
def test_gamma_tail_is_its_integral(order, a, x):
    def integrand(t):  # over t = ln s, as it is singular where s is 0
        return t**order * np.exp(a * t - x * np.expm1(t))

    ends = (0, 6) if x >= a else (0, -40 / a)
    expected = scipy.integrate.quad(integrand, *ends, epsabs=0, epsrel=1e-10, limit=200)[0]
    assert_allclose(value("gamma_tail", order, a, x), expected, rtol=1e-9)


def test_gamma_tail_in_blocks():
    """More integrals than are taken at a time, from both sides: each as by itself."""
    a = np.linspace(0.1, 9.0, 1500).reshape(3, 500)
    x = a * np.tile([0.5, 1.5], 750).reshape(3, 500)
    together = value("gamma_tail", 1.0, a, x)
    assert together.shape == (3, 500)
    for i, j in ((0, 0), (1, 37), (2, 499)):
        assert_allclose(together[i, j], value("gamma_tail", 1.0, a[i, j], x[i, j]), rtol=1e-13)


LAWS = {
    "poisson": (
        "poisson_quantile",
        scipy.stats.poisson,
        [(1e-3,), (0.5,), (3.0,), (80.0,), (1e6,)],
    ),
    "binomial": (
        "binomial_quantile",
        scipy.stats.binom,
        [(1, 0.5), (10, 0.01), (10, 0.99), (50, 0.3), (10**6, 0.7)],
    ),
}


@pytest.mark.parametrize("law", LAWS)
def test_quantiles_of_counts(law):
    """The smallest k with P(number ≤ k) ≥ p, at the steps themselves and deep in both tails."""
    name, distribution, cases = LAWS[law]
    for parameters in cases:
        expected = distribution(*parameters)
        p = np.array([1e-12, 1e-3, 0.1, 0.5, 0.77, 0.999, 1 - 1e-12])
        k = value(name, p, *[np.full(7, float(x)) for x in parameters])
        assert_array_equal(k, np.floor(k))
        assert (expected.cdf(k) >= p * (1 - 1e-9)).all()
        assert (expected.cdf(k - 1) < p * (1 + 1e-9)).all()


def test_quantiles_of_counts_at_the_ends():
    assert_array_equal(value("poisson_quantile", [0.0, 1.0, np.nan], 3.0), [0, np.inf, np.nan])
    assert_array_equal(value("binomial_quantile", [0.0, 1.0, np.nan], 3.0, 0.5), [0, 3, np.nan])
    assert value("poisson_quantile", np.zeros((0, 2)), 1.0).shape == (0, 2)
