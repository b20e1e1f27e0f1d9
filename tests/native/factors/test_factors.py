"""Factors and solutions of linear systems: every size and layout, and what cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute import run
from clearprop.execute.native.factors.lapack import MOST_VECTORS
from clearprop.execute.native.machine import levels, machine
from clearprop.execute.native.program import Program
from clearprop.primitives import CATALOGUE
from tests.native.products.harness import fenced_copy
from tests.native.programs import Case, native
from tests.primitives.calls import call

SIZES = (1, 2, 3, 4, 7, 8, 9, 17, 40)
WIDTHS = (1, 2, 3, 8, 9, 37)

each_level = pytest.mark.parametrize("level", levels())
each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])


def assert_close(cases: list[Case], level: Any = None) -> None:
    """Native code gives what the primitives' own lines give, within rounding."""
    program, given = native(cases, level)
    found, _ = program.run(given)
    results = iter(found)
    for name, values, params in cases:
        with np.errstate(all="ignore"):
            expected = CATALOGUE[name].value(np, *values, **params)
        for each in expected if isinstance(expected, tuple) else (expected,):
            mine, other = next(results), np.asarray(each)
            assert (mine.dtype, mine.shape) == (other.dtype, other.shape)
            eps = float(np.finfo(other.dtype).eps) if other.dtype.kind == "f" else 0.0
            size = float(np.abs(other[np.isfinite(other)]).max(initial=0.0))
            np.testing.assert_allclose(
                mine, other, rtol=0, atol=200 * eps * size, err_msg=f"{name} {params}"
            )


def matrix(n: int, dtype: str, lead: tuple[int, ...] = ()) -> Any:
    """Symmetric positive definite matrices, well conditioned; their upper triangles are damaged."""
    a = np.random.default_rng(n).normal(size=(*lead, n, n))
    return (a @ np.swapaxes(a, -1, -2) / n + np.eye(n)).astype(dtype)


def general(n: int, dtype: str, lead: tuple[int, ...] = ()) -> Any:
    """Matrices whose largest elements stand off the diagonal, well conditioned."""
    a = np.random.default_rng(n).normal(size=(*lead, n, n)) / (4 * n)
    return (a + np.roll(np.eye(n), 1, axis=0)).astype(dtype)


def sides(n: int, m: int, dtype: str, lead: tuple[int, ...] = ()) -> Any:
    return np.random.default_rng(n + m).normal(size=(*lead, n, m)).astype(dtype)


def all_of(n: int, m: int, dtype: str, lead: tuple[int, ...] = ()) -> list[Case]:
    """Every operation on matrices of a size."""
    a, b = matrix(n, dtype, lead), sides(n, m, dtype, lead)
    below = np.where(np.tri(n, dtype=bool), a, np.nan).astype(dtype)
    cases: list[Case] = [
        ("cholesky", [below], {}),
        ("solve", [general(n, dtype, lead), b], {}),
        ("det", [2 * general(n, dtype, lead)], {}),
        ("slogdet", [general(n, dtype, lead)], {}),
        ("lu", [a], {}),
    ]
    for lower in (True, False):
        for transposed in (True, False):
            for unit in (True, False):
                params = {"lower": lower, "transposed": transposed, "unit": unit}
                triangle = np.tri(n, k=-1 if unit else 0, dtype=bool)
                kept = triangle if lower else triangle.T
                t = np.where(kept, a / (n if unit else 1), np.nan).astype(dtype)
                cases.append(("triangular_solve", [t, b], params))
    return cases


@each_level
@each_dtype
@pytest.mark.parametrize("n", SIZES)
def test_every_size(n: int, dtype: str, level: Any) -> None:
    cases = [case for m in WIDTHS[n % 3 :: 3] for case in all_of(n, m, dtype)]
    assert_close(cases, level)


@each_level
def test_the_smallest_that_lapack_does(level: Any) -> None:
    n = MOST_VECTORS * machine(level).lanes(8) + 1
    assert_close(all_of(n, 3, "float64"), level)


@each_dtype
@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (1, 4), (4, 1), (0, 3), (3, 0), (2, 4, 3)])
def test_oblong_factors(shape: tuple[int, ...], dtype: str) -> None:
    assert_close([("lu", [np.random.default_rng(0).normal(size=shape).astype(dtype)], {})])


@each_dtype
@pytest.mark.parametrize("lead", [(3,), (2, 1, 2), (1,)])
@pytest.mark.parametrize("n", [2, 9])
def test_stacks(n: int, lead: tuple[int, ...], dtype: str) -> None:
    assert_close(all_of(n, 3, dtype, lead))


@pytest.mark.parametrize("shape", [(0, 0, 0), (0, 0, 2), (0, 3, 3), (2, 0, 0)])
def test_nothing(shape: tuple[int, int, int]) -> None:
    lead, n, m = shape
    assert_close(all_of(n, m, "float64", (lead,)))


@each_level
@pytest.mark.parametrize("at_end", [True, False])
@pytest.mark.parametrize("n", [3, 8, 11])
def test_nothing_outside_is_touched(n: int, at_end: bool, level: Any) -> None:
    cases = []
    for name, values, params in all_of(n, 5, "float32"):
        cases.append((name, [fenced_copy(value, at_end) for value in values], params))
    assert_close(cases, level)


