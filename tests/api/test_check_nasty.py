"""Right gradients of nasty functions pass, and where nothing can be said nothing is said."""

import math
import re

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError, CheckError


def inverse_trace(a, b, c, d):
    return (a + d) / (a * d - b * c)


def noisy(x):
    """Loses all but single precision on the way."""
    return np.sum(np.sin(x.astype(np.float32)))


NASTY = {
    "exponential": (lambda x: np.exp(50 * x), 1.0),
    "exponential, small": (lambda x: np.exp(x), -700.0),
    "about to overflow": (lambda x: np.exp(x), 709.78),
    "oscillating": (lambda x: np.sin(1e6 * x), 1.0),
    "oscillating at zero": (lambda x: np.sin(1e6 * x), 0.0),
    "far out": (lambda x: np.sin(x), 1e6),
    "a period that fits the steps": (lambda x: np.sin(2 * np.pi * 1e4 * x), 0.3),
    "near its end": (lambda x: np.log(x), 1e-8),
    "near a pole": (lambda x: 1 / x, 1e-12),
    "near a pole, not analytic": (lambda x: 1 / np.abs(x), 1e-8),
    "nearly singular": (inverse_trace, 1.0, 1.0, 1.0, 1.0 + 1e-9),
    "nearly singular, not analytic": (
        lambda a, b: np.abs(inverse_trace(a, b, 1.0, 1.0)),
        1.0,
        1.0 + 1e-7,
    ),
    "behind a large number": (lambda x: 1e10 + np.sin(x), 1.0),
    "a zero that rounding blurs": (lambda x: np.sum(np.exp(x) / np.sum(np.exp(x))), np.ones(3) / 7),
    "at the optimum": (
        lambda x: np.sum((x - np.array([0.1, 0.7])) ** 2),
        np.array([0.1, 0.7]),
    ),
    "constant": (lambda x: 3.0 + 0 * x, 1.0),
    "not of its argument": (lambda x: 3.0, 1.0),
    "a kink nearby": (lambda x: np.abs(x - 1e-5) + x, 0.0),
    "dead": (lambda x: np.sum(np.maximum(x, 0) ** 2), np.array([-1e-5, 1.0, -3.0])),
    "rounds inside": (noisy, np.array([0.5, 1.5])),
    "wide in scale": (lambda x: np.sum(x**3), np.array([1e-9, 1.0, 1e9])),
    "saturated": (lambda x: np.sum(1 / (1 + np.exp(-x))), np.array([0.0, 60.0, -60.0])),
    "a step": (lambda x: np.where(x > 1, x * x, x), 2.0),
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_functions(name):
    f, *args = NASTY[name]
    result = cp.check_grads(f, *args)
    assert result.ok
    assert not result.unknown, result.text()


@pytest.mark.parametrize("name", NASTY)
def test_the_wrong_sign_of_a_nasty_function_is_found(name):
    f, *args = NASTY[name]
    places = tuple(range(len(args)))
    slopes = cp.grad(f, places)(*args)
    if all(np.all(np.abs(slope) < 1e-12) for slope in slopes):
        pytest.skip("the derivative is 0")
    result = (
        cp.check_grads(
            f, *args, argnums=places, grad=lambda *args: tuple(-s for s in slopes), raises=False
        )
        if len(args) > 1
        else cp.check_grads(f, *args, grad=lambda x: -slopes[0], raises=False)
    )
    assert result.failures, result.text()


def test_the_method_is_told():
    (analytic,) = cp.check_grads(np.tanh, 0.5, modes="reverse").elements
    assert analytic.method == "complex step"
    assert analytic.numerical == pytest.approx(1 - math.tanh(0.5) ** 2, rel=1e-15)
    (bent,) = cp.check_grads(lambda x: np.abs(x) * x, 0.5, modes="reverse").elements
    assert bent.method == "differences"
    assert bent.numerical == pytest.approx(1.0, rel=1e-9)
    (end,) = cp.check_grads(lambda x: x**2.5, 0.0, modes="reverse").elements
    assert (end.method, end.status) == ("one-sided", "ok")


def test_a_function_that_refuses_complex_numbers_is_differenced():
    def f(x):
        return x * x if x > 0 else -x

    (element,) = cp.check_grads(f, 2.0, modes="reverse").elements
    assert (element.method, element.ok) == ("differences", True)


# Kinks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "slope", "side"),
    [
        (lambda x: np.abs(x), 0.0, "the mean"),
        (lambda x: np.abs(x), -1.0, "the left"),
        (lambda x: np.abs(x), 1.0, "the right"),
        (lambda x: np.maximum(x, 0), 0.0, "the left"),
        (lambda x: np.maximum(x, 0), 1.0, "the right"),
        (lambda x: np.maximum(x, 0), 0.5, "the mean"),
        (lambda x: np.sin(x) + 1e-3 * np.abs(x), 1.001, "the right"),
        (lambda x: np.exp(x) + np.abs(x), 0.0, "the left"),
    ],
)
def test_at_a_kink_each_side_is_right_and_it_is_said(f, slope, side):
    result = cp.check_grads(f, 0.0, grad=lambda x: slope)
    (element,) = result.kinks
    assert element.status == "kink"
    assert element.note.endswith(f"it is {side}")
    assert "a kink: " in result.text()


