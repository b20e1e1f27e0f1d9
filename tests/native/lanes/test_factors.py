"""Small matrices in lanes: every size and kind, their derivatives, and what cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.linalg import lu

import clearprop as cp
from clearprop.execute.native.lanes.choice import FACTORED
from clearprop.execute.native.machine import levels, machine
from clearprop.execute.native.program import Program
from clearprop.execute.native.steps import Loop
from clearprop.execute.native.terms import ordered
from clearprop.primitives import CATALOGUE
from clearprop.rewrite import simplify
from tests.native.factors.test_factors import all_of, assert_close
from tests.native.products.harness import fenced_copy
from tests.native.programs import native

each_level = pytest.mark.parametrize("level", levels())
each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])
each_size = pytest.mark.parametrize("n", [1, 2, 3, 4, 5])

WIDTHS = {1: (3, 67), 2: (5, 129), 3: (2, 64), 4: (3, 65), 5: (1, 77)}
"""By the number of unknowns that of right-hand sides, and of systems."""


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference is not asked."""

    def refused(*_: Any) -> Any:
        raise AssertionError("the reference was asked")

    monkeypatch.setattr("clearprop.execute.native.program.answered", refused)


def batch(count: int, *shape: int) -> Any:
    """Matrices or vectors that differ from each other."""
    return np.random.default_rng((count, *shape)).normal(size=(count, *shape))


def definite(count: int, n: int) -> Any:
    a = batch(count, n, n)
    return a @ a.mT / n + np.eye(n)


def regular(count: int, n: int) -> Any:
    """Matrices whose rows are in any order, well conditioned."""
    random = np.random.default_rng(n)
    turned = np.stack([np.eye(n)[random.permutation(n)] for _ in range(count)])
    return turned * random.uniform(0.5, 2, (count, 1, 1)) + batch(count, n, n) / (4 * n)


def loops(program: Program) -> list[Loop]:
    """The steps, all of which are loops."""
    found = [step for step in program.steps if isinstance(step, Loop)]
    assert len(found) == len(program.steps)
    return found


# Values -------------------------------------------------------------------------------------------


@each_level
@each_dtype
@each_size
def test_every_size(n: int, dtype: str, level: Any, alone: None) -> None:
    m, count = WIDTHS[n]
    cases = all_of(n, m, dtype, (count,))
    assert_close(cases, level)
    assert {step.domain for step in loops(native(cases, level)[0])} == {(count,)}


@each_level
def test_the_largest(level: Any, alone: None) -> None:
    a, b = regular(66, 8), batch(66, 8, 1)
    for cases in ([("solve", [a, b], {})], [("slogdet", [a], {})], [("cholesky", [a @ a.mT], {})]):
        assert_close(cases, level)
        assert loops(native(cases, level)[0])


@each_level
@each_dtype
@each_size
def test_rows_in_any_order(n: int, dtype: str, level: Any, alone: None) -> None:
    for count in (64, 131):
        a, b = regular(count, n).astype(dtype), batch(count, n, 2).astype(dtype)
        systems = [("solve", [a, b], {}), ("solve", [a.mT.copy(), b], {})]
        assert_close([*systems, ("det", [a], {}), ("slogdet", [a], {}), ("lu", [a], {})], level)


@pytest.mark.parametrize("n", [2, 3])
def test_of_equal_pivots_the_first_is_taken(n: int, alone: None) -> None:
    """Small integers, so that rounding decides on no pivot; singular ones are among them."""
    a = np.random.default_rng(n).integers(-2, 3, size=(501, n, n)).astype(float)
    program, given = native([("lu", [a], {}), ("det", [a], {})])
    (packed, order, determinant), _ = program.run(given)
    rows, left, right = lu(a, p_indices=True)
    np.testing.assert_array_equal(order, np.argsort(rows, axis=-1))
    np.testing.assert_allclose(packed, np.tril(left, -1) + right, rtol=0, atol=1e-15)
    np.testing.assert_allclose(determinant, np.linalg.det(a), atol=1e-14)
    assert np.any(determinant == 0)
    assert np.any(np.diff(order) < 0)


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (1, 4), (4, 1), (5, 3), (4, 8)])
def test_oblong_factors(shape: tuple[int, int], alone: None) -> None:
    cases = [("lu", [batch(65, *shape)], {})]
    assert_close(cases)
    assert loops(native(cases)[0])


def test_several_matrices_per_element(alone: None) -> None:
    cases = all_of(2, 3, "float64", (70, 3))
    assert_close(cases)
    assert {step.domain for step in loops(native(cases)[0])} == {(70,)}


