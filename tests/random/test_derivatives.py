"""Derivatives of what is drawn by the parameters, the key being held."""

import numpy as np
import pytest
import scipy.special
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal

import clearprop as cp
import clearprop.numpy as cnp
from tests.random.samples import CONTINUOUS, DISCRETE, Law, each_continuous, each_discrete

KEY = cp.random.key(5)


def difference(function, x, step):
    """Central differences, once extrapolated."""

    def central(h):
        return (function(x + h) - function(x - h)) / (2 * h)

    return (4 * central(step / 2) - central(step)) / 3


# The path of a sample -----------------------------------------------------------------------------


@each_continuous
def test_samples_against_differences(law: Law):
    """By each parameter, number by number, in both modes."""
    for place, parameter in enumerate(law.parameters):

        def drawn(x, place=place):
            parameters = [*law.parameters[:place], x, *law.parameters[place + 1 :]]
            return law.draw(KEY, 50, "float64", *parameters)

        slope = cp.jacobian(drawn)(parameter)
        expected = difference(drawn, parameter, 3e-4)
        assert_allclose(slope, expected, rtol=1e-6, atol=1e-8)
        _, tangent = cp.jvp(drawn, (parameter,), (1.0,))
        assert_allclose(tangent, slope, rtol=1e-12)


