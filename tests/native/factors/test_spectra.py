"""Q R factors, spectra and pseudo-inverses: NumPy's signs and order, and what does not converge."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute import run
from clearprop.execute.native.factors import gufuncs
from clearprop.execute.native.machine import levels, machine
from clearprop.execute.native.program import Program
from clearprop.primitives import CATALOGUE
from tests.native.factors.test_factors import assert_close
from tests.native.products.harness import guarded
from tests.native.programs import Case, native
from tests.primitives.calls import call

SHAPES = ((1, 1), (2, 2), (3, 3), (4, 2), (2, 4), (5, 1), (1, 5), (8, 8), (9, 7), (7, 9), (30, 30))

each_level = pytest.mark.parametrize("level", levels())
each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])


def oblong(shape: tuple[int, ...], dtype: str = "float64") -> Any:
    """Matrices whose singular values lie apart."""
    u, _, vt = np.linalg.svd(np.random.default_rng(sum(shape)).normal(size=shape), False)
    return (u * np.arange(min(shape[-2:]), 0.0, -1) @ vt).astype(dtype)


def symmetric(n: int, dtype: str = "float64", lead: tuple[int, ...] = ()) -> Any:
    """Matrices whose eigenvalues lie apart."""
    q = np.linalg.qr(np.random.default_rng(n).normal(size=(*lead, n, n))).Q
    return (q * np.arange(-1.0, n - 1) @ np.swapaxes(q, -1, -2)).astype(dtype)


def all_of(shape: tuple[int, ...], dtype: str = "float64") -> list[Case]:
    """Every operation on matrices of a shape; eigenvectors of the square ones."""
    a, (*lead, m, n) = oblong(shape, dtype), shape
    cases: list[Case] = [("svd", [a], {}), ("pinv", [a], {"rcond": 1e-3})]
    if m >= n:
        cases.append(("qr", [a], {}))
    if m == n:
        s, marks = symmetric(n, dtype, tuple(lead)), np.tri(n, dtype=bool)
        for lower in (True, False):
            kept = np.where(marks if lower else marks.T, s, np.nan).astype(dtype)
            cases.append(("eigh", [kept], {"lower": lower}))
    return cases


@each_level
@each_dtype
def test_every_shape(dtype: str, level: Any) -> None:
    assert_close([case for shape in SHAPES for case in all_of(shape, dtype)], level)


@each_dtype
@pytest.mark.parametrize("lead", [(), (7,), (2, 3)])
@pytest.mark.parametrize("n", [2, 5, 8])
def test_vectors_are_numpys_to_the_bit(n: int, lead: tuple[int, ...], dtype: str) -> None:
    a = np.random.default_rng(n).normal(size=(*lead, n, n)).astype(dtype)
    cases: list[Case] = [("eigh", [a], {"lower": lower}) for lower in (True, False)]
    cases += [("svd", [np.swapaxes(a, -1, -2)], {}), ("svd", [a[..., 1:]], {})]
    program, given = native(cases)
    results = iter(program.run(given)[0])
    for name, values, params in cases:
        for expected in CATALOGUE[name].value(np, *values, **params):
            np.testing.assert_array_equal(next(results), expected)


@each_dtype
@pytest.mark.parametrize("lead", [(3,), (2, 1, 2), (1,), (0,), (2, 0)])
def test_stacks(lead: tuple[int, ...], dtype: str) -> None:
    shapes = ((3, 3), (4, 2), (2, 3), (0, 0), (3, 0), (0, 3))
    assert_close([case for shape in shapes for case in all_of((*lead, *shape), dtype)])


@each_level
@pytest.mark.parametrize("at_end", [True, False])
def test_nothing_outside_is_touched(at_end: bool, level: Any) -> None:
    cases = []
    for shape in ((3, 3), (5, 3), (3, 5), (11, 11)):
        for name, (value,), params in all_of(shape, "float32"):
            made = guarded(value.size, "float32", at_end).reshape(value.shape)
            made[:] = value
            cases.append((name, [made], params))
    assert_close(cases, level)


@each_level
@each_dtype
@pytest.mark.parametrize("n", [1, 2, 4, 8])
def test_columns_that_need_no_reflection(n: int, dtype: str, level: Any) -> None:
    rng = np.random.default_rng(n)
    a = rng.normal(size=(n, n))
    beside = np.where(np.arange(n) == n // 2, 0.0, a)
    signed = np.where(a < 0, -0.0, 0.0)
    below = np.where(np.tri(n, k=-1, dtype=bool), 1e-200, np.eye(n))
    cases = [np.eye(n), -np.eye(n), np.triu(a), beside, beside.T, signed, below]
    assert_close([("qr", [each.astype(dtype)], {}) for each in cases], level)


def test_views_are_read_where_they_lie() -> None:
    a, s = oblong((2, 5, 3)), symmetric(3, lead=(2,))

    def f(a: Any, s: Any) -> Any:
        turned, backward = a.transpose(0, 2, 1), a[:, ::-1, ::2]
        values, vectors = np.linalg.eigh(s[::-1].transpose(0, 2, 1))
        return *np.linalg.svd(turned, False), *np.linalg.qr(backward), values, vectors

    compiled = cp.compile(f)
    for mine, other in zip(compiled(a, s), f(a, s), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-12)
    assert not compiled.explain_plan().fallbacks


# What is not determined, and what cannot be done --------------------------------------------------


@each_dtype
@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (3, 5), (9, 9)])
def test_matrices_of_low_rank(shape: tuple[int, int], dtype: str) -> None:
    m, n = shape
    a = np.outer(np.arange(1.0, m + 1), np.arange(3.0, n + 3)).astype(dtype)
    cases: list[Case] = [("svd", [a], {}), ("svd", [0 * a], {})]
    cases += [("qr", [a], {}), ("qr", [0 * a], {})] if m >= n else []
    cases += [("eigh", [a], {"lower": True}), ("eigh", [0 * a], {"lower": True})] if m == n else []
    program, given = native(cases)
    results = iter(program.run(given)[0])
    eps = 30 * float(np.finfo(dtype).eps)
    for name, (value,), _ in cases:
        parts = [next(results) for _ in range(3 if name == "svd" else 2)]
        match name:
            case "svd":
                again = parts[0] * parts[1] @ parts[2]
                spectrum = np.linalg.svd(value, compute_uv=False)
                np.testing.assert_allclose(parts[1], spectrum, rtol=0, atol=eps * spectrum[0])
            case "qr":
                again = parts[0] @ parts[1]
                np.testing.assert_array_equal(parts[1], np.triu(parts[1]))
            case _:
                again, value = (
                    parts[1] * parts[0] @ parts[1].T,
                    np.tril(value) + np.tril(value, -1).T,
                )
                spectrum = np.linalg.eigvalsh(value)
                np.testing.assert_allclose(parts[0], spectrum, atol=eps * np.abs(value).max() * n)
        np.testing.assert_allclose(again, value, rtol=0, atol=eps * m * np.abs(value).max())
        basis = parts[1] if name == "eigh" else parts[0]
        np.testing.assert_allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=eps * m)


@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (3, 5)])
def test_the_rank_of_a_pseudoinverse(shape: tuple[int, int]) -> None:
    u, _, vt = np.linalg.svd(np.random.default_rng(0).normal(size=shape), False)
    a = u * [1.0, 1e-4, 1e-9] @ vt
    for rcond, kept in ((1e-3, 1), (1e-6, 2), (1e-12, 3), (0.0, 3)):
        program, given = native([("pinv", [a], {"rcond": rcond})])
        expected = vt[:kept].T / np.array([1.0, 1e-4, 1e-9])[:kept] @ u[:, :kept].T
        np.testing.assert_allclose(program.run(given)[0][0], expected, rtol=1e-5, atol=1e-6)
    program, given = native([("pinv", [0 * a], {"rcond": 1e-15})])
    np.testing.assert_array_equal(program.run(given)[0][0], 0 * a.T)


@each_dtype
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("n", [1, 3, 12])
def test_what_is_not_finite(n: int, value: float, dtype: str) -> None:
    for name, (a,), params in all_of((n, n), dtype):
        bad = np.nan_to_num(a)
        bad[n // 2, n // 2] = value
        graph = call(CATALOGUE[name], [bad], params).graph
        program = Program(graph, machine())
        try:
            expected = run(graph, bad)
        except np.linalg.LinAlgError as refusal:
            with pytest.raises(np.linalg.LinAlgError, match=str(refusal)):
                program.run([bad])
        else:
            for mine, other in zip(program.run([bad])[0], expected, strict=True):
                np.testing.assert_array_equal(np.isfinite(mine), np.isfinite(other))


@each_dtype
@pytest.mark.parametrize("scale", [1e-35, 1e35])
def test_matrices_of_any_scale(scale: float, dtype: str) -> None:
    scale = scale if dtype == "float32" else scale**8
    for case in all_of((4, 4), dtype):
        name, (a,), params = case
        with np.errstate(over="ignore"):
            assert_close([(name, [(scale * a).astype(dtype)], params)])


# Derivatives -------------------------------------------------------------------------------------


def compiled_slope(f: Any, *values: Any) -> Any:
    """The gradient by machine code alone."""
    compiled = cp.compile(cp.grad(f))
    found = compiled(*values)
    assert not compiled.explain_plan().fallbacks
    return found


@pytest.mark.parametrize("shape", [(3, 3), (8, 8), (6, 4), (4, 6), (3, 4, 4)])
def test_the_slope_of_a_nuclear_norm(shape: tuple[int, ...]) -> None:
    a = oblong(shape)
    u, _, vt = np.linalg.svd(a, False)
    found = compiled_slope(lambda a: np.sum(np.linalg.svd(a, compute_uv=False)), a)
    np.testing.assert_allclose(found, u @ vt, atol=1e-13)


@pytest.mark.parametrize("shape", [(3, 3), (9, 9), (4, 3, 3)])
def test_the_slope_of_an_eigenvalue(shape: tuple[int, ...]) -> None:
    s = symmetric(shape[-1], lead=shape[:-2])
    largest = np.linalg.eigh(s)[1][..., -1]
    outer = largest[..., :, None] * largest[..., None, :]
    triangle = np.tril(2 * outer) - np.eye(shape[-1]) * outer
    found = compiled_slope(lambda a: np.sum(np.linalg.eigh(a)[0][..., -1]), s)
    np.testing.assert_allclose(found, triangle, atol=1e-13)


@pytest.mark.parametrize("shape", [(3, 3), (9, 4), (2, 5, 3)])
def test_the_slope_of_least_squares_by_factors(shape: tuple[int, ...]) -> None:
    a, b = oblong(shape), np.random.default_rng(5).normal(size=(*shape[:-1], 1))

    def residual(b: Any, a: Any) -> Any:
        q, r = np.linalg.qr(a)
        x = np.linalg.solve(r, np.swapaxes(q, -1, -2) @ b)
        return 0.5 * np.sum((a @ x - b) ** 2)

    left = b - a @ (np.linalg.pinv(a) @ b)
    np.testing.assert_allclose(compiled_slope(residual, b, a), left, atol=1e-12)
    by_matrix = compiled_slope(lambda a: residual(b, a), a)
    x = np.swapaxes(np.linalg.pinv(a) @ b, -1, -2)
    np.testing.assert_allclose(by_matrix, -left * x, atol=1e-11)


def test_the_slope_of_a_pseudoinverse() -> None:
    a, w = oblong((5, 3)), np.random.default_rng(5).normal(size=(3, 5))

    def f(a: Any) -> Any:
        return np.sum(w * np.linalg.pinv(a))

    found, h = compiled_slope(f, a), 1e-5
    for place in np.ndindex(a.shape):
        step = np.zeros_like(a)
        step[place] = h
        difference = (f(a + step) - f(a - step)) / (2 * h)
        np.testing.assert_allclose(found[place], difference, atol=1e-7)


def test_second_derivatives() -> None:
    a = oblong((3, 3))
    w = np.random.default_rng(6).normal(size=(3, 3))

    def f(a: Any) -> Any:
        u, s, vt = np.linalg.svd(a, False)
        return np.sum(w * (u * np.log(s) @ vt))

    compiled = cp.compile(cp.hessian(f))
    np.testing.assert_allclose(compiled(a), cp.hessian(f)(a), rtol=1e-10, atol=1e-10)
    assert not compiled.explain_plan().fallbacks


# Within loops, branches and batches --------------------------------------------------------------


def test_a_loop_of_factorizations_is_one_step() -> None:
    def f(a: Any, s: Any) -> Any:
        def step(a: Any, _: Any) -> Any:
            q, r = np.linalg.qr(a)
            return r @ q, np.linalg.svd(r, compute_uv=False)

        last, kept = cp.scan(step, a, np.zeros(6))
        values, vectors = cp.cond(a[0, 0] > 0, np.linalg.eigh, lambda s: np.linalg.eigh(-s), s)
        return last, kept, values, vectors

    a, s = oblong((4, 4)), symmetric(4)
    compiled = cp.compile(f)
    for x in (a, -a):
        for mine, other in zip(compiled(x, s), f(x, s), strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-11)
    assert not compiled.explain_plan().fallbacks
    slope = compiled_slope(lambda a: np.sum(f(a, s)[1] * np.arange(24.0).reshape(6, 4)), a)
    expected = cp.grad(lambda a: np.sum(f(a, s)[1] * np.arange(24.0).reshape(6, 4)))(a)
    np.testing.assert_allclose(slope, expected, rtol=1e-8, atol=1e-9)


def test_a_failure_within_a_loop_is_the_references() -> None:
    def f(a: Any) -> Any:
        def step(a: Any, scale: Any) -> Any:
            a = a * scale
            return a, np.linalg.eigh(a)[0]

        return cp.scan(step, a, np.array([1.0, np.nan, 1.0]))[1]

    with pytest.raises(np.linalg.LinAlgError, match="converge"):
        cp.compile(f)(symmetric(3))


def test_batches_give_the_same_bits_with_any_number_of_threads() -> None:
    s = symmetric(3, lead=(500,))
    found = [cp.compile(cp.vmap(np.linalg.eigh), threads=count)(s) for count in (1, 2, 3)]
    for values, vectors in found:
        np.testing.assert_array_equal(values, found[0][0])
        np.testing.assert_array_equal(vectors, found[0][1])
    np.testing.assert_allclose(found[0][0], np.tile(np.arange(-1.0, 2.0), (500, 1)), atol=1e-13)


def test_the_plan_lists_them() -> None:
    compiled = cp.compile(lambda a: np.linalg.svd(a, compute_uv=False))
    compiled(oblong((4, 3, 2)))
    assert "svd: 3 × 2 float64, 4 times" in str(compiled.explain_plan())


def test_where_numpy_has_no_such_loops_none_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(gufuncs.imports()) == 3
    monkeypatch.delattr(np.linalg._umath_linalg, "svd_s")
    assert not gufuncs.imports.__wrapped__()
