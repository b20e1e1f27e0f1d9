"""What is drawn has the distribution that it should have: at fixed seeds, against SciPy's."""

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal

import clearprop as cp
from clearprop.errors import ArgumentError, DtypeError, ShapeError
from tests.random.samples import CONTINUOUS, DISCRETE, each_continuous, each_discrete, each_dtype

KEY = cp.random.key(1)
MANY = 20_000

# Real numbers -------------------------------------------------------------------------------------


@each_dtype
@each_continuous
def test_kolmogorov_smirnov(law, dtype):
    drawn = law.draw(KEY, MANY, dtype, *law.parameters)
    assert drawn.dtype == dtype
    assert np.isfinite(drawn).all()
    assert scipy.stats.kstest(drawn, law.expected(*law.parameters).cdf).pvalue > 1e-3


@each_continuous
def test_moments(law):
    expected = law.expected(*law.parameters)
    mean, variance = expected.stats("mv")
    if not np.isfinite(variance):
        return
    drawn = law.draw(KEY, MANY, "float64", *law.parameters)
    fourth = expected.moment(4) if law is not CONTINUOUS["t"] else np.inf
    assert abs(drawn.mean() - mean) < 4 * np.sqrt(variance / MANY)
    if np.isfinite(fourth):
        assert_allclose(drawn.var(), variance, rtol=0.1)


@each_dtype
@each_continuous
def test_single_precision_is_the_same_law_and_never_leaves_it(law, dtype):
    low, high = law.expected(*law.parameters).support()
    drawn = law.draw(KEY, MANY, dtype, *law.parameters)
    assert np.dtype(dtype).type(low) <= drawn.min()
    assert drawn.max() <= np.dtype(dtype).type(high)


LAWS = CONTINUOUS | DISCRETE


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_reproducible_and_by_position(law):
    """The same key, the same numbers; more of them start with those that fewer are."""
    dtype = "int64" if law in DISCRETE.values() else "float64"
    drawn = law.draw(KEY, 101, dtype, *law.parameters)
    assert_array_equal(law.draw(KEY, 101, dtype, *law.parameters), drawn)
    assert_array_equal(law.draw(KEY, 40, dtype, *law.parameters), drawn[:40])
    assert_array_equal(law.draw(KEY, (4, 10), dtype, *law.parameters).ravel(), drawn[:40])
    other = law.draw(cp.random.key(2), 101, dtype, *law.parameters)
    assert (other != drawn).any()


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_shapes(law):
    dtype = "int64" if law in DISCRETE.values() else "float64"
    single = law.draw(KEY, (), dtype, *law.parameters)
    assert isinstance(single, np.generic)
    assert single == law.draw(KEY, 1, dtype, *law.parameters)[0]
    for shape in ((0,), (3, 0), (2, 1, 2)):
        assert law.draw(KEY, shape, dtype, *law.parameters).shape == shape


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_parameters_broadcast(law):
    """Arrays as parameters: row by row what each has by itself."""
    dtype = "int64" if law in DISCRETE.values() else "float64"
    columns = [np.full((3, 1), p) for p in law.parameters]
    together = law.draw(KEY, (3, 4), dtype, *columns)
    assert_allclose(together, law.draw(KEY, (3, 4), dtype, *law.parameters), rtol=1e-13)
    by_parameters = law.draw(KEY, None, dtype, *columns)
    assert by_parameters.shape == (3, 1)
    with pytest.raises(ShapeError, match=r"for a draw of shape \(4,\)"):
        law.draw(KEY, 4, dtype, *columns)


# Whole numbers ------------------------------------------------------------------------------------


