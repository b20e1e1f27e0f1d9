"""Eigenvalues and singular values, above all where they coincide or are 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import clearprop as cp

Q = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4))).Q
SPECTRA = {
    "apart": [1.0, 2.0, 3.5, 5.0],
    "twice": [1.0, 2.0, 2.0, 5.0],
    "all": [2.0, 2.0, 2.0, 2.0],
    "negative": [-3.0, -3.0, 1.0, 1.0],
    "none": [0.0, 0.0, 0.0, 0.0],
    "some": [0.0, 0.0, 1.0, 2.0],
}
each_spectrum = pytest.mark.parametrize("spectrum", SPECTRA.values(), ids=SPECTRA)
ALIKE: list[tuple[Callable[[Any], Any], Callable[[Any], Any]]] = [
    (lambda w: np.sum(w), np.ones_like),
    (lambda w: np.sum(w**3), lambda w: 3 * w**2),
    (lambda w: np.sum(np.exp(w)), np.exp),
    (lambda w: np.sum(np.sin(w)), np.cos),
]
each_function = pytest.mark.parametrize(("function", "slope"), ALIKE)


def symmetric(spectrum: list[float]) -> np.ndarray:
    return (Q * spectrum) @ Q.T


@each_spectrum
@each_function
def test_functions_that_treat_eigenvalues_alike(spectrum: Any, function: Any, slope: Any) -> None:
    """The gradient is f'(a), a function of the matrix; the lower triangle has both halves."""
    a = symmetric(spectrum)
    whole = (Q * slope(np.array(spectrum))) @ Q.T
    expected = np.tril(whole) + np.tril(whole, -1)
    found = cp.grad(lambda a: function(np.linalg.eigh(a).eigenvalues))(a)
    assert_allclose(found, expected, atol=1e-12 * (1 + np.abs(expected).max()))
    upper = cp.grad(lambda a: function(np.linalg.eigvalsh(a, "U")))(a)
    assert_allclose(upper, expected.T, atol=1e-12 * (1 + np.abs(expected).max()))


def test_the_projector_on_an_eigenspace() -> None:
    """It belongs to the two equal eigenvalues together, and has a derivative."""
    a = symmetric([1.0, 2.0, 2.0, 5.0])

    def projector(a: Any) -> Any:
        v = np.linalg.eigh((a + a.T) / 2).eigenvectors[:, 1:3]
        return v @ v.T

    step = np.random.default_rng(1).normal(size=(4, 4))
    _, found = cp.jvp(projector, (a,), (step,))
    slope = (projector(a + 1e-6 * step) - projector(a - 1e-6 * step)) / 2e-6
    assert_allclose(found, slope, atol=1e-7)


def test_eigenvectors_inside_an_eigenspace_do_not_turn() -> None:
    _, (dw, dv) = cp.jvp(lambda a: tuple(np.linalg.eigh(a)), (np.eye(3),), (np.ones((3, 3)),))
    assert_allclose(dw, np.ones(3))
    assert_allclose(dv, np.zeros((3, 3)))


def test_eigenvalues_that_differ_by_rounding_coincide() -> None:
    a = np.diag([1.0, 1.0 + 1e-15, 2.0])
    pull = cp.vjp(lambda a: np.linalg.eigh(a).eigenvectors, a)[1]
    assert np.abs(pull(np.ones((3, 3)))[0]).max() < 10


def test_hessian_where_eigenvalues_are_apart() -> None:
    """Σ w² is the sum of the squares of a's elements."""
    a = symmetric([1.0, 2.0, 3.5, 5.0])
    step = np.tril(np.random.default_rng(2).normal(size=(4, 4)))
    found = cp.grad(cp.grad(lambda t: np.sum(np.linalg.eigvalsh(a + t * step) ** 2)))(0.0)
    assert_allclose(found, 2 * np.sum(step**2) + 2 * np.sum(np.tril(step, -1) ** 2))


