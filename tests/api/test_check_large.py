"""Too many elements: a sample of them, and random directions through all."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import CheckError


def f(x):
    return np.sum(np.sin(x) * x)


def right(x):
    return np.cos(x) * x + np.sin(x)


X = np.linspace(-2, 2, 4000).reshape(40, 100)


def test_a_sample_and_directions():
    result = cp.check_grads(f, X, max_elements=10)
    assert len(result.elements) == 2 * 10
    assert len(result.directions) == 2 * 3
    assert result.skipped == 3990
    assert result.directions[0].name == "random direction 1"
    assert "3990 more elements were not compared one by one" in result.text()


def test_the_sample_depends_on_the_seed_only():
    first, again, other = (
        [e.index for e in cp.check_grads(f, X, max_elements=5, seed=seed).elements]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("index", [(0, 0), (13, 37), (39, 99)])
def test_one_wrong_element_of_thousands_is_found(index):
    def mine(x):
        slope = right(x)
        slope[index] *= 1.05
        return slope

    with pytest.raises(CheckError, match=rf"d/d x\[{index[0]}, {index[1]}\]: given"):
        cp.check_grads(f, X, grad=mine, max_elements=5)


def test_one_wrong_element_in_a_container_is_found():
    params = {"a": np.ones(300), "b": [np.linspace(0, 1, 300), np.ones((20, 20))]}

    def loss(p):
        return np.sum(p["a"] * p["b"][0] ** 2) + np.sum(np.exp(p["b"][1]))

    def mine(p):
        slope = cp.grad(loss)(p)
        slope["b"][1][7, 3] *= -1
        return slope

    result = cp.check_grads(loss, params, grad=mine, max_elements=5, raises=False)
    (found,) = [e for e in result.elements if not e.ok]
    assert (found.name, found.index) == ("params['b'][1]".replace("params", "p"), (7, 3))


def test_an_error_that_is_everywhere_is_found_along_directions_too():
    result = cp.check_grads(f, X, grad=lambda x: right(x) * 1.001, max_elements=3, raises=False)
    assert all(e.status == "fails" for e in result.checks)


def test_no_single_elements_at_all():
    assert len(cp.check_grads(f, X, max_elements=0).elements) == 0
    with pytest.raises(
        CheckError, match=r"failed (along 3 of 3 random directions|at 1 of 1 elements)"
    ):
        cp.check_grads(f, X, grad=lambda x: right(x) * 1.01, max_elements=0)


def test_many_outputs_are_combined_and_sampled():
    result = cp.check_grads(lambda x: np.outer(x, x), np.linspace(1, 2, 10))
    outputs = list(dict.fromkeys(e.output for e in result.elements))
    assert outputs[0] == "a combination of result"
    assert len(outputs) == 2

    def wrong(x):
        return np.outer(x, cp.stop_gradient(x))

    assert not cp.check_grads(wrong, np.linspace(1, 2, 10), raises=False)


def test_many_arrays_of_outputs():
    assert cp.check_grads(lambda x: [x * i for i in range(20)], np.ones(3)).ok


def test_a_nan_among_many_outputs_does_not_hide_the_others():
    x = np.linspace(1, 2, 30)
    x[3] = -1.0
    result = cp.check_grads(np.log, x)
    assert any(e.ok and e.output.startswith("a combination") for e in result.elements)
