"""Triangular and orthogonal factors, systems and pseudo-inverses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
from numpy.testing import assert_allclose, assert_array_equal

import clearprop as cp
from clearprop.derive import forward, reverse
from clearprop.execute.reference import run
from clearprop.primitives import CATALOGUE
from clearprop.tracing import apply, apply_several
from tests.primitives.calls import call

GENERATOR = np.random.default_rng(0)
A = GENERATOR.normal(size=(4, 4))
STEP = GENERATOR.normal(size=(4, 4))


def again_is_the_identity(again: Any, a: np.ndarray, step: np.ndarray, expected: Any) -> None:
    """Factors multiplied together give a, so that the derivative is the identity."""
    assert_allclose(again(a), a, atol=1e-12)
    assert_allclose(cp.jvp(again, (a,), (step,))[1], step, atol=1e-11)
    assert_allclose(cp.vjp(again, a)[1](step)[0], expected, atol=1e-11)
    twice = cp.jvp(lambda a: cp.jvp(again, (a,), (step,))[1], (a,), (step,))[1]
    assert_allclose(twice, np.zeros_like(a), atol=1e-9)


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (2, 3, 3), (1, 1)])
def test_lu_again(shape: tuple[int, ...]) -> None:
    """The factors with their rows put back."""
    a = np.random.default_rng(1).normal(size=shape)
    m, n = shape[-2:]
    k = min(m, n)

    def again(a: Any) -> Any:
        packed, order = apply_several("lu", a)
        left = np.tril(packed[..., :k], -1) + np.eye(m, k)
        product = left @ np.triu(packed[..., :k, :])
        return np.take_along_axis(product, np.argsort(order, axis=-1)[..., None], axis=-2)

    step = np.random.default_rng(2).normal(size=shape)
    again_is_the_identity(again, a, step, step)


def test_lu_is_lapacks() -> None:
    packed, order = apply_several("lu", A)
    expected, pivots = scipy.linalg.lu_factor(A)
    rows = np.arange(4)
    for i, j in enumerate(pivots):
        rows[[i, j]] = rows[[j, i]]
    assert_allclose(packed, expected)
    assert_array_equal(order, rows)


def test_lu_of_a_singular_matrix() -> None:
    """A last pivot of 0 does no harm to what does not divide by it."""
    a = np.array([[1.0, 2.0], [2.0, 4.0]])
    packed, order = apply_several("lu", a)
    assert_array_equal(packed, [[2, 4], [0.5, 0]])
    assert_array_equal(order, [1, 0])


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (2, 4, 2), (2, 2, 4), (1, 1)])
def test_qr_again(shape: tuple[int, ...]) -> None:
    a, step = np.random.default_rng(3).normal(size=(2, *shape))
    again_is_the_identity(lambda a: np.matmul(*np.linalg.qr(a)), a, step, step)


def test_q_stays_orthonormal_and_r_triangular() -> None:
    a, step = np.random.default_rng(4).normal(size=(2, 5, 3))
    (q, _), (dq, dr) = cp.jvp(lambda a: tuple(np.linalg.qr(a)), (a,), (step,))
    assert_allclose(q.T @ dq + dq.T @ q, np.zeros((3, 3)), atol=1e-12)
    assert_allclose(np.tril(dr, -1), np.zeros((3, 3)), atol=1e-12)


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
def test_qr_of_dependent_columns_says_so_by_its_derivative() -> None:
    a = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    assert not np.isfinite(cp.grad(lambda a: np.linalg.qr(a).Q.sum())(a)).all()


@pytest.mark.parametrize("upper", [False, True])
def test_cholesky_again(upper: bool) -> None:
    """One triangle is read: its elements move both places, those of the other none."""

    def again(a: Any) -> Any:
        factor = np.linalg.cholesky(a, upper=upper)
        return factor.T @ factor if upper else factor @ factor.T

    a = A @ A.T + np.eye(4)
    step = STEP + STEP.T
    part = np.triu if upper else np.tril
    again_is_the_identity(again, a, step, part(2 * step) - np.diag(np.diag(step)))


def test_cholesky_of_a_symmetrized_matrix_has_a_symmetric_gradient() -> None:
    a = A @ A.T + np.eye(4)
    found = cp.grad(lambda a: np.linalg.cholesky((a + a.T) / 2).sum())(a)
    assert_allclose(found, found.T, rtol=1e-12)


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("transposed", [True, False])
@pytest.mark.parametrize("unit", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_triangular_solve_is_scipys(lower: bool, transposed: bool, unit: bool, dtype: str) -> None:
    generator = np.random.default_rng(5)
    a = (generator.normal(size=(2, 3, 4, 4)) + 4 * np.eye(4)).astype(dtype)
    b = generator.normal(size=(2, 3, 4, 2)).astype(dtype)
    options = {"lower": lower, "unit_diagonal": unit, "trans": int(transposed)}
    expected = [
        scipy.linalg.solve_triangular(a[place], b[place], **options) for place in np.ndindex(2, 3)
    ]
    for left in (a, np.asfortranarray(a), a[..., ::-1, ::-1][..., ::-1, ::-1]):
        found = apply("triangular_solve", left, b, lower=lower, transposed=transposed, unit=unit)
        assert found.dtype == dtype
        assert_allclose(
            found.reshape(6, 4, 2), expected, rtol=1e-5 if dtype == "float32" else 1e-12
        )


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
def test_a_zero_on_the_diagonal_divides() -> None:
    a, b = np.array([[0.0]]), np.array([[2.0]])
    found = apply("triangular_solve", a, b, lower=True, transposed=False, unit=False)
    assert np.isinf(found)


def test_a_singular_system_is_numpys_error() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        cp.grad(lambda a: np.linalg.solve(a, np.ones(2)).sum())(np.ones((2, 2)))
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        cp.grad(lambda a: np.linalg.cholesky(a).sum())(-np.eye(2))
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        cp.grad(lambda a: np.linalg.slogdet(a)[1])(np.ones((2, 2)))


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 5)])
def test_pinv_along_steps_that_keep_the_rank(rank: int, shape: tuple[int, int]) -> None:
    generator = np.random.default_rng(rank)
    x, y = generator.normal(size=(shape[0], rank)), generator.normal(size=(rank, shape[1]))
    dx, dy = generator.normal(size=x.shape), generator.normal(size=y.shape)
    pinv = lambda t: np.linalg.pinv((x + t * dx) @ (y + t * dy), 1e-10)  # noqa: E731
    _, found = cp.jvp(pinv, (0.0,), (1.0,))
    slope = (8 * (pinv(1e-4) - pinv(-1e-4)) - (pinv(2e-4) - pinv(-2e-4))) / 12e-4
    assert_allclose(found, slope, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("a", [np.eye(3), 2 * np.eye(4, 3), np.linalg.qr(A).Q])
def test_pinv_where_singular_values_coincide(a: np.ndarray) -> None:
    """It is no function of single singular vectors: p moves by − p da p and more."""
    step = np.random.default_rng(6).normal(size=a.shape)
    _, found = cp.jvp(np.linalg.pinv, (a,), (step,))
    slope = (np.linalg.pinv(a + 1e-6 * step) - np.linalg.pinv(a - 1e-6 * step)) / 2e-6
    assert_allclose(found, slope, atol=1e-8)


@pytest.mark.parametrize("name", ["cholesky", "lu", "qr", "eigh", "svd", "slogdet", "det", "pinv"])
@pytest.mark.parametrize("shape", [(0, 0), (0, 2, 2), (2, 0, 0)])
def test_no_elements_no_harm(name: str, shape: tuple[int, ...]) -> None:
    params = {"eigh": {"lower": True}, "pinv": {"rcond": 1e-15}}.get(name, {})
    made = call(CATALOGUE[name], [np.zeros(shape)], params)
    ones = [np.ones(x.type.shape) for x in made.slopes]
    (adjoint,) = run(reverse(made.graph), *made.values, *ones)
    assert adjoint.shape == shape
    for tangent, x in zip(
        run(forward(made.graph), *made.values, np.ones(shape)), made.slopes, strict=True
    ):
        assert tangent.shape == x.type.shape
