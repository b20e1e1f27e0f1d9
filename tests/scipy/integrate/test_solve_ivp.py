"""solve_ivp: stiff systems with the exact Jacobian."""

import numpy as np
import pytest
import scipy.integrate
from scipy.linalg import solve_banded

import clearprop.numpy as cnp
from clearprop.errors import ArgumentError, DtypeError, ShapeError, UnsupportedError
from clearprop.scipy.integrate import solve_ivp
from tests.scipy.probing import Counted, Spy, assert_exact

IMPLICIT = ["Radau", "BDF", "LSODA"]
EXPLICIT = ["RK45", "RK23", "DOP853"]
TIGHT = {"rtol": 1e-8, "atol": 1e-10}


def van_der_pol(t, y, mu=1000.0):
    return [y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]]


def van_der_pol_by_hand(t, y, mu=1000.0):
    return np.array([[0, 1], [-2 * mu * y[0] * y[1] - 1, mu * (1 - y[0] ** 2)]])


def robertson(t, y):
    """H. H. Robertson's chemical reaction, 1966: rates nine orders of magnitude apart."""
    slow, fast, medium = 0.04 * y[0], 3e7 * y[1] ** 2, 1e4 * y[1] * y[2]
    return [-slow + medium, slow - medium - fast, fast]


def upwind(t, y):
    """A front that moves to the right: the Jacobian has a diagonal and one below."""
    slope = cnp.zeros(len(y))
    slope[0] = -500 * y[0]
    slope[1:] = 500 * (y[:-1] - y[1:])
    return slope


@pytest.fixture
def given(monkeypatch):
    """What SciPy's own function is given."""
    return Spy(monkeypatch, scipy.integrate, "solve_ivp")


@pytest.mark.parametrize("method", [*IMPLICIT, scipy.integrate.BDF])
@pytest.mark.parametrize("vectorized", [False, True])
def test_the_jacobian_is_exact(given, method, vectorized):
    def f(t, y, mu):
        return cnp.stack([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]]) * np.cos(t)

    solve_ivp(f, (0, 0.1), [2.0, 0.0], method, vectorized=vectorized, args=(5.0,))
    y = np.array([0.7, -1.2])
    assert given.args[0] is f
    assert_exact(given.kwargs["jac"](0.3, y, 5.0), lambda y: f(0.3, y, 5.0), y)


@pytest.mark.parametrize("method", EXPLICIT)
def test_explicit_methods_are_left_alone(given, method):
    solve_ivp(van_der_pol, (0, 1), [2.0, 0.0], method, args=(1.0,))
    assert given.args[0] is van_der_pol
    assert given.kwargs == {}