def test_larger_matrices_are_no_lanes() -> None:
    n = int(FACTORED**0.5) + 1
    program, _ = native(all_of(n, 1, "float64", (64,)))
    assert not any(isinstance(step, Loop) for step in program.steps)


@each_level
@pytest.mark.parametrize("at_end", [True, False])
def test_nothing_outside_is_touched(at_end: bool, level: Any) -> None:
    cases = []
    for name, values, params in all_of(3, 5, "float32", (67,)):
        cases.append((name, [fenced_copy(value, at_end) for value in values], params))
    assert_close(cases, level)


# Functions and their derivatives -----------------------------------------------------------------


def update(mean: Any, spread: Any, y: Any, move: Any, look: Any, drift: Any, blur: Any) -> Any:
    """A Kalman filter's step: minus the log-likelihood."""
    mean, spread = move @ mean, move @ spread @ move.T + drift
    surprise, expected = y - look @ mean, look @ spread @ look.T + blur
    gain = np.linalg.solve(expected, look @ spread).T
    factor = np.linalg.cholesky(expected)
    cost = surprise @ np.linalg.solve(expected, surprise) / 2
    left = spread - gain @ look @ spread
    return cost + np.sum(np.log(np.diagonal(factor))) + np.sum((mean + gain @ surprise) ** 2 * left)


def density(x: Any, mean: Any, spread: Any) -> Any:
    z = np.linalg.solve(np.linalg.cholesky(spread), x - mean)
    return -z @ z / 2 - np.linalg.slogdet(spread)[1] / 2


def system(a: Any, b: Any) -> Any:
    return np.sum(np.linalg.solve(a, b) ** 2)


FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[[int], tuple[Any, ...]]]] = {
    **{
        f"solve {n}": (system, lambda count, n=n: (regular(count, n), batch(count, n)))
        for n in (2, 3, 4)
    },
    "several sides": (system, lambda count: (regular(count, 3), batch(count, 3, 2))),
    "inverse": (
        lambda a: np.sum(np.linalg.inv(a) ** 3),
        lambda count: (regular(count, 3),),
    ),
    **{
        f"cholesky {n}": (
            lambda a: np.sum(np.linalg.cholesky(a) ** 3),
            lambda count, n=n: (definite(count, n),),
        )
        for n in (2, 3, 4)
    },
    **{
        f"det {n}": (lambda a: np.linalg.det(a) ** 2, lambda count, n=n: (regular(count, n),))
        for n in (2, 3)
    },
    "slogdet 4": (
        lambda a: np.sum(np.linalg.slogdet(a)[1]) * a[0, 0],
        lambda count: (regular(count, 4),),
    ),
    "density": (density, lambda count: (batch(count, 3), batch(count, 3) + 1, definite(count, 3))),
    "kalman": (
        update,
        lambda count: (
            *(batch(count, 4), definite(count, 4), batch(count, 2)),
            *(batch(count, 4, 4) / 2, batch(count, 2, 4)),
            *(definite(count, 4), definite(count, 2)),
        ),
    ),
}


@each_dtype
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_and_its_gradient_are_one_loop(name: str, dtype: str, alone: None) -> None:
    f, arguments = FUNCTIONS[name]
    for count, level in zip((64, 65, 333, 1000), (*levels(), None, None), strict=False):
        args = [x.astype(dtype) for x in arguments(count)]
        slopes = cp.vmap(cp.value_and_grad(f, tuple(range(len(args)))))
        graph = simplify(cp.trace(slopes)(*args))
        program = Program(graph, None if level is None else machine(level))
        assert len(loops(program)) == 1
        assert program.arena_bytes == 0
        near = 1e-10 if dtype == "float64" else 3e-3
        for mine, other in zip(program.run(args)[0], cp.run(graph, *args), strict=True):
            np.testing.assert_allclose(mine, other, rtol=near, atol=near * np.abs(other).max())


def test_a_matrix_is_eliminated_once(alone: None) -> None:
    """For systems with it and its transpose, and for its determinants."""

    def f(a: Any, b: Any, c: Any) -> Any:
        x, y = np.linalg.solve(a, b), np.linalg.solve(a.T, c)
        return x, y, np.linalg.det(a), *np.linalg.slogdet(a)

    given = regular(99, 4), batch(99, 4), batch(99, 4) + 1
    graph = simplify(cp.trace(cp.vmap(f))(*given))
    program = Program(graph)
    (loop,) = loops(program)
    terms = ordered([store.term for store in loop.stores])
    assert sum(term.op == "divide" for term in terms) == 4
    for mine, other in zip(program.run(given)[0], cp.run(graph, *given), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("count", [64, 1001])
def test_what_all_elements_share(count: int, alone: None) -> None:
    """A filter's model is the same for all; products with it are no products of whole matrices."""
    model = batch(1, 4, 4)[0] / 2, batch(1, 2, 4)[0], definite(1, 4)[0], definite(1, 2)[0]
    given = batch(count, 4), definite(count, 4), batch(count, 2)
    slopes = cp.vmap(cp.value_and_grad(update, (0, 1, 2)), in_axes=(0, 0, 0, *[None] * 4))
    graph = simplify(cp.trace(slopes)(*given, *model))
    program = Program(graph)
    assert len(loops(program)) == 1
    for mine, other in zip(
        program.run([*given, *model])[0], cp.run(graph, *given, *model), strict=True
    ):
        np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-10 * np.abs(other).max())


