"""Constraints of all three kinds: exact derivatives, and the solutions they lead to."""

import numpy as np
import pytest
import scipy.optimize
from scipy.optimize import BFGS, SR1, LinearConstraint, NonlinearConstraint

from clearprop.errors import DtypeError
from clearprop.scipy.layout import Layout
from clearprop.scipy.optimize import minimize
from clearprop.scipy.optimize.constraints import prepared
from tests.scipy.probing import Counted, assert_exact, rosenbrock

X = np.array([0.3, 0.8])
FLAT = Layout([0.0, 0.0])
V = np.array([0.5, -2.0])


def curves(x, radius=1.0):
    return [radius - x[0] ** 2 - x[1] ** 2, np.sin(x[0]) * x[1]]


DICTIONARY = {"type": "ineq", "fun": curves, "args": (2.0,)}
NONLINEAR = NonlinearConstraint(curves, 0, np.inf)
DISC = {"type": "ineq", "fun": lambda x: 1 - x[0] ** 2 - x[1] ** 2}
ON_THE_DISC = [0.78641515, 0.61769831]  # the minimum of Rosenbrock's function on it


def lagrangian(v):
    """The gradient of v · curves, by hand."""
    return lambda x: np.array(
        [-2 * v[0] * x[0] + v[1] * np.cos(x[0]) * x[1], -2 * v[0] * x[1] + v[1] * np.sin(x[0])]
    )


# The derivatives ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["slsqp", None])
def test_the_jacobian_of_a_dictionary(method):
    (made,) = prepared(DICTIONARY, method, FLAT)
    assert made["args"] == (2.0,)
    np.testing.assert_allclose(made["fun"](X, 2.0), curves(X, 2.0))
    assert_exact(made["jac"](X, 2.0), lambda x: curves(x, 2.0), X)
    assert "jac" not in DICTIONARY


def test_the_derivatives_of_a_dictionary_for_trust_constr():
    (made,) = prepared([DICTIONARY], "trust-constr", FLAT)
    assert (made.lb, made.ub) == (0, np.inf)
    np.testing.assert_allclose(made.fun(X), curves(X, 2.0))
    assert_exact(made.jac(X), lambda x: curves(x, 2.0), X)
    assert_exact(made.hess(X, V) @ np.eye(2), lagrangian(V), X)
    (equal,) = prepared({**DICTIONARY, "type": "eq"}, "trust-constr", FLAT)
    assert (equal.lb, equal.ub) == (0, 0)


@pytest.mark.parametrize("method", ["slsqp", "trust-constr"])
def test_the_derivatives_of_a_nonlinear_constraint(method):
    (made,) = prepared(NONLINEAR, method, FLAT)
    assert_exact(made.jac(X), curves, X)
    if method == "trust-constr":
        assert_exact(made.hess(X, V) @ np.eye(2), lagrangian(V), X)
    else:
        assert made.hess is NONLINEAR.hess
    assert NONLINEAR.jac == "2-point"


def test_value_and_jacobian_of_a_point_take_one_call():
    counted = Counted(curves)
    (made,) = prepared(NonlinearConstraint(counted, 0, 1), "slsqp", FLAT)
    made.fun(X), made.jac(X), made.fun(X)
    assert counted.calls == 1


def test_what_needs_no_derivative_is_left_alone():
    linear = LinearConstraint(np.eye(2), 0, 1)
    for method in ("cobyla", "cobyqa"):
        given = [DICTIONARY, NONLINEAR, linear]
        dictionary, nonlinear, same = prepared(given, method, FLAT)
        assert dictionary == DICTIONARY
        assert nonlinear.fun is curves
        assert nonlinear.jac == "2-point"
        assert same is linear
    assert prepared(None, None, FLAT) == prepared((), None, FLAT) == []


