"""root_scalar: Newton's and Halley's method with exact slopes."""

import numpy as np
import pytest
import scipy.optimize

from clearprop.errors import ArgumentError, DtypeError, ShapeError, UnsupportedError
from clearprop.scipy.optimize import root_scalar
from tests.scipy.probing import Counted, Spy

ROOT = 0.7390851332151607


def f(x, shift=0.0):
    return np.cos(x) - x - shift


@pytest.mark.parametrize("method", ["newton", "halley", None])
def test_the_slopes_are_exact(monkeypatch, method):
    given = Spy(monkeypatch, scipy.optimize, "root_scalar")
    found = root_scalar(f, (0.0,), method, x0=0.3)
    assert found.root == pytest.approx(ROOT, abs=1e-14)
    value, fprime, fprime2 = given.args[0], given.args[4], given.args[5]
    assert value(0.5, 0.0) == f(0.5)
    assert fprime(0.5, 0.0) == pytest.approx(-np.sin(0.5) - 1, rel=1e-15)
    assert (fprime2 is not None) == (method == "halley")
    if fprime2 is not None:
        assert fprime2(0.5, 0.0) == pytest.approx(-np.cos(0.5), rel=1e-15)


def test_value_and_slope_take_one_call():
    ours, theirs = Counted(f), Counted(f)
    found = root_scalar(ours, method="newton", x0=0.3)
    scipy.optimize.root_scalar(theirs, method="newton", x0=0.3)
    assert ours.calls == found.iterations < theirs.calls


def test_an_integer_start_is_taken_for_a_float():
    assert root_scalar(lambda x: 2 * x - 3, x0=1).root == 1.5


@pytest.mark.parametrize(
    "options",
    [
        {"method": "brentq", "bracket": (0, 1)},
        {"bracket": (0, 1)},
        {"method": "secant", "x0": 0.0, "x1": 1.0},
        {"x0": 0.0, "x1": 1.0},
    ],
)
def test_methods_without_slopes_call_the_function_as_it_is(monkeypatch, options):
    given = Spy(monkeypatch, scipy.optimize, "root_scalar")
    assert root_scalar(f, **options).root == pytest.approx(ROOT)
    assert given.args[0] is f
    assert given.args[4:6] == (None, None)


def test_what_the_user_gives_wins():
    own = Counted(lambda x: -np.sin(x) - 1)
    assert root_scalar(f, x0=0.3, fprime=own).root == pytest.approx(ROOT)
    assert own.calls
    both = root_scalar(lambda x: (f(x), -np.sin(x) - 1), x0=0.3, fprime=True)
    assert both.root == pytest.approx(ROOT)
    curved = root_scalar(
        lambda x: (f(x), -np.sin(x) - 1), method="halley", x0=0.3, fprime=True
    )  # the second derivative is ours
    assert curved.root == pytest.approx(ROOT)


def test_mistakes():
    with pytest.raises(ArgumentError, match="root_scalar wants a function"):
        root_scalar(0.0, x0=1.0)
    with pytest.raises(ShapeError, match=r"x0 is not one number.*Use root"):
        root_scalar(f, x0=[1.0, 2.0])
    with pytest.raises(DtypeError, match="complex"):
        root_scalar(f, x0=1j)
    with pytest.raises(ShapeError, match="one number; this one returns 2"):
        root_scalar(lambda x: [x, x], x0=1.0)
    with pytest.raises(UnsupportedError, match=r"np.unique.*test_root_scalar.py"):
        root_scalar(lambda x: np.unique(x * np.ones(1))[0], x0=1.0)
    with pytest.raises(ValueError, match="select a solver"):
        root_scalar(f)
    with pytest.raises(ValueError, match="x0 must not be None for newton"):
        root_scalar(f, method="newton")
    with pytest.raises(ValueError, match="Unknown solver nonsense"):
        root_scalar(f, method="nonsense", x0=1.0)
