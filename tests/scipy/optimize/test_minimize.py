"""minimize: the derivatives that SciPy is given, and what it makes of them."""

import warnings

import numpy as np
import pytest
import scipy.optimize

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ArgumentError, DtypeError, ShapeError, UnsupportedError
from clearprop.scipy.optimize import minimize
from clearprop.scipy.optimize.minimizing import USES
from tests.scipy.probing import Counted, Spy, assert_exact, rosenbrock, wavy

GRADIENT = ["CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP"]
CURVATURE = ["Newton-CG", "trust-ncg", "trust-krylov", "trust-constr", "dogleg", "trust-exact"]
NONE = ["Nelder-Mead", "Powell", "COBYLA", "COBYQA"]
X = np.array([0.4, -0.7, 1.1])


@pytest.fixture
def given(monkeypatch):
    """What SciPy's own function is given: fun, x0, args, method, jac, hess, hessp, …"""
    return Spy(monkeypatch, scipy.optimize, "minimize")


# The derivatives ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", GRADIENT + CURVATURE)
def test_the_gradient_is_exact(given, method):
    minimize(wavy, X, method=method)
    fun, jac = given.args[0], given.args[4]
    assert fun(X) == wavy(X)
    assert_exact(jac(X), wavy, X)


@pytest.mark.parametrize("method", CURVATURE)
def test_the_curvature_is_exact(given, method):
    minimize(wavy, X, method=method)
    jac, hess, hessp = given.args[4:7]
    p = np.array([1.0, -2.0, 0.5])
    assert (hess is None) != (hessp is None)
    if hess is not None:
        assert_exact(hess(X), jac, X)
    else:
        assert_exact(hessp(X, p), lambda s: jac(X + s * p), np.zeros(1))


@pytest.mark.parametrize("method", NONE)
def test_methods_without_derivatives_call_the_function_as_it_is(given, method):
    minimize(wavy, X, method=method)
    assert given.args[0] is wavy
    assert given.args[4:7] == (None, None, None)


def test_every_method_of_scipy_is_known():
    assert {name.lower() for name in GRADIENT + CURVATURE} == set(USES) - {"custom"}


def test_value_and_derivatives_of_a_point_take_one_call():
    f = Counted(rosenbrock)
    found = minimize(f, np.zeros(4), method="BFGS")
    assert f.calls == found.nfev == found.njev


def test_products_with_the_hessian_at_a_point_take_one_call(given):
    f = Counted(rosenbrock)
    minimize(f, X, method="trust-ncg")
    f.calls = 0
    hessp = given.args[6]
    for unit in np.eye(3):
        hessp(X + 1, unit)
    assert f.calls == 1


@pytest.mark.parametrize("method", ["CG", "BFGS", "L-BFGS-B", "SLSQP", "trust-constr"])
@pytest.mark.parametrize("n", [2, 10])
def test_fewer_calls_than_with_numerical_differences(method, n):
    ours, theirs = Counted(rosenbrock), Counted(rosenbrock)
    found = minimize(ours, np.zeros(n), method=method)
    scipy.optimize.minimize(theirs, np.zeros(n), method=method)
    assert found.fun < 1e-6
    assert ours.calls < theirs.calls


# The results --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", GRADIENT + CURVATURE)
@pytest.mark.parametrize("n", [2, 5, 12])
def test_rosenbrock(method, n):
    near = 1e-3 if method == "dogleg" else 0.1  # where the Hessian is positive, as it wants it
    tol = 1e-8 if method in CURVATURE else 1e-13  # by the gradient, and by the value
    found = minimize(rosenbrock, 1 + near * np.cos(np.arange(n)), method=method, tol=tol)
    np.testing.assert_allclose(found.x, 1.0, atol=1e-4)


@pytest.mark.parametrize("method", GRADIENT + CURVATURE)
def test_the_same_steps_as_with_derivatives_by_hand(method):
    start = 1 + 1e-3 * np.cos(np.arange(4))
    by_hand = {"jac": scipy.optimize.rosen_der}
    if method in ("dogleg", "trust-exact"):
        by_hand["hess"] = scipy.optimize.rosen_hess
    elif method in CURVATURE:
        by_hand["hessp"] = scipy.optimize.rosen_hess_prod
    ours = minimize(rosenbrock, start, method=method)
    theirs = scipy.optimize.minimize(rosenbrock, start, method=method, **by_hand)
    assert (ours.nit, ours.nfev, ours.status) == (theirs.nit, theirs.nfev, theirs.status)
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-6)


@pytest.mark.parametrize("method", NONE)
def test_methods_without_derivatives(method):
    ours = minimize(rosenbrock, [1.2, 1.3], method=method)
    theirs = scipy.optimize.minimize(rosenbrock, [1.2, 1.3], method=method)
    np.testing.assert_array_equal(ours.x, theirs.x)