def test_a_sum_over_the_batch_stands_behind_the_lanes(alone: None) -> None:
    """The slope by a shared model is a product over the whole batch, with one loop before it."""
    model = batch(1, 4, 4)[0] / 2, batch(1, 2, 4)[0], definite(1, 4)[0], definite(1, 2)[0]
    given = batch(500, 4), definite(500, 4), batch(500, 2)

    def f(*model: Any) -> Any:
        return np.sum(cp.vmap(lambda *each: update(*each, *model))(*given))

    g = cp.grad(f, (0, 1, 2, 3))
    compiled = cp.compile(g)
    for mine, other in zip(compiled(*model), g(*model), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-9 * np.abs(other).max())
    assert not any(name in str(compiled.explain_plan()) for name in ("solve:", "cholesky:"))


def test_a_network_beside_them_stays_as_it_is(alone: None) -> None:
    """Hidden units are columns of matrices, no components; what follows them is in lanes."""

    def f(w: Any, v: Any, x: Any) -> Any:
        flat = np.tanh(np.tanh(x @ w) @ w) @ v
        a = flat.reshape(len(x), 3, 3)
        return np.sum(np.linalg.slogdet(a @ a.mT + np.eye(3))[1])

    args = batch(16, 16) / 4, batch(16, 9), batch(300, 16)
    compiled = cp.compile(cp.grad(f, (0, 1)))
    for mine, other in zip(compiled(*args), cp.grad(f, (0, 1))(*args), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-10 * np.abs(other).max())
    tanh = [line for line in str(compiled.explain_plan()).split("\n") if "tanh" in line]
    assert tanh
    assert all("300×16" in line for line in tanh)


def test_as_many_components_as_elements(alone: None) -> None:
    """What lies along the batch and what lies beside it are told apart by more than lengths."""
    shared, args = batch(64, 8)[:8] / 9, (definite(64, 8), batch(64, 64), batch(64, 8))

    def f(a: Any, flat: Any, b: Any) -> Any:
        inner = cp.vmap(lambda a, b: np.linalg.solve(a + shared @ shared.T, shared @ b))(a, b)
        return np.sum(np.sin(inner @ shared) @ (flat @ b).T + flat * flat[0] + b[:, 0] * flat.T)

    slopes = cp.grad(f, (0, 1, 2))
    compiled = cp.compile(slopes)
    for mine, other in zip(compiled(*args), slopes(*args), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-10 * np.abs(other).max())


# Threads ------------------------------------------------------------------------------------------


def test_the_same_bits_for_any_number_of_threads(alone: None) -> None:
    f, arguments = FUNCTIONS["kalman"]
    args = arguments(10_001)
    slopes = cp.vmap(cp.grad(f, (0, 1)))
    found = [cp.compile(slopes, threads=threads)(*args) for threads in (1, 2, 5)]
    for other in found[1:]:
        for mine, first in zip(other, found[0], strict=True):
            np.testing.assert_array_equal(mine, first)


# What cannot be done ------------------------------------------------------------------------------

FAILING: dict[str, Callable[[Any], Any]] = {
    "cholesky": np.linalg.cholesky,
    "solve": lambda a: np.linalg.solve(a, np.ones((*a.shape[:-1], 1))),
    "inv": np.linalg.inv,
}


