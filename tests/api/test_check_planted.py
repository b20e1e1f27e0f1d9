"""Wrong gradients of every kind are found, and the element that is wrong is named."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import CheckError

DRAW = np.random.default_rng(3)
A = DRAW.normal(size=(3, 3))
X = DRAW.normal(size=(3, 3))


def quadratic(x):
    return np.sum(np.sin(A @ x) * x)


def right(x):
    return A.T @ (np.cos(A @ x) * x) + np.sin(A @ x)


def wrong_at(index, change):
    def mine(x):
        slope = right(x)
        slope[index] = change(slope[index])
        return slope

    return mine


def failures(f, x, mine, **options):
    return cp.check_grads(f, x, grad=mine, raises=False, **options).failures


def test_the_right_one_passes():
    assert cp.check_grads(quadratic, X, grad=right)


@pytest.mark.parametrize("index", [(0, 0), (1, 2), (2, 1)])
@pytest.mark.parametrize(
    "change",
    [lambda g: -g, lambda g: 1.01 * g, lambda g: g * (1 + 1e-5), lambda g: 0 * g, lambda g: 1e9],
    ids=["sign", "one per cent", "tiny", "missing", "huge"],
)
def test_one_wrong_element(index, change):
    (found,) = failures(quadratic, X, wrong_at(index, change))
    assert (found.name, found.index) == ("x", index)
    assert found.analytic == pytest.approx(change(right(X)[index]))
    assert found.numerical == pytest.approx(right(X)[index], rel=1e-9)
    assert found.error == pytest.approx(abs(found.analytic - found.numerical))
    assert found.error > found.allowed


def test_a_nan_is_the_worst():
    found = failures(quadratic, X, lambda x: right(x) + np.diag([1.0, np.nan, 0.0]))
    assert [f.index for f in found] == [(1, 1), (0, 0)]


def test_a_transposition():
    found = failures(quadratic, X, lambda x: right(x).T)
    assert {f.index for f in found} == {(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)}


def test_a_missing_term():
    found = failures(quadratic, X, lambda x: A.T @ (np.cos(A @ x) * x))
    assert len(found) == 9


def test_the_worst_comes_first():
    def mine(x):
        slope = right(x)
        slope[0, 0] *= 1.001
        slope[2, 2] *= -1
        return slope

    assert [f.index for f in failures(quadratic, X, mine)] == [(2, 2), (0, 0)]


def test_a_path_in_nested_containers_is_written_as_the_user_would():
    params = {"layers": [{"w": np.ones((2, 2)), "b": 1.0}, {"w": np.ones((1, 2)), "b": 2.0}]}

    def loss(params, x):
        for layer in params["layers"]:
            x = layer["w"] @ x + layer["b"]
        return np.sum(x**2)

    def mine(params, x):
        slopes = cp.grad(loss)(params, x)
        slopes["layers"][1]["w"][0, 1] *= 1.1
        return slopes

    said = r"1 of 8 elements: d/d params\['layers'\]\[1\]\['w'\]\[0, 1\]: given .*, numerical "
    with pytest.raises(CheckError, match=said):
        cp.check_grads(loss, params, np.array([1.0, 2.0]), argnums=0, grad=mine)


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e-8, 1e8, 1e200])
def test_one_per_cent_at_any_scale_of_the_function(scale):
    def f(x):
        return scale * np.sin(x)

    assert cp.check_grads(f, 1.0).ok
    assert failures(f, 1.0, lambda x: 1.01 * scale * np.cos(x))


@pytest.mark.parametrize("scale", [1e-30, 1e-8, 1e-3, 1e3, 1e8])
def test_one_per_cent_at_any_scale_of_the_argument(scale):
    def f(x):
        return np.sin(x / scale)

    assert cp.check_grads(f, scale).ok
    assert failures(f, scale, lambda x: 1.01 * np.cos(x / scale) / scale)


def test_small_elements_beside_large_ones():
    """Neither is measured by the other: complex steps see what differences cannot."""

    def f(x):
        return np.sum(np.exp(50 * x))

    x = np.array([1.0, 0.0, -1.0])
    assert cp.check_grads(f, x).ok

    def mine(x):
        return 50 * np.exp(50 * x) * np.array([1, 1.01, 1])

    (element,) = cp.check_grads(f, x, grad=mine, raises=False).unknown
    assert element.index == (1,)
    assert "a complex step gives 50" in element.note


def test_float32_finds_one_per_cent():
    x = np.array([0.5, 1.5, -2.0], np.float32)

    def f(x):
        return np.sum(np.sin(x) * x)

    def mine(x):
        return (np.cos(x) * x + np.sin(x)) * np.array([1, 1.01, 1], np.float32)

    assert cp.check_grads(f, x).ok
    (found,) = failures(f, x, mine)
    assert found.index == (1,)


def test_an_output_among_several():
    def f(x):
        return {"a": np.sin(x), "b": [x**2, 3.0 * x]}

    result = cp.check_grads(f, np.array([1.0, 2.0]), raises=False)
    assert result.ok
    assert {e.output for e in result.elements} == {
        *("result['a'][0]", "result['a'][1]", "result['b'][0][0]"),
        *("result['b'][0][1]", "result['b'][1][0]", "result['b'][1][1]"),
    }


def test_a_derivative_that_a_trace_loses_is_found_with_its_output():
    def f(x):
        return np.sin(x), cp.stop_gradient(x) * x

    found = cp.check_grads(f, 2.0, raises=False).failures
    assert {(e.output, e.mode) for e in found} == {
        ("result[1]", "reverse"),
        ("result[1]", "forward"),
    }
    assert found[0].title == "d result[1]/d x"
    assert (found[0].analytic, found[0].numerical) == (2.0, pytest.approx(4.0))


def test_a_function_that_does_something_else_when_traced_is_told():
    def f(x):
        return x * (2.0 if isinstance(x, float) else 3.0)

    result = cp.check_grads(f, 1.0, raises=False)
    assert not result
    assert "the function is 2 on NumPy arrays, 3 when traced" in result.text()
