"""Anyone's gradient: of any library, of any structure that fits, and clear words if it does not."""

import math

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError, DtypeError


class Tensor:
    """What PyTorch's tensors do: they must be detached before NumPy may read them."""

    def __init__(self, array, detached=False, here=False):
        self.array, self.detached, self.here = array, detached, here

    def detach(self):
        return Tensor(self.array, True, self.here)

    def cpu(self):
        return Tensor(self.array, self.detached, True)

    def __array__(self, dtype=None, copy=None):
        if not (self.detached and self.here):
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        return np.asarray(self.array, dtype)


class Array:
    """What JAX's arrays do."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.array, dtype)


X = np.array([0.5, -1.0])


@pytest.mark.parametrize("make", [Tensor, Array, list, np.asarray, lambda a: a.astype("float32")])
def test_of_any_library(make):
    assert cp.check_grads(lambda x: np.sum(x**2), X, grad=lambda x: make(2 * x)).ok
    wrong = cp.check_grads(
        lambda x: np.sum(x**2), X, grad=lambda x: make(2 * x * [1, 1.01]), raises=False
    )
    assert [e.index for e in wrong.failures] == [(1,)]


def test_a_function_that_returns_tensors_or_uses_python_math():
    assert cp.check_grads(lambda x: Tensor(np.sum(x**2)), X, grad=lambda x: 2 * x).ok
    assert cp.check_grads(lambda x: math.sin(x), 1.0, grad=lambda x: math.cos(x)).ok


def test_real_torch():
    torch = pytest.importorskip("torch")

    def f(x):
        return torch.sum(torch.sin(torch.as_tensor(x)))

    def mine(x):
        x = torch.tensor(x, requires_grad=True)
        f(x).backward()
        return x.grad

    assert cp.check_grads(f, X, grad=mine).ok


def test_integers_and_python_lists_do():
    assert cp.check_grads(lambda x: 2 * x, 1.0, grad=lambda x: 2).ok
    assert cp.check_grads(lambda x: x[0] + 3 * x[1], [1.0, 2.0], grad=lambda x: [1, 3]).ok


def test_containers_with_what_does_not_move():
    params = {"w": X, "steps": 3, "name": "net", "on": True}

    def f(params):
        return np.sum(params["w"] ** params["steps"])

    def mine(params):
        return {"w": 3 * params["w"] ** 2, "steps": None, "name": None, "on": None}

    assert cp.check_grads(f, params, grad=mine).ok
    result = cp.check_grads(f, params)
    assert {e.name for e in result.elements} == {"params['w']"}
    assert "params['steps'] (int)" in result.text()


def test_a_jacobian_of_an_array():
    def f(x):
        return np.stack([x[0] * x[1], np.sin(x[0]), x[1] ** 2])

    def mine(x, change=0.0):
        return np.array([[x[1], x[0]], [np.cos(x[0]), change], [0, 2 * x[1]]])

    assert cp.check_grads(f, X, grad=mine).ok
    wrong = cp.check_grads(f, X, grad=lambda x: mine(x, 0.1), raises=False)
    assert [e.title for e in wrong.failures] == ["d result[1]/d x[1]"]


def test_a_hessian_as_the_gradient_of_the_gradient():
    def mine(x):
        return np.array([[2 * x[1], 2 * x[0]], [2 * x[0], 0.0]])

    gradient = cp.grad(lambda x: x[0] ** 2 * x[1])
    assert cp.check_grads(gradient, X, grad=mine).ok
    assert not cp.check_grads(gradient, X, grad=lambda x: mine(x) + np.eye(2), raises=False)


def test_one_argument_in_a_tuple():
    assert cp.check_grads(lambda x, n: np.sum(x**n), X, 2, grad=lambda x, n: (2 * x,)).ok


def test_several_arguments():
    def f(x, n, y):
        return np.sum(x) ** n * y

    def mine(x, n, y):
        return np.full(2, n * np.sum(x) ** (n - 1) * y), np.sum(x) ** n

    result = cp.check_grads(f, X, 2, 3.0, grad=mine)
    assert [e.place for e in result.elements] == ["x[0]", "x[1]", "y"]


@pytest.mark.parametrize(
    ("mine", "error", "said"),
    [
        (
            lambda p, y: p,
            ArgumentError,
            "must return 2 arrays, one per checked argument; it .*dict",
        ),
        (lambda p, y: (p,), ArgumentError, "must return 2 arrays.*it returned 1"),
        (lambda p, y: ({"a": X}, y), ArgumentError, "gradient by p does not have the structure"),
        (lambda p, y: ([X, X], y), ArgumentError, "gradient by p does not have the structure"),
        (lambda p, y: ({"a": X, "b": None}, y), ArgumentError, r"by p\['b'\] is None"),
        (lambda p, y: ({"a": X, "b": "0"}, y), ArgumentError, r"p\['b'\] is '0'.*not real numbers"),
        (lambda p, y: ({"a": X, "b": True}, y), ArgumentError, "bool, not real numbers"),
        (lambda p, y: ({"a": X, "b": 1j}, y), ArgumentError, "complex128, not real numbers"),
        (lambda p, y: ({"a": X, "b": object()}, y), DtypeError, r"p\['b'\] is a object"),
        (lambda p, y: ({"a": np.ones(3), "b": 1.0}, y), ArgumentError, r"shape \(3,\).*\(2,\)"),
        (lambda p, y: ({"a": X, "b": np.ones(1)}, y), ArgumentError, r"shape \(1,\).*has \(\)"),
    ],
)
def test_what_does_not_fit_is_told(mine, error, said):
    with pytest.raises(error, match=said):
        cp.check_grads(lambda p, y: np.sum(p["a"]) * p["b"] * y, {"a": X, "b": 2.0}, 1.0, grad=mine)


def test_a_transposed_shape_is_told():
    with pytest.raises(ArgumentError, match=r"shape \(3, 2\).*shape of the transpose"):
        cp.check_grads(lambda x: np.sum(x**2), np.ones((2, 3)), grad=lambda x: 2 * x.T)
    with pytest.raises(ArgumentError, match=r"returns \(3,\), so it should have \(3, 2\)"):
        cp.check_grads(lambda x: np.ones(3) * x[0], X, grad=lambda x: np.ones(3))


def test_a_gradient_that_belongs_to_several_outputs_is_refused():
    with pytest.raises(DtypeError, match="returns one number or one array; this one returns 2"):
        cp.check_grads(lambda x: (x, x), 1.0, grad=lambda x: (1.0, 1.0))