@each_discrete
def test_chi_square(law):
    """Counts of the values between the quantiles, and of the rest, against the expected ones."""
    expected = law.expected(*law.parameters)
    drawn = law.draw(KEY, MANY, "int64", *law.parameters)
    low, high = int(expected.ppf(0.01)), int(expected.ppf(0.99))
    step = max(1, (high - low) // 30)
    edges = np.array([-np.inf, *np.arange(low, high, step), np.inf])
    probability = np.diff(expected.cdf(edges))
    count = np.diff([(drawn <= edge).sum() for edge in edges])
    kept = probability > 0
    assert not count[~kept].any()
    assert scipy.stats.chisquare(count[kept], MANY * probability[kept]).pvalue > 1e-3


@each_discrete
def test_whole_numbers_have_the_dtype_that_is_asked_for(law):
    if law is not DISCRETE["bernoulli"]:
        assert law.draw(KEY, 3, "int64", *law.parameters).dtype == np.int64
        assert law.draw(KEY, 3, "int16", *law.parameters).dtype == np.int16
        with pytest.raises(DtypeError, match="dtype is float64"):
            law.draw(KEY, 3, "float64", *law.parameters)


def test_bounds_of_counts():
    assert_array_equal(cp.random.poisson(KEY, 0.0, 5), 0)
    assert_array_equal(cp.random.binomial(KEY, 0, 0.5, 5), 0)
    assert_array_equal(cp.random.binomial(KEY, 9, 0.0, 5), 0)
    assert_array_equal(cp.random.binomial(KEY, 9, 1.0, 5), 9)
    assert cp.random.bernoulli(KEY, 1.0, 1000).all()
    assert not cp.random.bernoulli(KEY, 0.0, 1000).any()


def test_large_counts():
    drawn = cp.random.poisson(KEY, 1e12, 1000)
    assert scipy.stats.kstest((drawn - 1e12) / 1e6, "norm").pvalue > 1e-3
    drawn = cp.random.binomial(KEY, 10**12, 0.5, 1000)
    assert scipy.stats.kstest((drawn - 5e11) / 5e5, "norm").pvalue > 1e-3


# Refusals -----------------------------------------------------------------------------------------

REFUSED = {
    "scale": lambda: cp.random.normal(KEY, scale=-1.0),
    "sigma": lambda: cp.random.lognormal(KEY, np.array([1.0, -1.0])),
    "a": lambda: cp.random.gamma(KEY, 0.0),
    "b": lambda: cp.random.beta(KEY, 1.0, -1.0),
    "df": lambda: cp.random.t(KEY, 0.0),
    "alpha": lambda: cp.random.dirichlet(KEY, [1.0, 0.0]),
    "maxval": lambda: cp.random.uniform(KEY, minval=1.0, maxval=0.0),
    "upper": lambda: cp.random.truncated_normal(KEY, 1.0, 0.0),
    "p": lambda: cp.random.bernoulli(KEY, 1.5),
    "n": lambda: cp.random.binomial(KEY, -1, 0.5),
    "lam": lambda: cp.random.poisson(KEY, -1.0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_parameters_outside_their_range_are_refused_by_name(name):
    with pytest.raises(ArgumentError, match=rf"^{name} must be .*; it holds "):
        REFUSED[name]()


def test_traced_parameters_outside_their_range_are_refused_too():
    with pytest.raises(ArgumentError, match="scale must be at least 0; it holds -1"):
        cp.grad(lambda scale: cp.random.normal(KEY, scale=scale))(-1.0)


def test_nan_gives_nan():
    assert np.isnan(cp.random.normal(KEY, loc=np.nan))
    assert np.isnan(cp.random.uniform(KEY, maxval=np.nan))
    assert np.isnan(cp.random.gamma(KEY, np.nan))
    assert np.isnan(cp.random.truncated_normal(KEY, np.nan, 1.0))


def test_nan_is_refused_where_the_result_cannot_be_nan():
    for draw in (cp.random.poisson, cp.random.bernoulli, lambda k, p: cp.random.binomial(k, 3, p)):
        with pytest.raises(ArgumentError, match="it holds nan"):
            draw(KEY, np.nan)
    with pytest.raises(ArgumentError, match="p sums to nan"):
        cp.random.choice(KEY, 2, p=[np.nan, 1.0])


@pytest.mark.parametrize("shape", [-1, (2, -1), 1.5, "3", (2, None)])
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises(ArgumentError, match=r"^shape is "):
        cp.random.normal(KEY, shape)


def test_parameters_in_the_place_of_the_shape_are_noticed():
    for misplaced in ((0.0,), (3, 1.0)):
        with pytest.raises((ArgumentError, DtypeError), match="loc and scale go by name"):
            cp.random.normal(KEY, *misplaced)


def test_parameters_that_do_not_broadcast_are_refused():
    with pytest.raises(ShapeError, match=r"loc \(2,\), scale \(3,\)"):
        cp.random.normal(KEY, loc=np.zeros(2), scale=np.ones(3))


@pytest.mark.parametrize("dtype", ["float16", "int64", "complex128"])
def test_other_dtypes_are_refused(dtype):
    with pytest.raises(DtypeError, match=f"dtype is {dtype}"):
        cp.random.gamma(KEY, 1.0, 3, dtype)


def test_parameters_that_are_no_numbers_are_refused():
    with pytest.raises(DtypeError, match="loc has dtype <U1"):
        cp.random.normal(KEY, loc="a")
    with pytest.raises(DtypeError, match="n has dtype float64"):
        cp.random.binomial(KEY, 2.5, 0.5)