@pytest.mark.parametrize("method", ["Radau", "BDF"])
def test_van_der_pol_takes_the_steps_of_the_jacobian_by_hand(method):
    ours = solve_ivp(van_der_pol, (0, 2000), [2.0, 0.0], method)
    theirs = scipy.integrate.solve_ivp(
        van_der_pol, (0, 2000), [2.0, 0.0], method, jac=van_der_pol_by_hand
    )
    assert ours.success
    assert (ours.nfev, ours.njev, ours.nlu) == (theirs.nfev, theirs.njev, theirs.nlu)
    np.testing.assert_allclose(ours.y, theirs.y, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("method", IMPLICIT)
def test_robertson(method):
    found = solve_ivp(robertson, (0, 40), [1.0, 0.0, 0.0], method, **TIGHT)
    expected = [0.7158271, 9.1855e-6, 0.2841637]  # as in the LSODE manual
    np.testing.assert_allclose(found.y[:, -1], expected, rtol=1e-4)
    np.testing.assert_allclose(found.y.sum(axis=0), 1.0, rtol=1e-10)
    assert found.njev >= 1
    assert found.nlu >= found.njev


@pytest.mark.parametrize("method", IMPLICIT)
@pytest.mark.parametrize(
    ("f", "y0", "end"), [(robertson, [1.0, 0, 0], 40), (van_der_pol, [2.0, 0], 10)]
)
def test_fewer_calls_than_with_numerical_differences(method, f, y0, end):
    ours, theirs = Counted(f), Counted(f)
    found = solve_ivp(ours, (0, end), y0, method)
    scipy.integrate.solve_ivp(theirs, (0, end), y0, method)
    assert ours.calls == found.nfev + found.njev
    assert ours.calls < theirs.calls


def test_a_band_is_packed_as_lsoda_wants_it(given):
    banded = solve_ivp(upwind, (0, 1), np.ones(8), "LSODA", lband=1, uband=0, **TIGHT)
    rows = given.kwargs["jac"](0.0, np.ones(8))
    whole = solve_ivp(upwind, (0, 1), np.ones(8), "LSODA", **TIGHT)
    J = given.kwargs["jac"](0.0, np.ones(8))
    right = np.arange(8.0)
    np.testing.assert_allclose(solve_banded((1, 0), rows, right), np.linalg.solve(J, right))
    np.testing.assert_allclose(banded.y[:, -1], whole.y[:, -1], atol=1e-9)
    assert (banded.nfev, banded.njev) == (whole.nfev, whole.njev)


def test_events_dense_output_and_chosen_times():
    def crossing(t, y, mu):
        return y[0]

    crossing.terminal = True
    found = solve_ivp(
        van_der_pol, (0, 20), [2.0, 0.0], "Radau", dense_output=True, events=crossing, args=(5.0,)
    )
    assert found.status == 1
    assert abs(found.sol(found.t_events[0][0])[0]) < 1e-6
    chosen = solve_ivp(van_der_pol, (0, 1), [2.0, 0.0], "BDF", t_eval=[0.0, 0.5, 1.0], args=(5.0,))
    np.testing.assert_array_equal(chosen.t, [0.0, 0.5, 1.0])


def test_what_the_user_gives_wins(given):
    own = Counted(van_der_pol_by_hand)
    found = solve_ivp(van_der_pol, (0, 100), [2.0, 0.0], "BDF", jac=own)
    assert own.calls == found.njev
    solve_ivp(van_der_pol, (0, 1e-4), [2.0, 0.0], "BDF", jac=np.eye(2))
    np.testing.assert_array_equal(given.kwargs["jac"], np.eye(2))
    solve_ivp(van_der_pol, (0, 100), [2.0, 0.0], "BDF", jac_sparsity=np.ones((2, 2)))
    assert "jac" not in given.kwargs


def test_mistakes():
    with pytest.raises(ArgumentError, match="solve_ivp wants a function"):
        solve_ivp(1.0, (0, 1), [1.0])
    with pytest.raises(DtypeError, match=r"y0 is of type complex128 \(at .*test_solve_ivp"):
        solve_ivp(lambda t, y: 1j * y, (0, 1), [1.0 + 0j], "BDF")
    assert solve_ivp(lambda t, y: 1j * y, (0, 1), [1.0 + 0j]).success
    with pytest.raises(ShapeError, match="returns 1 values; y has 2"):
        solve_ivp(lambda t, y: y[:1], (0, 1), [1.0, 2.0], "BDF")
    with pytest.raises(UnsupportedError, match=r"np.unique.*test_solve_ivp.py"):
        solve_ivp(lambda t, y: np.unique(y), (0, 1), [1.0, 2.0], "Radau")
    with pytest.raises(UnsupportedError, match=r"np.unique.*test_solve_ivp.py"):
        solve_ivp(lambda t, y: -1e4 * np.unique(y), (0, 1), [1.0, 2.0], "LSODA")
    with pytest.raises(ValueError, match="`method` must be one of"):
        solve_ivp(van_der_pol, (0, 1), [1.0, 2.0], "nonsense")
    with pytest.raises(TypeError, match="cannot be unpacked"):
        solve_ivp(van_der_pol, (0, 1), [1.0, 2.0], "BDF", args=5.0)
    with pytest.warns(UserWarning, match="nonsense"):
        solve_ivp(van_der_pol, (0, 1), [1.0, 2.0], "BDF", nonsense=1)