def test_what_the_user_gives_wins():
    def own(x, *args):
        return np.zeros((2, 2))

    (made,) = prepared({**DICTIONARY, "jac": own}, "slsqp", FLAT)
    assert made["jac"] is own
    (made,) = prepared({**DICTIONARY, "jac": own}, "trust-constr", FLAT)
    np.testing.assert_array_equal(made.jac(X), 0)
    for jac in ("3-point", own):
        (made,) = prepared(NonlinearConstraint(curves, 0, 1, jac=jac), "trust-constr", FLAT)
        assert made.jac is jac
        assert isinstance(made.hess, BFGS) == (jac == "3-point")  # differences want this
    (made,) = prepared(NonlinearConstraint(curves, 0, 1, hess=SR1()), "trust-constr", FLAT)
    assert isinstance(made.hess, SR1)
    stepped = NonlinearConstraint(curves, 0, 1, finite_diff_rel_step=np.full(2, 1e-3))
    assert prepared(stepped, "slsqp", FLAT)[0].jac == "2-point"


# The results --------------------------------------------------------------------------------------

KINDS = {
    "dictionary": DISC,
    "nonlinear": NonlinearConstraint(lambda x: x[0] ** 2 + x[1] ** 2, -np.inf, 1),
    "both sides": [NonlinearConstraint(lambda x: [x[0] ** 2 + x[1] ** 2, x[0]], [-9, 0], [1, 9])],
}


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr", "COBYLA", "COBYQA", None])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:delta_grad == 0.0")
def test_the_minimum_on_a_disc(method, kind):
    found = minimize(rosenbrock, [0.1, 0.1], method=method, constraints=KINDS[kind])
    np.testing.assert_allclose(found.x, ON_THE_DISC, atol=1e-3)


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr"])
def test_linear_and_nonlinear_constraints_and_bounds_together(method):
    constraints = [
        LinearConstraint([[1, 2]], -np.inf, 1),
        {"type": "eq", "fun": lambda x, c: x[0] ** 2 + x[1] - c, "args": (1.0,)},
    ]
    bounds = [(0, 1), (-0.5, 2.0)]
    ours = minimize(rosenbrock, X, method=method, bounds=bounds, constraints=constraints)
    hand = [constraints[0], {**constraints[1], "jac": lambda x, c: np.array([2 * x[0], 1.0])}]
    theirs = scipy.optimize.minimize(
        rosenbrock, X, (), method, scipy.optimize.rosen_der, bounds=bounds, constraints=hand
    )
    np.testing.assert_allclose(ours.x, theirs.x, atol=1e-6)
    assert abs(ours.x[0] ** 2 + ours.x[1] - 1) < 1e-6


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr"])
def test_fewer_calls_than_with_numerical_differences(method):
    ours, theirs = Counted(curves), Counted(curves)
    constraint = {"constraints": NonlinearConstraint(ours, 0, np.inf), "method": method}
    minimize(rosenbrock, [0.5, 0.5], **constraint)
    constraint["constraints"] = NonlinearConstraint(theirs, 0, np.inf)
    scipy.optimize.minimize(rosenbrock, [0.5, 0.5], **constraint)
    assert ours.calls < theirs.calls


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr", "COBYQA"])
def test_constraints_of_a_nested_start(method):
    def on_the_disc(p):
        return 1 - p["x"] ** 2 - p["y"][0] ** 2

    def of_container(p):
        return 100 * (p["y"][0] - p["x"] ** 2) ** 2 + (1 - p["x"]) ** 2

    start = {"x": 0.1, "y": np.array([0.1])}
    for constraint in (
        {"type": "ineq", "fun": on_the_disc},
        NonlinearConstraint(on_the_disc, 0, np.inf),
    ):
        found = minimize(of_container, start, method=method, constraints=constraint)
        np.testing.assert_allclose([found.x["x"], *found.x["y"]], ON_THE_DISC, atol=1e-3)


def test_mistakes():
    def text(x):
        return ["a"]

    with pytest.raises(DtypeError, match=r"<U1 \(at .*test_constraints.py"):
        minimize(rosenbrock, X, constraints={"type": "ineq", "fun": text})
    with pytest.raises((KeyError, ValueError), match="no function defined"):
        minimize(rosenbrock, X, constraints={"type": "ineq"})
    for method in ("SLSQP", "trust-constr"):
        with pytest.raises(ValueError, match="type 'less'"):
            minimize(rosenbrock, X, method=method, constraints={"type": "less", "fun": curves})