def test_control_flow_assignment_and_further_arguments():
    def f(x, weights, power):
        y = cnp.zeros(3)
        for i in range(3):
            y[i] = abs(x[i] - i) ** power if x[i] > -5 else x[i] ** 2
        return weights @ y

    found = minimize(f, [9.0, 9.0, 9.0], (np.array([1.0, 2.0, 3.0]), 2))
    np.testing.assert_allclose(found.x, [0, 1, 2], atol=1e-5)
    alone = minimize(lambda x, a: (x[0] - a) ** 2, 0.0, 3.0)  # SciPy takes one without a tuple
    np.testing.assert_allclose(alone.x, [3.0])


def test_integers_and_single_precision_are_taken_in_double():
    for x0 in ([3, 4], np.array([3, 4]), np.array([3, 4], np.float32)):
        found = minimize(rosenbrock, x0)
        assert found.x.dtype == np.float64
        np.testing.assert_allclose(found.x, 1, atol=1e-4)


def test_bounds_pass_through():
    for bounds in ([(1.5, None), (None, 2)], scipy.optimize.Bounds([1.5, -np.inf], [np.inf, 2])):
        found = minimize(rosenbrock, [2.0, 0.0], bounds=bounds)
        np.testing.assert_allclose(found.x, [1.5, 2.0])


def test_a_variable_that_is_fixed_by_its_bounds():
    for method in ("L-BFGS-B", "TNC", "SLSQP"):
        found = minimize(rosenbrock, [2.0, 0.0, 0.0], method=method, bounds=[(2, 2), *[(0, 9)] * 2])
        assert found.x[0] == 2.0
        np.testing.assert_allclose(found.x[1:], [3.98, 15.8], rtol=0.5)


# What the user gives wins -------------------------------------------------------------------------


def test_a_gradient_of_ones_own(given):
    own = Counted(scipy.optimize.rosen_der)
    found = minimize(rosenbrock, X, jac=own)
    assert given.args[0] is rosenbrock
    assert given.args[4] is own
    assert own.calls == found.njev


def test_value_and_gradient_of_ones_own():
    def both(x):
        return rosenbrock(x), cp.grad(rosenbrock)(x)

    np.testing.assert_allclose(minimize(both, X, jac=True).x, 1, atol=1e-4)
    curved = minimize(both, X, jac=True, method="trust-exact")  # the Hessian is ours
    np.testing.assert_allclose(curved.x, 1, atol=1e-4)


def test_numerical_differences_on_request():
    f = Counted(rosenbrock)
    found = minimize(f, X, jac="2-point")
    assert f.calls == found.nfev > 3 * found.njev


@pytest.mark.parametrize("name", ["hess", "hessp"])
def test_curvature_of_ones_own(given, name):
    own = {"hess": scipy.optimize.rosen_hess, "hessp": scipy.optimize.rosen_hess_prod}[name]
    minimize(rosenbrock, X, method="trust-ncg", **{name: own})
    assert dict(zip(("hess", "hessp"), given.args[5:7], strict=True)) == {
        **{"hess": None, "hessp": None},
        name: own,
    }


def test_a_quasi_newton_hessian_on_request(given):
    minimize(rosenbrock, X, method="trust-constr", hess=scipy.optimize.BFGS())
    assert given.args[6] is None
    assert callable(given.args[4])


def test_a_method_of_ones_own():
    def newton(fun, x0, args, jac, hess, **others):
        x = x0
        for _ in range(9):
            x = x - np.linalg.solve(hess(x, *args), jac(x, *args))
        return scipy.optimize.OptimizeResult(x=x, fun=fun(x, *args))

    np.testing.assert_allclose(minimize(rosenbrock, [1.2, 1.2], method=newton).x, 1.0)


# Nested containers --------------------------------------------------------------------------------

START = {"a": 1.0, "b": np.zeros((2, 2)), "c": [np.float64(2), np.ones(1)]}


def bowl(p, target=3.0):
    spread = cnp.sum((p["b"] - np.array([[1, 2], [3, 4]])) ** 2)
    return (p["a"] - target) ** 2 + spread + p["c"][0] ** 2 + (p["c"][1][0] - p["a"]) ** 2


@pytest.mark.parametrize("method", ["BFGS", "trust-constr", "trust-exact", "Newton-CG"])
def test_a_container_goes_in_and_out(method):
    found = minimize(bowl, START, (4.0,), method)
    assert type(found.x["a"]) is float
    assert found.x["a"] == pytest.approx(4.0)
    np.testing.assert_allclose(found.x["b"], [[1, 2], [3, 4]], atol=1e-6)
    np.testing.assert_allclose(found.x["c"][1], [4.0], atol=1e-6)
    assert found.jac.shape == (7,) if method == "BFGS" else True


