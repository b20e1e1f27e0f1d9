"""``cp.compile``: arguments, branches, options, and what it tells of itself."""

from __future__ import annotations

import threading
import warnings
from typing import Any

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ArgumentError, DtypeError


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@pytest.mark.parametrize("n", [2, 3, 8, 9, 10, 17, 1000])
def test_the_gradient_of_the_rosenbrock_function(n: int) -> None:
    x = np.random.default_rng(n).normal(size=n)
    gradient = cp.grad(rosenbrock)
    np.testing.assert_allclose(cp.compile(gradient)(x), gradient(x), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    "value",
    [
        2.0,
        3,
        np.float64(2.0),
        np.float32(2.0),
        np.array(2.0),
        np.array([1.0, 2.0]),
        np.ones((2, 0)),
    ],
    ids=repr,
)
def test_results_are_of_the_same_kind(value: Any) -> None:
    for f in (lambda x: x * 2.0, lambda x: x, np.sin, lambda x: (x + 1, [x], {"a": x * x})):
        found, expected = cp.compile(f)(value), f(value)
        for mine, other in zip(*map(_flat, (found, expected)), strict=True):
            assert type(mine) is type(other)
            assert np.asarray(mine).dtype == np.asarray(other).dtype
            np.testing.assert_allclose(mine, other)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    return [x for y in value for x in _flat(y)] if isinstance(value, (tuple, list)) else [value]


@pytest.mark.parametrize(
    "value",
    [
        np.arange(12.0).reshape(3, 4).T,
        np.arange(12.0)[::2],
        np.arange(12.0)[::-1],
        np.frombuffer(b"x" + np.arange(3.0).tobytes(), np.uint8)[1:].view("f8"),
        np.broadcast_to(np.arange(3.0), (2, 3)),
        np.asfortranarray(np.ones((2, 3))),
    ],
    ids=["transposed", "strided", "reversed", "misaligned", "repeated", "fortran"],
)
def test_arrays_of_any_layout(value: Any) -> None:
    value.flags.writeable = False
    f = lambda x: np.sin(x) + x[::-1]  # noqa: E731
    np.testing.assert_allclose(cp.compile(f)(value), f(value), rtol=1e-14)


def test_another_byte_order_is_refused_as_everywhere() -> None:
    with pytest.raises(DtypeError, match="can be traced"):
        cp.compile(np.sin)(np.arange(3.0).astype(">f8"))


def test_results_do_not_share_memory_with_arguments_or_each_other() -> None:
    x = np.arange(3.0)
    f = cp.compile(lambda x: (x, x, x[1:], cnp.ones(3)))
    first, again = f(x), f(x)
    for made in (*first, *again):
        made[:] = 7.0
    np.testing.assert_array_equal(x, [0.0, 1.0, 2.0])
    np.testing.assert_array_equal(f(x)[0], x)
    np.testing.assert_array_equal(f(x)[3], np.ones(3))


def test_keyword_and_nested_arguments() -> None:
    f = cp.compile(lambda p, *, scale, name="a": p["w"][0] * scale if name == "a" else p["w"][1])
    p = {"w": [np.array([1.0, 2.0]), 5.0]}
    np.testing.assert_array_equal(f(p, scale=3.0), [3.0, 6.0])
    assert f(p, scale=3.0, name="b") == 5.0


def test_static_arguments_are_part_of_the_code() -> None:
    f = cp.compile(lambda x, n: sum(x**k for k in range(n)), static_argnums=1)
    assert [f(2.0, n) for n in (1, 3, 1)] == [1.0, 7.0, 1.0]
    with pytest.raises(ArgumentError, match="static argument 1 is of type list"):
        f(2.0, [1])


def test_branches_of_python_are_compiled_each() -> None:
    traced = []

    def f(x: Any) -> Any:
        traced.append(None)
        return np.sin(x) if x > 0 else x * 3

    compiled = cp.compile(f)
    assert [compiled(x) for x in (1.0, 2.0, -1.0, 3.0, -2.0)] == [
        np.sin(1.0), np.sin(2.0), -3.0, np.sin(3.0), -6.0
    ]  # fmt: skip
    assert len(traced) == 3  # once by types alone, which does not do


def test_a_function_that_looks_at_no_number_is_traced_without_computing() -> None:
    calls = []

    def f(x: Any) -> Any:
        calls.append(repr(x))
        return cp.scan(lambda c, _: (np.sin(c) + x, c), x, None, length=5)[0]

    assert cp.compile(f)(0.5) == pytest.approx(f(0.5))
    assert calls[0] == "Traced(float)"
    assert len(calls) == 2


def test_what_swallows_the_error_of_a_look_is_traced_with_numbers() -> None:
    def f(x: Any) -> Any:
        try:
            return x * 2 if x > 1 else x * 3
        except Exception:
            return x * 1000

    compiled = cp.compile(f)
    assert [compiled(2.0), compiled(0.5)] == [4.0, 1.5]


def test_writing_follows_the_layout_that_the_numbers_have() -> None:
    def f(x: Any) -> Any:
        y = x.T * 2.0
        y.reshape(-1)[0] = 7.0  # a copy or a view: that depends on the order of y
        return y

    for x in (np.ones((2, 3)), np.asfortranarray(np.ones((2, 3)))):
        np.testing.assert_array_equal(cp.compile(f)(x), cp.run(cp.trace(f)(x), x)[0])


