"""root: systems of equations with the exact Jacobian."""

import numpy as np
import pytest
import scipy.optimize

import clearprop.numpy as cnp
from clearprop.errors import ArgumentError, DtypeError, UnsupportedError
from clearprop.scipy.optimize import root
from tests.scipy.probing import Counted, Spy, assert_exact

ROOT = [0.8411639, 0.1588361]


def pair(x, shift=1.0):
    return [x[0] + 0.5 * (x[0] - x[1]) ** 3 - shift, 0.5 * (x[1] - x[0]) ** 3 + x[1]]


def chain(x):
    """Broyden's tridiagonal system."""
    y = cnp.zeros(len(x) + 2)
    y[1:-1] = x
    return (3 - 2 * x) * x - y[:-2] - 2 * y[2:] + 1


@pytest.mark.parametrize("method", ["hybr", "lm"])
def test_the_jacobian_is_exact(monkeypatch, method):
    given = Spy(monkeypatch, scipy.optimize, "root")
    root(pair, [0.0, 0.0], (1.0,), method)
    x = np.array([0.3, -0.4])
    assert given.args[0] is pair
    assert_exact(given.args[4](x, 1.0), pair, x)


@pytest.mark.parametrize("method", ["hybr", "lm"])
@pytest.mark.parametrize("n", [2, 9])
def test_fewer_calls_than_with_numerical_differences(method, n):
    ours, theirs = Counted(chain), Counted(chain)
    found = root(ours, -np.ones(n), method=method)
    scipy.optimize.root(theirs, -np.ones(n), method=method)
    np.testing.assert_allclose(chain(found.x), 0, atol=1e-8)
    assert found.njev >= 1
    assert ours.calls < theirs.calls


def test_the_same_steps_as_with_the_jacobian_by_hand():
    def by_hand(x, shift):
        slope = 1.5 * (x[0] - x[1]) ** 2
        return np.array([[1 + slope, -slope], [-slope, 1 + slope]])

    for method in ("hybr", "lm"):
        ours = root(pair, [0.0, 0.0], (1.0,), method)
        theirs = scipy.optimize.root(pair, [0.0, 0.0], (1.0,), method, by_hand)
        assert (ours.nfev, ours.njev) == (theirs.nfev, theirs.njev)
        np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-10)
        own = root(pair, [0.0, 0.0], (1.0,), method, by_hand)
        assert own.nfev == theirs.nfev


@pytest.mark.parametrize("method", ["broyden1", "anderson", "df-sane"])
def test_methods_without_a_jacobian_call_the_function_as_it_is(monkeypatch, method):
    given = Spy(monkeypatch, scipy.optimize, "root")
    found = root(pair, [0.0, 0.0], (1.0,), method)
    assert given.args[0] is pair
    assert given.args[4] is None
    np.testing.assert_allclose(found.x, ROOT, atol=1e-4)


def test_more_equations_than_unknowns():
    found = root(lambda x: [x[0] - 1, x[0] - 3, x[1]], [0.0, 0.0], method="lm")
    np.testing.assert_allclose(found.x, [2.0, 0.0], atol=1e-8)


def test_options_pass_through():
    turned = root(pair, [0.0, 0.0], (1.0,), options={"col_deriv": True, "xtol": 1e-3})
    plain = root(pair, [0.0, 0.0], (1.0,), options={"xtol": 1e-3})
    np.testing.assert_array_equal(turned.x, plain.x)
    assert plain.nfev < root(pair, [0.0, 0.0], (1.0,), tol=1e-12).nfev


def test_a_function_that_returns_its_jacobian():
    def both(x):
        return x**2 - [4.0, 9.0], np.diag(2 * x)

    np.testing.assert_allclose(root(both, [1.0, 1.0], jac=True).x, [2, 3])
    nested = root(lambda p: ({"y": p["x"] ** 2 - 4}, [[2 * p["x"]]]), {"x": 1.0}, jac=True)
    assert nested.x["x"] == pytest.approx(2.0)


@pytest.mark.parametrize("method", ["hybr", "lm", "broyden1"])
def test_a_nested_start(method):
    def equations(p):
        return {"u": p["x"] ** 2 + p["y"] - 3, "v": p["x"] - p["y"][::-1]}

    found = root(equations, {"x": np.array([1.0, 1.1]), "y": np.array([1.0, 1.0])}, method=method)
    np.testing.assert_allclose(found.x["x"], (np.sqrt(13) - 1) / 2, rtol=1e-4)


def test_mistakes():
    with pytest.raises(ArgumentError, match="root wants a function"):
        root([1.0], [0.0])
    with pytest.raises(DtypeError, match="x0 is of type complex"):
        root(pair, [1j, 0.0])
    with pytest.raises(TypeError, match="mismatch between the input and output shape"):
        root(lambda x: [x[0]], [0.0, 0.0])
    with pytest.raises(UnsupportedError, match=r"np.unique.*test_root.py"):
        root(lambda x: np.unique(x), [0.0, 1.0])
    with pytest.raises(ValueError, match="Unknown solver nonsense"):
        root(pair, [0.0, 0.0], method="nonsense")