def test_an_array_of_more_axes_keeps_its_shape():
    target = np.array([[2.0, 1.0], [1.0, 2.0]])
    found = minimize(lambda A: np.sum((A @ A - target) ** 2), np.eye(2))
    np.testing.assert_allclose(found.x @ found.x, target, atol=1e-4)


def test_without_derivatives_the_function_gets_the_container_too():
    found = minimize(lambda p: (p["a"] - 3) ** 2, {"a": 1.0}, method="Nelder-Mead")
    assert found.x["a"] == pytest.approx(3.0, abs=1e-3)


def test_bounds_of_the_same_form():
    free = (None, None)
    bounds = {"a": (5, None), "b": (None, np.full((2, 2), 2.5)), "c": [free, free]}
    found = minimize(bowl, START, bounds=bounds)
    assert found.x["a"] == 5.0
    np.testing.assert_allclose(found.x["b"], [[1, 2], [2.5, 2.5]], atol=1e-6)
    flat = scipy.optimize.Bounds(np.full(7, 0.0), np.full(7, 2.5))
    np.testing.assert_allclose(minimize(bowl, START, bounds=flat).x["a"], 2.5)


def test_callbacks_get_the_same_form():
    seen = []
    minimize(bowl, START, callback=lambda x: seen.append(x["a"]))
    minimize(bowl, START, callback=lambda intermediate_result: seen.append(intermediate_result.x))
    minimize(bowl, START, method="trust-constr", callback=lambda x, state: seen.append(state.x))
    assert type(seen[0]) is float
    assert seen[-1]["b"].shape == (2, 2)


def test_derivatives_of_ones_own_have_the_same_form():
    slope = cp.grad(bowl)
    found = minimize(bowl, START, jac=lambda p: slope(p))
    assert found.x["a"] == pytest.approx(3.0)
    pair = minimize(lambda p: (bowl(p), slope(p)), START, jac=True)
    assert pair.x["a"] == pytest.approx(3.0)

    def product(p, direction):
        return cp.jvp(slope, (p,), (direction,))[1]

    curved = minimize(bowl, START, method="trust-ncg", hessp=product)
    assert curved.x["a"] == pytest.approx(3.0)
    whole = minimize(lambda p: p["a"] ** 2, {"a": 1.0}, method="dogleg", hess=lambda p: [[2.0]])
    assert whole.x["a"] == pytest.approx(0.0)


# Mistakes -----------------------------------------------------------------------------------------


def test_mistakes():
    with pytest.raises(ArgumentError, match="minimize wants a function, not float"):
        minimize(3.0, X)
    with pytest.raises(ShapeError, match=r"returns 3 \(at .*test_minimize.py.*least_squares"):
        minimize(lambda x: x, X)
    with pytest.raises(DtypeError, match="complex128"):
        minimize(rosenbrock, [1j, 2.0])
    with pytest.raises(DtypeError, match=r"jumps.*Nelder-Mead"):
        minimize(lambda x: cnp.sum(x > 0), X)
    with pytest.raises(UnsupportedError, match=r"np.unique is not traced \(at .*test_minimize.py"):
        minimize(lambda x: np.sum(np.unique(x)), X)
    with pytest.raises(ArgumentError, match="bounds has not the form of x0"):
        minimize(bowl, START, bounds=[(0, 1)] * 7)
    with pytest.raises(ArgumentError, match=r"a bound is 3, not a pair \(low, high\)"):
        minimize(lambda p: p["a"] ** 2, {"a": 1.0}, bounds={"a": 3})
    with pytest.raises(ArgumentError, match="what jac returns has not the form of x0"):
        minimize(bowl, START, jac=lambda p: {"a": 1.0})


def test_scipys_own_errors_and_warnings_stay():
    with pytest.raises(ValueError, match="Unknown solver nonsense"):
        minimize(rosenbrock, X, method="nonsense")
    with pytest.raises(ValueError, match="number of bounds"):
        minimize(rosenbrock, X, method="L-BFGS-B", bounds=[(0, 1)] * 2)
    with pytest.warns(RuntimeWarning, match="does not use gradient information"):
        minimize(rosenbrock, X, method="Nelder-Mead", jac=scipy.optimize.rosen_der)
    with pytest.raises(ZeroDivisionError):
        minimize(lambda x: x[0] * (1 // 0), X)


def test_a_search_inside_a_derivative():
    def solved(a):
        return minimize(lambda x: (x[0] - a) ** 2, [0.0]).x[0] * a

    with pytest.raises(
        UnsupportedError, match=r"differentiated outside .*stop_gradient\(x\).value"
    ):
        cp.grad(solved)(2.0)

    def apart(a):
        return minimize(lambda x: (x[0] - 3) ** 2, [0.0]).x[0] * a

    assert cp.grad(apart)(2.0) == pytest.approx(3.0)


def test_no_warnings_of_our_making():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method in [*GRADIENT, *CURVATURE]:
            minimize(rosenbrock, [1.1, 1.2], method=method)
