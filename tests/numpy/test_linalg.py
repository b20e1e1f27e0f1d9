"""Linear algebra as users meet it: whole programs against HIPS/autograd and known formulas."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import DtypeError, ShapeError

GENERATOR = np.random.default_rng(0)
A, B = GENERATOR.normal(size=(2, 4, 4))
STACK = GENERATOR.normal(size=(3, 4, 4)) + 3 * np.eye(4)
TALL = GENERATOR.normal(size=(5, 3))
V = GENERATOR.normal(size=4)


def log_likelihood(np, a):
    """Of a normal distribution, by its Cholesky factor."""
    covariance = a @ np.swapaxes(a, -1, -2) + np.eye(4)
    factor = np.linalg.cholesky(covariance)
    white = np.linalg.solve(factor, np.ones((4, 1)))
    return np.sum(white**2) + np.sum(np.log(np.diagonal(factor, axis1=-1, axis2=-2)))


def symmetrized(np, a):
    return (a + np.swapaxes(a, -1, -2)) / 2


PROGRAMS = {
    "inv": (lambda np, a: np.sum(np.linalg.inv(a) ** 2), A),
    "inv of a stack": (lambda np, a: np.sum(np.linalg.inv(a) ** 2), STACK),
    "det": (lambda np, a: np.sum(np.linalg.det(a)), STACK),
    "slogdet": (lambda np, a: np.sum(np.linalg.slogdet(a)[1]), STACK),
    "solve": (lambda np, a: np.sum(np.sin(np.linalg.solve(a, a.T))), A),
    "solve a stack": (lambda np, a: np.sum(np.linalg.solve(a, a[..., :1] ** 2) ** 2), STACK),
    "log likelihood": (log_likelihood, A),
    "log likelihoods": (log_likelihood, STACK),
    "eigenvalues": (lambda np, a: np.sum(np.linalg.eigh(symmetrized(np, a))[0] ** 3), A),
    "eigenvectors": (
        lambda np, a: np.sum(np.linalg.eigh(symmetrized(np, a))[1][..., :2] ** 4),
        STACK,
    ),
    "svd": (
        lambda np, a: np.sum(np.exp(np.linalg.svd(a, full_matrices=False)[1])),
        TALL,
    ),
    "singular vectors": (
        lambda np, a: (
            np.sum(np.linalg.svd(a, full_matrices=False)[0] ** 4)
            + np.sum(np.linalg.svd(a, full_matrices=False)[2] ** 4)
        ),
        A,
    ),
    "pinv": (lambda np, a: np.sum(np.linalg.pinv(a) ** 2), A),
    "nuclear norm": (lambda np, a: np.linalg.norm(a, "nuc"), TALL),
    "sort": (lambda np, a: np.sum(np.sort(a) * np.arange(4.0)), V),
}


@pytest.mark.parametrize(("program", "x"), PROGRAMS.values(), ids=PROGRAMS)
def test_against_autograd(program, x):
    oracle = pytest.importorskip("autograd")
    expected = oracle.grad(lambda a: program(oracle.numpy, a))(x)
    assert_allclose(cp.grad(lambda a: program(np, a))(x), expected, rtol=1e-9, atol=1e-10)
    assert_allclose(cp.grad(lambda a: program(cnp, a))(x), expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(("program", "x"), PROGRAMS.values(), ids=PROGRAMS)
def test_against_differences(program, x):
    cp.check_grads(lambda a: program(np, a), x)


@pytest.mark.parametrize(("program", "x"), PROGRAMS.values(), ids=PROGRAMS)
def test_second_order_against_differences(program, x):
    step = np.random.default_rng(1).normal(size=x.shape)
    slope = cp.grad(lambda a: program(np, a))
    found = cp.jvp(slope, (x,), (step,))[1]
    assert_allclose(cp.vjp(slope, x)[1](step)[0], found, rtol=1e-8, atol=1e-8)
    ahead, behind = (slope(x + t * step) for t in (1e-5, -1e-5))
    scale = np.abs(found).max()
    assert_allclose(found, (ahead - behind) / 2e-5, rtol=1e-4, atol=1e-6 * scale)


def test_results_have_names_as_in_numpy():
    def f(a):
        spectrum = np.linalg.eigh(a)
        assert type(spectrum) is type(np.linalg.eigh(A))
        parts = np.linalg.svd(a)
        assert parts.U.shape == parts.Vh.shape == (4, 4)
        q, r = np.linalg.qr(a)
        sign, logarithm = np.linalg.slogdet(a)
        return spectrum.eigenvalues[0] + parts.S[0] + q[0, 0] + r[0, 0] + sign * logarithm

    assert np.isfinite(cp.grad(f)(A)).all()


def test_the_inverse_of_the_inverse():
    assert_allclose(
        cp.jacobian(lambda a: np.linalg.inv(np.linalg.inv(a)))(A),
        np.eye(16).reshape(4, 4, 4, 4),
        atol=1e-9,
    )


def test_the_logarithm_of_the_determinant():
    assert_allclose(cp.grad(lambda a: np.linalg.slogdet(a).logabsdet)(A), np.linalg.inv(A).T)
    assert_allclose(cp.grad(lambda a: np.log(abs(np.linalg.det(a))))(A), np.linalg.inv(A).T)


def test_a_solution_by_either_side():
    x = np.linalg.solve(A, V)
    to_a, to_b = cp.grad(lambda a, b: np.linalg.solve(a, b) @ V, argnums=(0, 1))(A, V)
    assert_allclose(to_b, np.linalg.solve(A.T, V))
    assert_allclose(to_a, -np.outer(to_b, x))
    assert_allclose(cp.grad(lambda b: np.linalg.solve(A, b) @ V)(V), to_b)


def test_least_squares_is_that_of_the_normal_equations():
    def by_lstsq(a, b):
        x, residuals, rank, values = np.linalg.lstsq(a, b, rcond=None)
        assert rank == 3
        return x @ x + residuals[0] + values[0]

    def by_equations(a, b):
        x = np.linalg.solve(a.T @ a, a.T @ b)
        return x @ x + ((b - a @ x) ** 2).sum() + np.linalg.norm(a, 2)

    b = np.arange(5.0)
    for mine, other in zip(
        cp.grad(by_lstsq, argnums=(0, 1))(TALL, b),
        cp.grad(by_equations, argnums=(0, 1))(TALL, b),
        strict=True,
    ):
        assert_allclose(mine, other, rtol=1e-9)


def test_the_rank_is_a_guard_of_least_squares():
    graph = cp.trace(lambda a: np.linalg.lstsq(a, np.ones(3), rcond=None)[1])(TALL[:3, :2])
    assert len(graph.guards) == 1


def test_a_low_rank_fit_of_minimal_norm():
    a = np.outer(np.arange(1.0, 5.0), [1.0, 2.0])
    step = np.outer(np.ones(4), [1.0, 2.0])  # it keeps the rank
    f = lambda t: np.linalg.lstsq(a + t * step, V, rcond=1e-10)[0]  # noqa: E731
    assert_allclose(cp.jvp(f, (0.0,), (1.0,))[1], (f(1e-6) - f(-1e-6)) / 2e-6, rtol=1e-6)


def test_spectral_norms():
    u, s, vt = np.linalg.svd(A)
    assert_allclose(cp.grad(lambda a: np.linalg.norm(a, 2))(A), np.outer(u[:, 0], vt[0]))
    assert_allclose(cp.grad(lambda a: np.linalg.norm(a, -2))(A), np.outer(u[:, -1], vt[-1]))
    assert_allclose(cp.grad(lambda a: np.linalg.norm(a, "nuc"))(A), u @ vt)
    slope = (np.outer(u[:, 0], vt[0]) - s[0] / s[3] * np.outer(u[:, 3], vt[3])) / s[3]
    assert_allclose(cp.grad(np.linalg.cond)(A), slope, rtol=1e-9)


def test_the_rank_has_no_derivative():
    assert cp.grad(lambda a: np.linalg.matrix_rank(a) * a[0, 0])(A)[0, 0] == 4


def test_nested_derivatives():
    inner = lambda a: cp.grad(np.linalg.det)(a).sum()  # noqa: E731
    assert_allclose(cp.grad(inner)(np.eye(2)), [[1, -1], [-1, 1]])
    values = lambda a: cp.jacobian(np.linalg.eigvalsh)(a).sum()  # noqa: E731
    assert cp.grad(values)(A + A.T).shape == (4, 4)


def test_a_stack_by_vmap():
    found = cp.vmap(lambda a: np.linalg.slogdet(a).logabsdet)(STACK)
    assert_allclose(found, np.linalg.slogdet(STACK).logabsdet)
    found = cp.vmap(cp.grad(lambda a: np.linalg.eigvalsh(a).max()))(STACK)
    expected = [cp.grad(lambda a: np.linalg.eigvalsh(a).max())(a) for a in STACK]
    assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("name", ["inv", "det", "cholesky", "eigh", "svd", "qr"])
def test_single_precision_stays_single(name):
    a = (A @ A.T + np.eye(4)).astype("float32")
    function = getattr(np.linalg, name)

    def f(a):
        result = function(a)
        parts = result if isinstance(result, tuple) else (result,)
        assert all(part.dtype == np.float32 for part in parts)
        return sum(part.sum() for part in parts)

    assert cp.grad(f)(a).dtype == np.float32


def test_shapes_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"solve of shapes \(4, 4\) and \(3,\)") as caught:
        cp.grad(lambda a: np.linalg.solve(a, np.ones(3)).sum())(A)
    assert "test_linalg.py" in caught.value.where
    with pytest.raises(np.linalg.LinAlgError, match="must be square"):
        cp.grad(lambda a: np.linalg.inv(a).sum())(TALL)
    with pytest.raises(np.linalg.LinAlgError, match="at least two-dimensional"):
        cp.grad(lambda a: np.linalg.inv(a).sum())(V)


def test_complex_matrices_are_refused():
    with pytest.raises(DtypeError, match="complex matrix") as caught:
        cp.grad(lambda b: abs(np.linalg.solve(A + 1j, b)).sum())(V)
    assert "test_linalg.py" in caught.value.where


def test_numpys_error_is_passed_on():
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        cp.grad(lambda a: np.linalg.inv(a).sum())(np.ones((2, 2)))