@each_continuous
def test_the_path_is_that_of_the_quantile_function(law: Law):
    """Where a draw is a quantile at a probability that is held: −(∂F/∂θ) / f, F by SciPy."""
    if law in (CONTINUOUS["t"], CONTINUOUS["beta"]):
        return  # made of two numbers each
    x = law.draw(KEY, 20, "float64", *law.parameters)
    density = law.expected(*law.parameters).pdf(x)
    for place, parameter in enumerate(law.parameters):

        def with_parameter(p, place=place):
            return [*law.parameters[:place], p, *law.parameters[place + 1 :]]

        slope = cp.jacobian(lambda p: law.draw(KEY, 20, "float64", *with_parameter(p)))(parameter)
        moved = difference(lambda p: law.expected(*with_parameter(p)).cdf(x), parameter, 1e-5)
        assert_allclose(slope, -moved / density, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("bound", [-1.5, 0.5, 40.0])
def test_infinite_bounds_leave_derivatives_finite(bound):
    """By the other bound, to second order; at infinity itself nothing moves."""

    def above(low):
        return cp.random.truncated_normal(KEY, low, np.inf)

    def under(high):
        return cp.random.truncated_normal(KEY, -np.inf, high)

    for drawn in (above, under):
        assert_allclose(cp.grad(drawn)(bound), difference(drawn, bound, 1e-3), rtol=1e-7)
        bent = difference(cp.grad(drawn), bound, 1e-3)
        assert_allclose(cp.grad(cp.grad(drawn))(bound), bent, rtol=1e-5, atol=1e-7)
    both = cp.grad(lambda a, b: cp.random.truncated_normal(KEY, a, b), argnums=(0, 1))
    assert both(-np.inf, np.inf) == (0.0, 0.0)


@each_discrete
def test_whole_numbers_have_no_path(law: Law):
    def f(*parameters):
        return np.sum(law.draw(KEY, 5, "int64", *parameters) * 1.0)

    for place, parameter in enumerate(law.parameters):
        if isinstance(parameter, float):
            assert cp.grad(f, argnums=place)(*law.parameters) == 0


def test_each_element_follows_its_own_parameter():
    loc, scale = np.array([1.0, 2.0, 3.0]), np.array([[0.5], [1.5]])
    z = cp.random.normal(KEY, (2, 3))
    by_loc, by_scale = cp.grad(
        lambda a, b: np.sum(cp.random.normal(KEY, loc=a, scale=b)), argnums=(0, 1)
    )(loc, scale)
    assert_allclose(by_loc, [2.0, 2.0, 2.0])
    assert_allclose(by_scale, z.sum(axis=1, keepdims=True))


def test_single_precision_derivatives():
    for name in ("normal", "gumbel", "cauchy"):
        draw = getattr(cp.random, name)
        slope = cp.grad(lambda s, d=draw: d(KEY, None, "float32", scale=s))(np.float32(1.5))
        assert slope.dtype == np.float32
        assert slope == draw(KEY, None, "float32")
    a = np.array([0.3, 2.0, 50.0], "float32")
    slope = cp.grad(lambda a: np.sum(cp.random.gamma(KEY, a, None, "float32")))(a)
    assert slope.dtype == np.float32
    u = scipy.special.gammainc(a.astype(float), cp.random.gamma(KEY, a, None, "float32"))
    wide = cp.grad(lambda a: np.sum(cp.tracing.apply("gammaincinv", a, u)))(a.astype(float))
    assert_allclose(slope, wide, rtol=1e-4)


# Gamma numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("a", [1e-3, 0.05, 0.7, 1.0, 3.0, 40.0, 1e4, 1e7])
def test_gamma_by_its_shape_is_the_slope_of_the_inverse_distribution(a):
    """From tail to tail, against differences of SciPy's inverse; by the shape twice too."""
    u = np.array([1e-9, 1e-4, 0.05, 0.3, 0.5, 0.7, 0.95, 1 - 1e-4, 1 - 1e-9])

    def inverse(a):
        return cp.tracing.apply("gammaincinv", a, u)

    with np.errstate(all="ignore"):
        first = cp.jvp(inverse, (np.full(9, a),), (np.ones(9),))[1]
    step = 1e-3 * a if a > 1 else 1e-5 * a
    expected = difference(lambda x: scipy.special.gammaincinv(x, u), a, step)
    solid = scipy.special.gammaincinv(a * 0.99, u) > 1e-300
    assert_allclose(first[solid], expected[solid], rtol=1e-6 if a < 1e6 else 1e-5)
    assert np.isfinite(first).all()

    def slope(a):
        return cp.jvp(inverse, (a,), (np.ones(9),))[1]

    second = cp.jvp(slope, (np.full(9, a),), (np.ones(9),))[1]
    bent = difference(lambda x: slope(np.full(9, x)), a, step)
    assert_allclose(second[solid], bent[solid], rtol=1e-5, atol=1e-5 / a)


def test_tiny_gamma_numbers():
    """Below the smallest float they are 0 and do not move; their logarithms do."""
    slope = cp.grad(lambda a: np.sum(cp.random.gamma(KEY, a, 20)))(1e-5)
    assert slope == 0
    logs = cp.random.loggamma(KEY, 1e-5, 20)
    by_shape = cp.jacobian(lambda a: cp.random.loggamma(KEY, a, 20))(1e-5)
    assert_allclose(by_shape, -logs / 1e-5, rtol=1e-3)  # ln x ≈ ln(u) / a


def test_the_expected_gradient_of_a_gamma_mean():
    """E[x] = a and E[ln x] = ψ(a), so the gradients of means of samples are near 1 and ψ′(a)."""
    a = 1.7
    first = cp.grad(lambda a: np.mean(cp.random.gamma(KEY, a, 50_000)))(a)
    assert_allclose(first, 1.0, atol=0.01)
    log = cp.grad(lambda a: np.mean(np.log(cp.random.gamma(KEY, a, 50_000))))(a)
    assert_allclose(log, scipy.special.polygamma(1, a), atol=0.01)


# Expectations -------------------------------------------------------------------------------------


def test_gradient_of_an_expectation_under_a_normal():
    """E[x⁴] for x normal is m⁴ + 6 m² s² + 3 s⁴."""

    def estimate(m, s):
        return np.mean(cp.random.normal(KEY, 200_000, loc=m, scale=s) ** 4)

    m, s = 0.8, 1.2
    by_m, by_s = cp.grad(estimate, argnums=(0, 1))(m, s)
    assert_allclose(by_m, 4 * m**3 + 12 * m * s**2, rtol=0.03)
    assert_allclose(by_s, 12 * m**2 * s + 12 * s**3, rtol=0.03)


def test_gradient_of_an_expectation_under_a_dirichlet():
    """E[Σ xᵢ²] = Σ αᵢ (αᵢ + 1) / (A (A + 1)), with A the sum of α."""
    alpha = np.array([0.6, 1.5, 3.0])

    def exact(alpha):
        total = np.sum(alpha)
        return np.sum(alpha * (alpha + 1)) / (total * (total + 1))

    def estimate(alpha):
        return np.mean(np.sum(cp.random.dirichlet(KEY, alpha, 50_000) ** 2, axis=1))

    assert_allclose(cp.grad(estimate)(alpha), cp.grad(exact)(alpha), atol=0.004)


def test_gradient_of_an_expectation_under_beta_and_t():
    by_a = cp.grad(lambda a: np.mean(cp.random.beta(KEY, a, 2.0, 50_000)))(1.5)
    assert_allclose(by_a, 2.0 / 3.5**2, atol=0.003)  # E[x] = a / (a + b)
    by_df = cp.grad(lambda df: np.mean(np.abs(cp.random.t(KEY, df, 100_000))))(6.0)
    exact = difference(lambda df: scipy.stats.t(df).expect(abs), 6.0, 0.1)
    assert_allclose(by_df, exact, atol=0.003)


def test_the_kullback_leibler_step_of_an_autoencoder():
    """The reparameterized gradient of E[ln q(z) − ln p(z)] is that of the closed form."""

    def estimate(m, log_s):
        z = cp.random.normal(KEY, (100_000, 2), loc=m, scale=np.exp(log_s))
        own = -0.5 * ((z - m) / np.exp(log_s)) ** 2 - log_s
        return np.mean(np.sum(own + 0.5 * z**2, axis=1))

    def exact(m, log_s):
        return np.sum(0.5 * (np.exp(2 * log_s) + m**2 - 1) - log_s)

    at = np.array([0.5, -1.0]), np.array([-0.3, 0.4])
    mine, closed = (cp.grad(f, argnums=(0, 1))(*at) for f in (estimate, exact))
    assert_allclose(mine, closed, atol=0.02)


def test_normal_vectors_by_mean_and_covariance():
    mean, cov = np.array([0.5, -1.0]), np.array([[2.0, 0.6], [0.6, 0.5]])

    def drawn(mean, cov):
        return cp.random.multivariate_normal(KEY, mean, cov, 4)

    assert_allclose(cp.run(cp.trace(drawn)(mean, cov), mean, cov)[0], drawn(mean, cov), rtol=1e-13)
    direction = np.array([[0.3, -0.2], [-0.2, 0.1]])
    tangent = cp.jvp(drawn, (mean, cov), (np.ones(2), direction))[1]
    expected = difference(lambda t: drawn(mean + t, cov + t * direction), 0.0, 1e-3)
    assert_allclose(tangent, expected, rtol=1e-8)

    def second_moment(cov):
        drawn = cp.random.multivariate_normal(KEY, np.zeros(2), cov, 50_000)
        return np.mean(np.sum(drawn**2, axis=1))

    assert_allclose(cp.grad(second_moment)(cov), np.eye(2), atol=0.03)  # E = trace of cov
    batch = np.stack([cov, 2 * cov])
    slope = cp.grad(lambda c: np.sum(cp.random.multivariate_normal(KEY, mean, c) ** 2))(batch)
    assert slope.shape == (2, 2, 2)


# In traces ----------------------------------------------------------------------------------------


def test_nested_derivatives():
    """grad(x ↦ grad(y ↦ f(x, y))), the draw inside and its parameters from both."""
    z = cp.random.normal(KEY)
    inner = cp.grad(lambda y, x: cp.random.normal(KEY, loc=x, scale=x * y) ** 2, argnums=0)
    assert_allclose(inner(2.0, 3.0), 2 * (3 + 6 * z) * 3 * z)
    outer = cp.grad(lambda x: inner(2.0, x))(3.0)
    assert_allclose(outer, 4 * 3 * (1 + 2 * z) * z)
    assert_allclose(
        cp.hessian(lambda s: np.sum(cp.random.normal(KEY, scale=s) ** 2))(np.array([1.0, 2.0])),
        np.diag(2 * cp.random.normal(KEY, 2) ** 2),
    )


def test_nested_derivatives_of_gamma():
    def f(a):
        return np.sum(cp.random.gamma(KEY, a, 5))

    third = cp.grad(cp.grad(cp.grad(f)))(2.0)
    assert_allclose(third, difference(cp.grad(cp.grad(f)), 2.0, 1e-2), rtol=1e-6)
    crossed = cp.grad(lambda a: cp.grad(lambda b: cp.random.beta(KEY, a, b))(1.5))(0.7)
    expected = difference(lambda a: cp.grad(lambda b: cp.random.beta(KEY, a, b))(1.5), 0.7, 1e-2)
    assert_allclose(crossed, expected, rtol=1e-6)


@pytest.mark.parametrize("namespace", [np, cnp], ids=["numpy", "clearprop.numpy"])
def test_code_around_a_draw(namespace):
    def loss(scale):
        noise = cp.random.normal(KEY, (3, 2), scale=scale)
        return namespace.sum(namespace.tanh(noise @ namespace.ones((2, 2))) ** 2)

    cp.check_grads(loss, 0.7)


@pytest.mark.parametrize("law", (CONTINUOUS | DISCRETE).values(), ids=[*CONTINUOUS, *DISCRETE])
def test_traced_keys(law: Law):
    """A graph with the key as an input draws what the function draws, for other keys too."""
    dtype = "int64" if law in DISCRETE.values() else "float64"

    def drawn(key):
        return law.draw(key, 3, dtype, *law.parameters)

    graph = cp.trace(drawn)(KEY)
    assert not graph.guards
    for key in (KEY, cp.random.key(77)):
        (found,) = cp.run(graph, key)
        assert_array_equal(found, drawn(key))


def test_traced_keys_of_choices():
    p = np.array([0.2, 0.0, 0.5, 0.3])
    for draw in (
        lambda key: cp.random.split(cp.random.fold_in(key, 3), 2),
        lambda key: cp.random.permutation(key, 7),
        lambda key: cp.random.permutation(key, np.arange(12.0).reshape(3, 4), 1, True),
        lambda key: cp.random.choice(key, 9, 4),
        lambda key: cp.random.choice(key, 9, 4, replace=False),
        lambda key: cp.random.choice(key, 4, 3, p=p),
        lambda key: cp.random.choice(key, 4, 3, replace=False, p=p),
        lambda key: cp.random.categorical(key, np.zeros((5, 3))),
        lambda key: cp.random.dirichlet(key, np.ones(3)),
        lambda key: cp.random.multivariate_normal(key, np.zeros(2), np.eye(2)),
        lambda key: cp.random.bits(key, 3, "uint64"),
        lambda key: cp.random.uniform(key, 3, "float32"),
    ):
        graph = cp.trace(draw)(KEY)
        assert not graph.guards
        (found,) = cp.run(graph, cp.random.key(77))
        assert_array_equal(found, draw(cp.random.key(77)))


def test_draws_in_a_loop():
    """In a body, where types alone are known: keys from the step, parameters not looked at."""

    def step(total, i):
        key = cp.random.fold_in(KEY, i)
        drawn = cp.random.gamma(key, 2.0 + 0.0 * total)
        return total + drawn, cp.random.randint(key, (), 0, 10)

    total, digits = cp.scan(step, 0.0, np.arange(4))
    keys = [cp.random.fold_in(KEY, i) for i in range(4)]
    assert_allclose(total, sum(cp.random.gamma(key, 2.0) for key in keys))
    assert_array_equal(digits, [cp.random.randint(key, (), 0, 10) for key in keys])


def test_checks_of_parameters_leave_no_trace():
    graph = cp.trace(lambda a: cp.random.gamma(KEY, a, 2))(3.0)
    names = [node.primitive.name for node in graph.nodes]
    assert names == ["cast", "broadcast", "gammaincinv"]


def test_draws_are_constants_unless_something_is_traced():
    graph = cp.trace(lambda x: x * cp.random.gamma(KEY, 2.0))(3.0)
    assert [node.primitive.name for node in graph.nodes] == ["multiply"]
    assert isinstance(cp.random.normal(KEY, 3), np.ndarray)