def test_past_a_bound_new_branches_run_uncompiled_with_one_warning() -> None:
    def f(x: Any) -> Any:
        return x * int(x)

    compiled = cp.compile(f)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert [compiled(x + 0.5) for x in range(20)] == [f(x + 0.5) for x in range(20)]
    (warning,) = caught
    assert "test_compile.py" in str(warning.message)


def test_inside_other_transformations_the_function_itself_is_used() -> None:
    f = cp.compile(lambda x: np.sin(x) * x)
    assert cp.grad(f)(0.5) == cp.grad(lambda x: np.sin(x) * x)(0.5)
    np.testing.assert_allclose(cp.vmap(f)(np.arange(3.0)), np.sin(np.arange(3.0)) * np.arange(3.0))
    twice = cp.compile(cp.grad(f))
    np.testing.assert_allclose(twice(0.5), cp.grad(f)(0.5))
    inner = lambda x: cp.compile(lambda y: x * y)(2.0)  # noqa: E731
    assert cp.grad(inner)(3.0) == 2.0


def test_jacobians_and_batches() -> None:
    x = np.random.default_rng(0).normal(size=(5, 3))
    g = cp.vmap(cp.jacobian(lambda r: cnp.array([r[0] * r[1], np.sin(r[2]), np.sum(r)])))
    np.testing.assert_allclose(cp.compile(g)(x), g(x), rtol=1e-13)


def test_threads_may_call_at_once() -> None:
    f = cp.compile(lambda x: np.cumsum(np.sin(x)) @ np.cos(x))
    points = [np.random.default_rng(i).normal(size=50) for i in range(8)]
    expected = [np.cumsum(np.sin(x)) @ np.cos(x) for x in points]
    wrong: list[Any] = []

    def work(i: int) -> None:
        for _ in range(50):
            if not np.isclose(f(points[i]), expected[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_integers_beyond_64_bits_are_refused() -> None:
    f = cp.compile(lambda n: n * 2.0)
    assert f(3) == 6.0
    with pytest.raises(DtypeError, match="Pass it as a float"):
        f(10**30)


def test_errors_of_the_function_come_through_and_nothing_is_kept() -> None:
    def f(x: Any) -> Any:
        if x.shape == (2,):
            raise RuntimeError("no pairs")
        return x * 2

    compiled = cp.compile(f)
    with pytest.raises(RuntimeError, match="no pairs"):
        compiled(np.ones(2))
    np.testing.assert_array_equal(compiled(np.ones(3)), [2.0, 2.0, 2.0])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"threads": 0}, "threads=0"),
        ({"static_argnums": -1}, "-1"),
        ({"donate_argnums": "a"}, "'a'"),
    ],
)
def test_wrong_options(options: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        cp.compile(np.sin, **options)


def test_it_shows_its_code_and_plan() -> None:
    f = cp.compile(lambda x, w: np.sum(np.tanh(x @ w)))
    with pytest.raises(ArgumentError, match="nothing was compiled"):
        f.source()
    f.prepare(np.ones((4, 3)), np.ones((3, 2)))
    assert f.compile_seconds > 0
    assert "define" in f.source("llvm")
    assert "ret" in f.source("asm")
    with pytest.raises(ArgumentError, match="no kind"):
        f.source("fortran")
    plan = f.explain_plan()
    assert (plan.products, plan.fallbacks) == (1, [])
    assert "product 4×3 · 3×2 float64" in str(plan)
    assert plan.to_dict()["arena_bytes"] == plan.arena_bytes


def test_denormals_are_flushed_only_on_demand() -> None:
    tiny = np.array([5e-324, 1.0])
    assert cp.compile(lambda x: x * 1.5)(tiny)[0] > 0
    assert cp.compile(lambda x: x * 1.5, flush_denormals=True)(tiny)[0] == 0
    assert tiny[0] * 1.5 > 0  # and not outside


def test_what_is_a_view_follows_from_the_order_of_each_argument():
    def f(x):
        y = np.copy(x)
        z = y.reshape(-1)
        z[1] = 7.0
        return y

    x = np.arange(6.0).reshape(2, 3)
    for given in ([x, np.asfortranarray(x)], [np.asfortranarray(x), x], [x.T, x, x[:, ::-1]]):
        compiled = cp.compile(f)
        for array in given * 2:
            np.testing.assert_array_equal(compiled(array), f(array))


def test_to_prepare_runs_nothing() -> None:
    factor = cp.compile(np.linalg.cholesky).prepare(-np.eye(3))
    with pytest.raises(np.linalg.LinAlgError):
        factor(-np.eye(3))
    endless = cp.compile(lambda x: cp.while_loop(lambda c: c > 0, lambda c: c + 1.0, x))
    assert endless.prepare(1.0)(-1.0) == -1.0
    given = np.ones(3)
    donating = cp.compile(lambda x: x * 2.0, donate_argnums=(0,)).prepare(given)
    np.testing.assert_array_equal(given, np.ones(3))
    np.testing.assert_array_equal(donating(given), np.full(3, 2.0))


def test_to_prepare_looks_at_decisions() -> None:
    f = cp.compile(lambda x: x * 2.0 if x > 0 else -x)
    seconds = [f.prepare(x).compile_seconds for x in (1.0, 2.0, -1.0, -2.0, 3.0)]
    assert seconds[0] == seconds[1] < seconds[2] == seconds[3] == seconds[4]
    assert (f(3.0), f(-3.0)) == (6.0, 3.0)
