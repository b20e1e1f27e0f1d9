"""least_squares: the exact Jacobian, robust losses, bounds, nested starts."""

import numpy as np
import pytest
import scipy.optimize

from clearprop.errors import ArgumentError, DtypeError, UnsupportedError
from clearprop.scipy.optimize import least_squares
from tests.scipy.probing import Counted, Spy, assert_exact

T = np.linspace(0, 4, 30)
OBSERVED = 3 * np.exp(-0.7 * T) + 0.5 + 0.05 * np.sin(40 * T)
START = np.array([1.0, 0.1, 0.0])
METHODS = ["trf", "dogbox", "lm"]


def residuals(x, t=T, observed=OBSERVED):
    return x[0] * np.exp(-x[1] * t) + x[2] - observed


def by_hand(x, t=T, observed=OBSERVED):
    decay = np.exp(-x[1] * t)
    return np.stack([decay, -x[0] * t * decay, np.ones_like(t)], axis=1)


@pytest.mark.parametrize("method", METHODS)
def test_the_jacobian_is_exact(monkeypatch, method):
    given = Spy(monkeypatch, scipy.optimize, "least_squares")
    found = least_squares(residuals, START, method=method)
    fun, jac = given.args[0], given.args[2]
    np.testing.assert_array_equal(fun(found.x), residuals(found.x))
    assert_exact(jac(START), residuals, START)
    np.testing.assert_allclose(jac(found.x), by_hand(found.x), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_steps_as_with_the_jacobian_by_hand(method):
    ours = least_squares(residuals, START, method=method)
    theirs = scipy.optimize.least_squares(residuals, START, by_hand, method=method)
    assert (ours.nfev, ours.njev, ours.status) == (theirs.nfev, theirs.njev, theirs.status)
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_fewer_calls_than_with_numerical_differences(method):
    ours, theirs = Counted(residuals), Counted(residuals)
    found = least_squares(ours, START, method=method)
    scipy.optimize.least_squares(theirs, START, method=method)
    assert ours.calls < theirs.calls
    assert method == "lm" or ours.calls == found.nfev


@pytest.mark.parametrize("loss", ["soft_l1", "huber", "cauchy", "arctan"])
def test_robust_losses_pass_through(loss):
    outliers = np.where(np.arange(30) % 7 == 3, 5.0, 0.0)
    options = {"loss": loss, "f_scale": 0.1, "args": (T, OBSERVED + outliers)}
    ours = least_squares(residuals, [3.0, 1.0, 0.0], **options)
    theirs = scipy.optimize.least_squares(residuals, [3.0, 1.0, 0.0], by_hand, **options)
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-6)
    np.testing.assert_allclose(ours.x[1], 0.7, atol=0.1)


def test_arguments_and_keywords_pass_through():
    found = least_squares(residuals, START, args=(T,), kwargs={"observed": 2 * OBSERVED})
    once = least_squares(residuals, START)
    np.testing.assert_allclose(found.x, once.x * [2, 1, 2], rtol=1e-5)


def test_bounds_pass_through():
    found = least_squares(residuals, START, bounds=([0, 0, 0], [2, 5, 5]))
    assert found.x[0] <= 2
    assert found.active_mask[0] == 1


def test_what_the_user_gives_wins():
    own, f = Counted(by_hand), Counted(residuals)
    found = least_squares(residuals, START, own)
    assert own.calls == found.njev
    least_squares(f, START, "3-point")
    assert f.calls > found.nfev + 6 * found.njev - 1
    sparse = least_squares(residuals, START, jac_sparsity=np.ones((30, 3)))
    np.testing.assert_allclose(sparse.x, found.x, rtol=1e-4)


def test_a_nested_start_and_residuals_in_a_container():
    def of_container(p):
        rate = p["rate"]
        return {"a": p["size"][0] * np.exp(-rate * T) + p["size"][1] - OBSERVED, "b": [0 * rate]}

    start = {"size": np.array([1.0, 0.0]), "rate": 0.1}
    found = least_squares(of_container, start)
    flat = least_squares(residuals, START)
    np.testing.assert_allclose([found.x["size"][0], found.x["rate"]], flat.x[:2], rtol=1e-6)
    assert found.jac.shape == (31, 3)
    bounded = least_squares(of_container, start, bounds=({"size": -9, "rate": 0}, np.inf))
    np.testing.assert_allclose(bounded.x["rate"], flat.x[1], rtol=1e-5)


def test_mistakes():
    with pytest.raises(ArgumentError, match="least_squares wants a function"):
        least_squares(None, START)
    with pytest.raises(DtypeError, match="x0 is of type complex"):
        least_squares(residuals, [1j, 0, 0])
    with pytest.raises(ArgumentError, match="no number"):
        least_squares(lambda x: None, START)
    with pytest.raises(UnsupportedError, match=r"np.unique.*test_least_squares.py"):
        least_squares(lambda x: np.unique(x), START)
    with pytest.raises(ArgumentError, match="a bound has not the form of x0"):
        least_squares(lambda p: p["x"], {"x": 1.0}, bounds=({"y": 0.0}, 1.0))
    with pytest.raises(ValueError, match="'trf', 'dogbox' or 'lm'"):
        least_squares(residuals, START, method="nonsense")
    with pytest.raises(TypeError, match="nonsense"):
        least_squares(residuals, START, nonsense=1)