@pytest.mark.parametrize("n", [3, 11])
def test_views_are_read_where_they_lie(n: int) -> None:
    a, b = general(n, "float64", (2,)), sides(n, 4, "float64", (2,))

    def f(a: Any, b: Any) -> Any:
        turned = np.linalg.solve(a.transpose(0, 2, 1), b[:, ::-1, ::2])
        return turned, np.linalg.solve(a[:, ::-1], b[0]), np.linalg.cholesky(a @ a.mT)

    compiled = cp.compile(f)
    for mine, other in zip(compiled(a, b), f(a, b), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-11, atol=1e-12)
    assert not compiled.explain_plan().fallbacks


# What cannot be done -----------------------------------------------------------------------------

FAILING: dict[str, Callable[[Any], Any]] = {
    "cholesky": np.linalg.cholesky,
    "solve": lambda a: np.linalg.solve(a, np.ones((len(a), 2))),
}


@pytest.mark.parametrize("n", [1, 2, 4, 9, 20])
@pytest.mark.parametrize("name", FAILING)
def test_what_the_reference_refuses(name: str, n: int) -> None:
    f = FAILING[name]
    compiled = cp.compile(f)
    good = np.eye(n) + np.diag(np.full(n - 1, 0.25), -1) + np.diag(np.full(n - 1, 0.25), 1)
    np.testing.assert_allclose(compiled(good), f(good), rtol=1e-12, atol=1e-14)
    for k in {0, n // 2, n - 1}:
        bad = good.copy()
        bad[k] = bad[:, k] = 0.0
        for refused in (bad, np.zeros((n, n))):
            with pytest.raises(np.linalg.LinAlgError) as expected:
                f(refused)
            with pytest.raises(np.linalg.LinAlgError, match=str(expected.value)):
                compiled(refused)
    np.testing.assert_allclose(compiled(good), f(good), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("n", [2, 3, 9])
def test_rounding_does_not_decide_what_is_singular(n: int) -> None:
    a = np.outer(np.arange(1.0, n + 1), np.arange(3.0, n + 3)) / 7
    (program, given) = native([("solve", [a, np.ones((n, 1))], {})])
    try:
        expected = np.linalg.solve(a, np.ones((n, 1)))
    except np.linalg.LinAlgError:
        with pytest.raises(np.linalg.LinAlgError):
            program.run(given)
    else:
        np.testing.assert_array_equal(program.run(given)[0][0], expected)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("n", [1, 3, 10])
@pytest.mark.parametrize("name", ["cholesky", "solve"])
def test_what_is_not_finite(name: str, n: int, value: float) -> None:
    for place in {(0, 0), (n - 1, 0), (n - 1, n - 1), (n // 2, n // 2)}:
        a = matrix(n, "float64")
        a[place] = value
        values = [a] if name == "cholesky" else [a, np.ones((n, 1))]
        made = call(CATALOGUE[name], values, {})
        program = Program(made.graph, machine())
        try:
            expected = run(made.graph, *values)[0]
        except np.linalg.LinAlgError:
            with pytest.raises(np.linalg.LinAlgError):
                program.run(values)
        else:
            np.testing.assert_allclose(program.run(values)[0][0], expected, rtol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 9, 20])
def test_determinants_of_singular_matrices_are_zero(n: int) -> None:
    a = general(n, "float64")
    a[:, n // 2] = 0.0
    program, given = native([("det", [a], {}), ("slogdet", [a], {})])
    (determinant, sign, logarithm), _ = program.run(given)
    assert (determinant, sign, logarithm) == (0.0, 0.0, -np.inf)
    assert not np.signbit(determinant)


@pytest.mark.parametrize("n", [3, 12])
def test_determinants_beyond_the_range_of_numbers(n: int) -> None:
    for some in ((1e-200, 1e-200, 1e300), (1e200, 1e200, 1e-300)):
        a = np.diag([*some, *np.ones(n - 3)]) @ general(n, "float64")
        program, given = native([("det", [a], {})])
        np.testing.assert_allclose(program.run(given)[0][0], np.linalg.det(a), rtol=1e-11)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["det", "slogdet", "lu"])
@pytest.mark.parametrize("n", [1, 3, 10])
def test_determinants_of_what_is_not_finite(n: int, name: str, value: float) -> None:
    a = general(n, "float64")
    a[n // 2, 0] = value
    program, given = native([(name, [a], {})])
    with np.errstate(all="ignore"):
        expected = CATALOGUE[name].value(np, a)
    pairs = zip(program.run(given)[0], expected if name != "det" else (expected,), strict=True)
    for mine, other in pairs:
        np.testing.assert_array_equal(mine, other)


def test_a_zero_on_a_diagonal_divides() -> None:
    t, b = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[1.0, -1.0, 0.0], [1.0, 1.0, 1.0]])
    params = {"lower": True, "transposed": False, "unit": False}
    program, given = native([("triangular_solve", [t, b], params)])
    expected = CATALOGUE["triangular_solve"].value(np, t, b, **params)
    np.testing.assert_array_equal(program.run(given)[0][0], expected)


def test_the_plan_lists_them() -> None:
    compiled = cp.compile(lambda a, b: np.linalg.solve(a, b))
    compiled(matrix(3, "float64", (4,)), sides(3, 2, "float64", (4,)))
    assert "solve: 3 unknowns, 2 right-hand sides float64, 4 times" in str(compiled.explain_plan())