@each_level
@pytest.mark.parametrize("name", FAILING)
@pytest.mark.parametrize("n", [1, 3, 4])
def test_what_the_reference_refuses(name: str, n: int, level: Any) -> None:
    count = 67
    good = definite(count, n)
    program = Program(simplify(cp.trace(FAILING[name])(good)), machine(level))
    assert loops(program)
    for place in (0, 31, count - 1):
        bad = good.copy()
        bad[place, n // 2] = bad[place, :, n // 2] = 0.0
        with pytest.raises(np.linalg.LinAlgError) as expected:
            FAILING[name](bad)
        with pytest.raises(np.linalg.LinAlgError, match=str(expected.value)):
            program.run([bad])
    np.testing.assert_allclose(program.run([good])[0][0], FAILING[name](good), rtol=1e-11)


def test_one_of_many_chunks_refuses() -> None:
    good = definite(60_001, 3)
    compiled = cp.compile(np.linalg.cholesky, threads=2)
    np.testing.assert_allclose(compiled(good), np.linalg.cholesky(good), rtol=1e-11, atol=1e-13)
    assert "chunks" in str(compiled.explain_plan())
    for place in (0, 30_000, 60_000):
        bad = good.copy()
        bad[place, 1, 1] = -1.0
        with pytest.raises(np.linalg.LinAlgError):
            compiled(bad)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["cholesky", "solve", "inv", "det", "slogdet", "lu"])
@pytest.mark.parametrize("n", [1, 3])
def test_what_is_not_finite(name: str, n: int, value: float) -> None:
    params: dict[str, Any] = {}
    primitive = "solve" if name == "inv" else name
    ones = np.broadcast_to(np.eye(n) if name == "inv" else np.ones((n, 1)), (65, n, n))
    for place in {(0, 0), (n - 1, 0), (n // 2, n - 1)}:
        a = definite(65, n)
        a[(64, *place)] = value
        values = [a, ones.copy()] if primitive == "solve" else [a]
        program, given = native([(primitive, values, params)])
        try:
            with np.errstate(all="ignore"):
                found = CATALOGUE[primitive].value(np, *values)
        except np.linalg.LinAlgError:
            with pytest.raises(np.linalg.LinAlgError):
                program.run(given)
            continue
        expected = found if isinstance(found, tuple) else (found,)
        for mine, other in zip(program.run(given)[0], expected, strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-11, atol=1e-13)


def test_a_zero_on_a_diagonal_divides(alone: None) -> None:
    t = np.tile([[0.0, 0.0], [1.0, 1.0]], (64, 1, 1))
    b = np.tile([[1.0, -1.0, 0.0], [1.0, 1.0, 1.0]], (64, 1, 1))
    params = {"lower": True, "transposed": False, "unit": False}
    program, given = native([("triangular_solve", [t, b], params)])
    expected = CATALOGUE["triangular_solve"].value(np, t, b, **params)
    np.testing.assert_array_equal(program.run(given)[0][0], expected)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_determinants_of_singular_matrices_are_zero(n: int, alone: None) -> None:
    a = regular(77, n)
    a[::3, :, n // 2] = 0.0
    program, given = native([("det", [a], {}), ("slogdet", [a], {})])
    (determinant, sign, logarithm), _ = program.run(given)
    assert np.all(determinant[::3] == 0)
    assert not np.any(np.signbit(determinant[::3]))
    assert np.all(sign[::3] == 0)
    assert np.all(logarithm[::3] == -np.inf)
    np.testing.assert_allclose(determinant, np.linalg.det(a), rtol=1e-12, atol=0)


def test_determinants_beyond_the_range_of_numbers() -> None:
    for some in ((1e-200, 1e-200, 1e300), (1e200, 1e200, 1e-300)):
        a = np.diag(some) @ regular(70, 3)
        program, given = native([("det", [a], {})])
        np.testing.assert_allclose(program.run(given)[0][0], np.linalg.det(a), rtol=1e-11)


def test_rounding_does_not_decide_what_is_singular() -> None:
    a = regular(64, 3)
    a[40] = np.outer([1.0, 2.0, 3.0], [3.0, 4.0, 5.0]) / 7
    ones = np.ones((64, 3, 1))
    program, given = native([("solve", [a, ones], {})])
    try:
        expected = np.linalg.solve(a, ones)
    except np.linalg.LinAlgError:
        with pytest.raises(np.linalg.LinAlgError):
            program.run(given)
    else:
        np.testing.assert_array_equal(program.run(given)[0][0], expected)


def test_a_refusal_within_a_loop_is_heard() -> None:
    """A step of a scan whose body is a loop over a batch."""

    def f(a: Any, shifts: Any) -> Any:
        def step(c: Any, shift: Any) -> Any:
            return np.linalg.cholesky(c - shift * np.eye(2)) + np.eye(2), np.sum(c)

        return cp.scan(step, a, shifts)

    compiled, a = cp.compile(f), definite(64, 2) + np.eye(2)
    for mine, other in zip(compiled(a, np.zeros(3)), f(a, np.zeros(3)), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12)
    with pytest.raises(np.linalg.LinAlgError):
        compiled(a, np.array([0.0, 9.0, 0.0]))
    assert not compiled.explain_plan().fallbacks