@pytest.mark.parametrize("slope", [0.9, -0.5, 2.0, np.nan])
def test_at_a_kink_nothing_else_is_right(slope):
    with pytest.raises(CheckError, match="a kink: -1 from the left, 1 from the right; it is neith"):
        cp.check_grads(np.abs, 0.0, grad=lambda x: slope)


def test_our_own_choices_at_kinks_pass():
    assert len(cp.check_grads(np.abs, 0.0).kinks) == 2
    assert len(cp.check_grads(lambda x: np.maximum(x, 0), 0.0).kinks) == 2
    assert cp.check_grads(np.max, np.array([1.0, 1.0, 0.0])).kinks


# Where there is nothing to compare ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "x", "why"),
    [
        (np.log, -1.0, "the value of the function here is nan"),
        (lambda x: np.divide(1.0, x), 0.0, "the value of the function here is inf"),
        (lambda x: np.where(x > 0, 1.0, 0.0) + x, 0.0, "the slopes grow without bound"),
        (lambda x: np.sqrt(np.abs(x)), 0.0, "the slopes grow without bound"),
        (lambda x: 1e13 + np.abs(np.sin(x)), 1.0, "too noisy here"),
    ],
)
def test_nothing_passes_where_nothing_can_be_compared(f, x, why):
    result = cp.check_grads(f, x, raises=False)
    assert not result
    assert not result.failures
    assert all(why in element.note for element in result.unknown)
    with pytest.raises(CheckError, match=f"could not compare anything: d/d x: .*{why}"):
        cp.check_grads(f, x)


def test_the_rest_is_compared_all_the_same():
    result = cp.check_grads(np.log, np.array([2.0, -1.0]))
    assert result.ok
    assert {e.place for e in result.unknown if e.output == "result[0]"} <= {"x[1]"}
    assert all(e.ok for e in result.elements if e.title == "d result[0]/d x[0]")
    assert not any(e.ok for e in result.elements if e.output == "result[1]")
    assert re.search(r"result\[1\]/d x\[1\]: .* cannot be compared", result.text())


def test_a_nan_of_one_output_is_no_mistake_by_the_others():
    """Reverse mode sums over all outputs, and 0 · nan is nan."""
    x = np.array([1.0, 2.0])

    def slopes(x):
        return np.array([[1.0, np.nan], [np.nan, np.nan]])

    result = cp.check_grads(lambda x: np.array([x[0], np.nan]), x, grad=slopes)
    assert [e.status for e in result.elements] == ["ok", "unknown", "unknown", "unknown"]
    assert "an output of the function is not finite here" in result.text()


def test_an_infinite_slope_at_an_end_is_right():
    assert cp.check_grads(np.sqrt, 0.0).ok
    assert cp.check_grads(np.sqrt, 0.0, grad=lambda x: np.inf).ok
    assert cp.check_grads(np.sqrt, 0.0, grad=lambda x: 1.0, raises=False).unknown


def test_a_nan_where_there_is_a_derivative_fails():
    def safe(x):
        return np.where(x > 0, np.sqrt(np.where(x > 0, x, -1.0)), 0.0)

    assert cp.check_grads(lambda x: x**2, 1.0, grad=lambda x: np.nan, raises=False).failures
    assert cp.check_grads(safe, -1.0, raises=False).failures or cp.check_grads(safe, -1.0).ok


def test_errors_of_python_are_the_ends_of_the_domain():
    def f(x):
        if x < 1.0:
            raise ValueError("too small")
        return x * x

    (element,) = cp.check_grads(f, 1.0, grad=lambda x: 2 * x).elements
    assert (element.method, element.ok) == ("one-sided", True)
    with pytest.raises(ValueError, match="too small"):
        cp.check_grads(f, 0.5)


def test_no_warning_reaches_the_user(recwarn):
    cp.check_grads(lambda x: np.sum(np.log(x)) + x[0] ** 1.5, np.array([1e-9, 1.0]))
    cp.check_grads(lambda x: x**1.5, 0.0)
    assert not recwarn.list


def test_a_function_of_chance_is_refused():
    draw = np.random.default_rng(0)
    with pytest.raises(ArgumentError, match="another value at each call"):
        cp.check_grads(lambda x: x + draw.normal(), 1.0, grad=lambda x: 1.0)