@each_spectrum
@pytest.mark.parametrize("shape", [(4, 4), (6, 4), (4, 6)])
def test_functions_that_treat_singular_values_alike(spectrum: Any, shape: Any) -> None:
    """The sum of squares, and of cubes; the nuclear norm, where no value is 0."""
    generator = np.random.default_rng(3)
    u, v = (np.linalg.qr(generator.normal(size=(n, 4))).Q for n in shape)
    s = np.abs(spectrum)
    a = (u * s) @ v.T
    for power in (1, 2, 3):
        if power > 1 or s.all():
            expected = (u * (power * s ** (power - 1))) @ v.T
            found = cp.grad(lambda a, p=power: np.sum(np.linalg.svdvals(a) ** p))(a)
            assert_allclose(found, expected, atol=1e-12 * (1 + np.abs(expected).max()))


def test_the_nuclear_norm_at_zero_has_the_mean_slope_of_a_frame() -> None:
    """Any U Vᵀ is a subgradient; finite in every case."""
    found = cp.grad(lambda a: np.linalg.norm(a, "nuc"))(np.zeros((3, 2)))
    assert np.isfinite(found).all()


def test_the_largest_of_equal_singular_values_shares_its_derivative() -> None:
    assert_allclose(cp.grad(lambda a: np.linalg.norm(a, 2))(np.eye(4)), np.eye(4) / 4, atol=1e-15)


def test_an_oblong_matrix_of_low_rank() -> None:
    """What leads out of the spans of the vectors is finite where singular values are 0."""
    a = np.outer([1.0, 2.0, 0.0, 1.0], [1.0, 1.0])
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    pull = cp.vjp(lambda a: tuple(np.linalg.svd(a, full_matrices=False)), a)[1]
    assert np.isfinite(pull((np.ones_like(u), np.ones_like(s), np.ones_like(vt)))[0]).all()


@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (3, 5), (2, 4, 3)])
def test_a_matrix_put_together_again(shape: Any) -> None:
    """U diag(s) Vᵀ is a: its derivative is the identity, at the second order nothing."""
    a = np.random.default_rng(4).normal(size=shape)

    def again(a: Any) -> Any:
        u, s, vt = np.linalg.svd(a, full_matrices=False)
        return (u * s[..., None, :]) @ vt

    step = np.random.default_rng(5).normal(size=shape)
    assert_allclose(cp.jvp(again, (a,), (step,))[1], step, atol=1e-12)
    assert_allclose(cp.vjp(again, a)[1](step)[0], step, atol=1e-12)
    twice = cp.jvp(lambda a: cp.jvp(again, (a,), (step,))[1], (a,), (step,))[1]
    assert_allclose(twice, np.zeros(shape), atol=1e-10)


def test_single_precision() -> None:
    a = symmetric([1.0, 2.0, 2.0, 5.0]).astype("float32")
    found = cp.grad(lambda a: np.sum(np.linalg.eigvalsh(a) ** 2))(a)
    assert found.dtype == np.float32
    assert_allclose(found, 2 * np.tril(a) + 2 * np.tril(a, -1), rtol=1e-5, atol=1e-5)
    pull = cp.vjp(lambda a: np.linalg.eigh(a).eigenvectors, a)[1]
    assert np.abs(pull(np.ones((4, 4), "float32"))[0]).max() < 10


@pytest.mark.parametrize(
    "total",
    [
        lambda a: np.sum(np.linalg.eigh(a + a.T).eigenvalues ** 3),
        lambda a: np.sum(np.linalg.svd(a, full_matrices=False).S ** 3),
    ],
)
def test_where_values_coincide_the_first_derivative_holds_and_the_second_is_nan(total):
    at = 2 * np.eye(3)
    slope = cp.grad(total)(at)
    assert_allclose(slope, np.diag(np.diag(slope)), atol=1e-12)
    assert_allclose(cp.jvp(total, (at,), (np.ones((3, 3)),))[1], np.sum(slope), rtol=1e-12)
    for outer in (cp.grad, cp.jacobian):
        assert np.isnan(cp.jacobian(outer(total))(at)).all()
    step = np.ones((3, 3))
    assert np.isnan(cp.jvp(lambda a: cp.jvp(total, (a,), (step,))[1], (at,), (step,))[1])
    apart = np.diag([1.0, 2.0, 4.0])
    assert np.isfinite(cp.hessian(total)(apart)).all()
