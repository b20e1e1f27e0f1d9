"""Lines in order: the same as the reference, ties and NaN included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute.native.machine import levels
from clearprop.primitives import CATALOGUE
from tests.native.products.harness import guarded
from tests.native.programs import Case, native
from tests.native.running.test_running import numbers

DTYPES = ("float32", "float64", "int8", "uint16", "int64", "uint64", "bool")
SHAPES = (
    *((1,), (2,), (7,), (15,), (16,), (17,), (33,), (64,), (100,), (257,), (1000,)),
    *((1, 5), (5, 1), (3, 17), (40, 5), (2, 33, 3), (0,), (3, 0), (0, 3)),
)

each_level = pytest.mark.parametrize("level", levels())


def assert_ordered(cases: list[Case], level: Any = None) -> None:
    """Native code gives what the primitives' own lines give, to the sign of a zero."""
    program, given = native(cases, level)
    results = iter(program.run(given)[0])
    for name, values, params in cases:
        expected = CATALOGUE[name].value(np, *values, **params)
        for other in expected if isinstance(expected, tuple) else (expected,):
            mine = next(results)
            assert (mine.dtype, mine.shape) == (other.dtype, other.shape)
            np.testing.assert_array_equal(mine, other, err_msg=f"{name} {params}")
            if other.dtype.kind == "f":
                known = ~np.isnan(other)
                np.testing.assert_array_equal(np.signbit(mine[known]), np.signbit(other[known]))


def all_of(x: Any) -> list[Case]:
    """Every operation along each axis."""
    return [
        (name, [x], {**params, "axis": axis})
        for axis in range(x.ndim)
        for name, params in (
            ("sort", {}),
            ("argsort", {"kind": "stable"}),
            ("top_k", {"k": min(3, x.shape[axis])}),
            ("top_k", {"k": x.shape[axis]}),
        )
    ]


@each_level
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_shape(dtype: str, level: Any) -> None:
    assert_ordered([case for shape in SHAPES for case in all_of(numbers(shape, dtype))], level)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_ends_of_the_range(dtype: str) -> None:
    kind = np.dtype(dtype)
    ends: list[Any] = [False, True]
    if kind.kind == "f":
        info = np.finfo(kind)
        tiny = info.smallest_subnormal
        ends = [np.nan, -np.nan, np.inf, -np.inf, info.max, info.min, tiny, -tiny, 0.0, -0.0]
    elif kind.kind != "b":
        ends = [np.iinfo(kind).min, np.iinfo(kind).max, 0, 1]
    draw = np.random.default_rng(0)
    assert_ordered(
        [case for n in (5, 16, 50) for case in all_of(draw.choice(np.array(ends, kind), n))]
    )


@pytest.mark.parametrize("kind", ["quicksort", "heapsort"])
def test_other_kinds_put_different_numbers_in_the_same_order(kind: str) -> None:
    x = np.random.default_rng(0).permutation(100.0 * np.arange(60)).reshape(2, 30)
    assert_ordered([("argsort", [x], {"axis": axis, "kind": kind}) for axis in (0, 1)])


@each_level
@pytest.mark.parametrize("at_end", [True, False])
@pytest.mark.parametrize("dtype", ["float64", "int8"])
def test_nothing_outside_is_touched(level: Any, at_end: bool, dtype: str) -> None:
    cases = []
    for shape in ((33,), (5, 9), (70, 3)):
        x = guarded(int(np.prod(shape)), dtype, at_end).reshape(shape)
        x[:] = numbers(shape, "int8")
        cases += all_of(x)
    assert_ordered(cases, level)


def test_views_and_loops_with_their_gradients() -> None:
    def f(x: Any) -> Any:
        def step(c: Any, row: Any) -> Any:
            return c + np.sort(row[::-1] * c)[2] + np.median(row), np.max(np.sort(row.T)[:2])

        last, kept = cp.scan(step, 1.0, x[:, ::2])
        return last + np.sum(kept)

    x = np.random.default_rng(0).normal(size=(3, 20))
    compiled = cp.compile(cp.value_and_grad(f))
    for mine, other in zip(compiled(x), cp.value_and_grad(f)(x), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12)
    assert not compiled.explain_plan().fallbacks, compiled.explain_plan()


def test_the_plan_lists_them() -> None:
    compiled = cp.compile(lambda x: np.sort(x, axis=0))
    compiled(np.ones((4, 3)))
    assert "sort: 3 lines of 4 float64" in str(compiled.explain_plan())
