"""A function at a point: value, products with its Jacobian, all from one trace."""

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ArgumentError, DtypeError, ReadOnlyError, ShapeError
from clearprop.scipy.linearized import Latest, Linearized
from clearprop.scipy.results import as_number, as_vector
from tests.scipy.probing import Counted, assert_exact

X = np.array([0.3, -1.2, 0.8])


def tall(x):
    return [np.sin(x) * x[::-1], x[0] * x[1], np.exp(x)]


def wide(x):
    return x[0] * x[1] ** 2 - np.cos(x[2])


@pytest.mark.parametrize("f", [tall, wide])
def test_jacobian_by_columns_and_by_rows(f):
    near = Linearized(f, (X,))
    assert near.jacobian().shape == (near.value.size, 3)
    assert_exact(near.jacobian(), as_vector(f), X)


@pytest.mark.parametrize("f", [tall, wide])
def test_push_and_pull_are_the_jacobian_and_its_transpose(f):
    near = Linearized(f, (X,))
    J = near.jacobian()
    tangent, cotangent = np.array([1.0, -2.0, 0.5]), np.linspace(-1, 1, near.value.size)
    np.testing.assert_allclose(near.push(tangent), J @ tangent, rtol=1e-13)
    np.testing.assert_allclose(near.pull(cotangent), J.T @ cotangent, rtol=1e-13)


def test_a_point_is_traced_once():
    f = Counted(tall)
    near = Linearized(f, (X,))
    for _ in range(3):
        near.jacobian(), near.push(X), near.pull(near.value)
    assert f.calls == 1


def test_the_latest_point_is_kept():
    f = Counted(tall)
    latest = Latest(lambda x: Linearized(f, (x,)))
    x = X.copy()
    assert latest(x) is latest(X.copy())
    x[0] = 7.0  # a solver may go on in the same array
    assert latest(x).value[0] == np.sin(7.0) * x[2]
    assert f.calls == 2


def test_arguments_of_any_structure_lie_flat_leaf_after_leaf():
    p = {"b": np.array([[1.0, 2.0]]), "a": 3.0}
    near = Linearized(lambda p, scale: {"z": p["b"] * p["a"], "y": scale * p["a"]}, (p, 10.0))
    np.testing.assert_array_equal(near.value, [30, 3, 6])  # the keys in their order
    np.testing.assert_array_equal(near.jacobian(), [[10, 0, 0], [1, 3, 0], [2, 0, 3]])


def test_several_arguments_may_move():
    near = Linearized(lambda t, a, k: a * np.exp(-k * t), (X, 2.0, 0.5), moving=(1, 2))
    expected = np.stack([np.exp(-0.5 * X), -2 * X * np.exp(-0.5 * X)], axis=1)
    np.testing.assert_allclose(near.jacobian(), expected)


def test_results_that_do_not_depend_on_the_point():
    near = Linearized(lambda x: [1, x[0], 2.0, cnp.floor(x[1])], (X,))
    np.testing.assert_array_equal(near.jacobian(), [[0, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]])
    assert Linearized(lambda x: np.zeros(0), (X,)).jacobian().shape == (0, 3)


def test_single_precision_inside_is_double_at_the_border():
    near = Linearized(lambda x: (x * x).astype(np.float32), (X,))
    assert near.value.dtype == near.push(X).dtype == near.pull(X).dtype == np.float64
    np.testing.assert_allclose(near.jacobian(), np.diag(2 * X), rtol=1e-6)


def test_as_number_takes_one_number_in_any_wrapping():
    for wrapped in (np.array([[3.0]]), [3.0], 3, np.float32(3)):
        assert as_number(lambda x, wrapped=wrapped: wrapped)(0.0) == 3.0
    assert cp.grad(as_number(lambda x: x * x))(np.array([3.0])) == 6.0


def test_results_that_are_no_numbers():
    with pytest.raises(ArgumentError, match=r"returns None, in which there is no number"):
        Linearized(lambda x: None, (X,), where="f.py:1")
    with pytest.raises(DtypeError, match=r"type <U3 \(at f.py:1\)"):
        Linearized(lambda x: [x, "abc"], (X,), where="f.py:1")
    with pytest.raises(DtypeError, match="complex"):
        Linearized(lambda x: [1j], (X,))
    with pytest.raises(ShapeError, match="one number; this one returns 3"):
        as_number(lambda x: x)(X)
    for discrete in (lambda x: x > 0, lambda x: cnp.sum(x > 0)):
        with pytest.raises(DtypeError, match="changes in jumps"):
            Linearized(as_number(discrete), (X,))


def test_errors_name_the_users_own_argument():
    def f(weights):
        weights[0] = 1.0

    with pytest.raises(ReadOnlyError, match="argument weights"):
        Linearized(f, (X,))
