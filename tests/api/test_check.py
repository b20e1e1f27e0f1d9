"""check_grads finds wrong gradients, and only wrong ones."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError, CheckError


def f(x, p):
    return np.sum(np.sin(x) * p["a"]) + p["b"] ** 3


POINT = (np.array([0.3, -1.2, 2.0]), {"a": np.array([1.0, 2.0, -1.0]), "b": 2.0})


def test_our_gradients_pass_in_both_modes():
    result = cp.check_grads(f, *POINT)
    assert result.ok
    assert {e.mode for e in result.elements} == {"reverse", "forward"}
    assert len(result.elements) == 2 * 7
    assert "p['a']" in result.text()
    assert result.to_dict()["ok"] is True


def test_a_wrong_gradient_is_named_with_its_element_and_size():
    def mine(x, p):
        slope = np.cos(x) * p["a"]
        slope[1] += 1e-3
        return slope

    with pytest.raises(CheckError, match=r"1 of 3 elements: d/d x\[1\].*differ by 1\.00e-03"):
        cp.check_grads(f, *POINT, argnums=0, grad=mine)
    result = cp.check_grads(f, *POINT, argnums=0, grad=mine, raises=False)
    assert [e.index for e in result.failures] == [(1,)]
    assert "FAILS" in result.text()


@pytest.mark.parametrize("wrong", [lambda x: 2 * x + 1e-4, lambda x: -2 * x, lambda x: x * np.nan])
def test_small_and_large_mistakes_are_found(wrong):
    assert not cp.check_grads(lambda x: x**2, 1.5, grad=wrong, raises=False).ok


def test_a_gradient_at_a_kink_does_not_pass_by_the_doubt():
    result = cp.check_grads(lambda x: np.abs(x), 0.0, grad=lambda x: 0.9, raises=False)
    assert not result.ok


def test_float32_is_held_to_what_it_can():
    x = np.array([0.5, 1.5], np.float32)
    assert cp.check_grads(lambda x: np.sum(x**2), x).ok
    assert not cp.check_grads(lambda x: np.sum(x**2), x, grad=lambda x: x, raises=False).ok


def test_several_outputs_are_combined():
    assert cp.check_grads(lambda x: (np.sin(x), {"y": x * x}), np.array([0.1, 0.2])).ok


def test_large_arrays_are_sampled():
    result = cp.check_grads(lambda x: np.sum(x**2), np.ones(1000), max_elements=10)
    assert len(result.elements) == 20
    assert result.skipped == 990


def test_gradients_of_the_wrong_shape_are_refused():
    with pytest.raises(ArgumentError, match=r"by x has shape \(2,\)"):
        cp.check_grads(lambda x: x.sum(), np.ones(3), grad=lambda x: np.ones(2))
    with pytest.raises(ArgumentError, match="2 arrays"):
        cp.check_grads(lambda x, y: x * y, 1.0, 2.0, grad=lambda x, y: y)


def test_functions_of_huge_and_tiny_numbers():
    assert cp.check_grads(lambda x: x**2, 1e6).ok
    assert cp.check_grads(lambda x: np.exp(x), -20.0).ok
