"""curve_fit: parameters and their uncertainties, from the exact Jacobian of the model."""

import warnings

import numpy as np
import pytest
import scipy.optimize

from clearprop.errors import ArgumentError, UnsupportedError
from clearprop.scipy.optimize import curve_fit
from tests.scipy.probing import Counted, Spy, assert_exact

T = np.linspace(0, 5, 40)
NOISE = 0.05 * np.random.default_rng(7).standard_normal(40)
TRUE = (2.5, 1.3, 0.5)


def decay(t, size, rate, rest):
    return size * np.exp(-rate * t) + rest


def by_hand(t, size, rate, rest):
    return np.stack([np.exp(-rate * t), -size * t * np.exp(-rate * t), np.ones_like(t)], axis=1)


DATA = decay(T, *TRUE) + NOISE


@pytest.mark.parametrize("method", ["lm", "trf", "dogbox"])
def test_the_jacobian_is_exact(monkeypatch, method):
    given = Spy(monkeypatch, scipy.optimize, "curve_fit")
    curve_fit(decay, T, DATA, method=method)
    f, jac = given.args[0], given.args[9]
    p = np.array([2.0, 0.7, 0.1])
    np.testing.assert_array_equal(f(T, *p), decay(T, *p))
    assert_exact(jac(T, *p), lambda q: decay(T, *q), p)


def test_an_exponential_decay_has_the_known_uncertainties():
    """The covariance of a least-squares fit is σ² (JᵀJ)⁻¹."""
    noise = {"sigma": np.full(40, 0.05), "absolute_sigma": True}
    popt, pcov = curve_fit(decay, T, DATA, **noise, xtol=1e-14, ftol=1e-14)
    J = by_hand(T, *popt)
    np.testing.assert_allclose(pcov, 0.05**2 * np.linalg.inv(J.T @ J), rtol=1e-7)
    assert np.all(np.abs(popt - TRUE) < 3 * np.sqrt(np.diag(pcov)))


def test_the_scale_is_estimated_where_no_sigma_is_given():
    popt, pcov = curve_fit(decay, T, DATA, xtol=1e-14, ftol=1e-14)
    J, rest = by_hand(T, *popt), decay(T, *popt) - DATA
    np.testing.assert_allclose(pcov, rest @ rest / 37 * np.linalg.inv(J.T @ J), rtol=1e-7)


@pytest.mark.parametrize("method", ["lm", "trf", "dogbox"])
@pytest.mark.parametrize("sigma", ["none", "each", "covariance"])
@pytest.mark.parametrize("absolute_sigma", [False, True])
def test_the_same_as_with_the_jacobian_by_hand(method, sigma, absolute_sigma):
    each = 0.05 * (1 + T)
    covariance = np.diag(each**2) + 0.001
    given = {"none": None, "each": each, "covariance": covariance}[sigma]
    options = {"sigma": given, "absolute_sigma": absolute_sigma, "method": method}
    ours = curve_fit(decay, T, DATA, **options)
    theirs = scipy.optimize.curve_fit(decay, T, DATA, jac=by_hand, **options)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-6)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-5)


def test_fewer_calls_than_with_numerical_differences():
    ours, theirs = Counted(decay), Counted(decay)
    curve_fit(ours, T, DATA, [1.0, 1.0, 0.0])
    scipy.optimize.curve_fit(theirs, T, DATA, [1.0, 1.0, 0.0])
    assert ours.calls < theirs.calls


def test_the_number_of_parameters_is_read_off_the_model():
    class Model:
        def of(self, t, size, rate):
            return size * np.exp(-rate * t)

    assert curve_fit(Model().of, T, DATA)[0].shape == (2,)
    assert curve_fit(lambda t, *p: p[0] * np.exp(-p[1] * t), T, DATA, [1.0, 1.0])[0].shape == (2,)
    with pytest.raises(ValueError, match="number of fit parameters"):
        curve_fit(lambda t, *p: p[0] * t, T, DATA)


def test_full_output_bounds_and_missing_data():
    popt, _, info, message, status = curve_fit(decay, T, DATA, full_output=True)
    assert info["nfev"] > 1
    assert status in (1, 2, 3, 4)
    assert isinstance(message, str)
    bounded, _ = curve_fit(decay, T, DATA, bounds=(0, [2.0, 9, 9]))
    assert bounded[0] == pytest.approx(2.0)
    holes = np.where(np.arange(40) % 9 == 4, np.nan, DATA)
    omitted, _ = curve_fit(decay, T, holes, check_finite=False, nan_policy="omit")
    np.testing.assert_allclose(omitted, popt, atol=0.3)


def test_a_constant_is_fitted_to_all_of_the_data():
    for method in ("lm", "trf"):
        popt, pcov = curve_fit(lambda t, c: c, T, DATA, method=method)
        assert popt[0] == pytest.approx(DATA.mean())
        assert pcov[0, 0] == pytest.approx(DATA.var(ddof=1) / 40)


def test_data_of_any_kind_go_to_the_model():
    def plane(xy, a, b):
        return a * xy[0] + b * xy[1] ** 2

    xy = np.stack([T, np.cos(T)])
    popt, _ = curve_fit(plane, xy, plane(xy, 2.0, -1.0))
    np.testing.assert_allclose(popt, [2.0, -1.0])
    popt, _ = curve_fit(lambda d, a: a * d["t"], {"t": T}, 3 * T)
    assert popt[0] == pytest.approx(3.0)


def test_what_the_user_gives_wins():
    own, f = Counted(by_hand), Counted(decay)
    curve_fit(decay, T, DATA, jac=own)
    assert own.calls
    curve_fit(f, T, DATA, [1.0, 1.0, 0.0], jac="3-point", method="trf")
    assert f.calls > 30
    ours, _ = curve_fit(decay, T, DATA, col_deriv=True)  # about a given Jacobian; there is none
    np.testing.assert_allclose(ours, curve_fit(decay, T, DATA)[0])


def test_mistakes():
    with pytest.raises(ArgumentError, match="curve_fit wants a function"):
        curve_fit(1.0, T, DATA)
    with pytest.raises(ArgumentError, match=r"no number"):
        curve_fit(lambda t, a: None, T, DATA)
    with pytest.raises(UnsupportedError, match=r"np.unique.*test_curve_fit.py"):
        curve_fit(lambda t, a, b: np.unique(a * t) + b, T, DATA)
    with pytest.raises(ValueError, match=r"NaNs|infs"):
        curve_fit(decay, T, DATA * np.nan)
    with pytest.raises(TypeError, match="must not exceed"):
        curve_fit(decay, T[:2], DATA[:2])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        curve_fit(decay, T, DATA)
