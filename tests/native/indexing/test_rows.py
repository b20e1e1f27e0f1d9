"""Rows read, set and added at positions: the same numbers as the reference, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError
from clearprop.execute import run
from clearprop.execute.native.machine import levels
from clearprop.execute.native.program import Program
from clearprop.execute.native.special import Special
from clearprop.primitives import CATALOGUE
from tests.native.products.harness import guarded
from tests.native.programs import Case, assert_exact, native

WIDTHS = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 130)
"""Lengths of rows, around those of vectors."""

each_level = pytest.mark.parametrize("level", levels())


def numbers(shape: Any, dtype: str, seed: int = 0) -> Any:
    """Random numbers of any dtype, with few different values of integers."""
    generator = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return generator.normal(size=shape).astype(dtype)
    return generator.integers(0, 2 if dtype == "bool" else 100, shape).astype(dtype)


def changes(x: Any, update: Any, *indices: Any) -> list[Case]:
    """The rows read, set and added."""
    return [
        ("gather", [x, *indices], {}),
        ("scatter", [x, update, *indices], {}),
        ("scatter_add", [x, update, *indices], {}),
    ]


@each_level
@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "bool", "int64", "uint16"])
def test_rows_of_every_length(level: Any, dtype: str) -> None:
    places = np.array([3, 0, 3, 3, 5])
    cases = [
        case
        for width in WIDTHS
        for case in changes(numbers((6, width), dtype), numbers((5, width), dtype, 1), places)
    ]
    assert_exact(cases, level)


@each_level
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "uint32", "int64", "uint64"])
def test_positions_of_every_dtype(level: Any, dtype: str) -> None:
    cases = []
    for shape in ((), (0,), (1,), (7,), (2, 3), (3, 1, 4)):
        first = np.asarray(np.random.default_rng(1).integers(0, 100, shape)).astype(dtype)
        second = (first // np.array(30, dtype)).astype(dtype)
        x = numbers((100, 4, 3), "float64")
        cases += changes(x, numbers((*shape, 4, 3), "float64"), first)
        cases += changes(x, numbers((*shape, 3), "float64"), first, second)
    assert_exact(cases, level)


@each_level
def test_what_stands_twice(level: Any) -> None:
    """Sums of one place are taken in the order of the indices, and of settings the last stays."""
    places = np.random.default_rng(2).integers(0, 5, 1000)
    update = numbers((1000,), "float32") * 10.0 ** np.random.default_rng(3).integers(-6, 6, 1000)
    assert_exact(changes(numbers((5,), "float32"), update.astype("float32"), places), level)


def test_views_are_read_where_they_lie() -> None:
    def f(x: Any, v: Any, i: Any, j: Any) -> Any:
        read = x.T[:, ::2][i[::-1], j]
        return np.broadcast_to(v, (3, 4))[j] * read[0, 0] + read[:1, :1]

    x, v = numbers((9, 7), "float64"), numbers((4,), "float64")
    i, j = np.array([[0, 6], [3, 3]]), np.array([[1, 2], [0, 2]])
    compiled = cp.compile(f)
    np.testing.assert_allclose(compiled(x, v, i, j), f(x, v, i, j), rtol=1e-14)
    assert not compiled.explain_plan().fallbacks


@pytest.mark.parametrize(
    "wrong", [np.int64(-1), np.int64(6), np.int64(2**62), np.int8(-128), np.uint64(2**63 - 1)]
)
@pytest.mark.parametrize("name", ["gather", "scatter", "scatter_add"])
@pytest.mark.parametrize("width", [0, 1, 5])
def test_positions_outside(wrong: Any, name: str, width: int) -> None:
    """They are found before anything is touched; the same code then goes on for others."""
    places = np.array([3, 0, 5], wrong.dtype)
    x = numbers((6, width), "float64")
    update = [] if name == "gather" else [numbers((3, width), "float64")]
    program, _ = native([(name, [x, *update, places], {})])
    for at in range(3):
        bad = places.copy()
        bad[at] = wrong
        with pytest.raises(ArgumentError, match="cannot be run on these values"):
            program.run([x, *update, bad])
    ((found,), _) = program.run([x, *update, places])
    np.testing.assert_array_equal(found, CATALOGUE[name].value(np, x, *update, places))


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64"])
def test_positions_from_the_end_are_counted_on_the_way(dtype: str) -> None:
    """No loop makes an array of them; further from the end than there are rows is outside."""
    compiled = cp.compile(lambda x, i, j: x[i, j])
    x = numbers((300 if dtype != "int8" else 100, 9, 2), "float64")
    i, j = np.array([[-1, 5], [-len(x), 0]], dtype), np.array([[-9], [8]], dtype)
    i, j = np.broadcast_arrays(i, j)
    np.testing.assert_array_equal(compiled(x, i.copy(), j.copy()), x[i, j])
    assert compiled.explain_plan().loops == 0
    for wrong in (-10, 9, -128, 127):
        with pytest.raises(IndexError, match=f"index {wrong} is out of bounds"):
            compiled(x, i.copy(), np.full(j.shape, wrong, dtype))


def test_an_empty_axis_has_no_positions() -> None:
    assert_exact([("gather", [np.zeros((0, 3)), np.zeros(0, int)], {})])
    graph = cp.trace(lambda x, i: x[:0][i])(np.zeros((2, 3)), np.zeros(0, int))
    run(graph, np.zeros((2, 3)), np.zeros(0, int))
    with pytest.raises(IndexError):
        cp.compile(lambda x, i: x[:0][i])(np.zeros((2, 3)), np.zeros(1, int))


@each_level
@pytest.mark.parametrize("at_end", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int8"])
def test_nothing_outside_is_read(level: Any, at_end: bool, dtype: str) -> None:
    places = guarded(4, "int64", at_end)
    places[:] = [4, 0, 4, 2]
    cases = []
    for width in WIDTHS:
        x = guarded(5 * width, dtype, at_end).reshape(5, width)
        update = guarded(4 * width, dtype, at_end).reshape(4, width)
        x[:], update[:] = numbers(x.shape, dtype), numbers(update.shape, dtype)
        cases += changes(x, update, places)
    assert_exact(cases, level)


def test_constant_positions_are_checked_once() -> None:
    inside = cp.compile(lambda x: x[np.array([0, 2, 2])])
    np.testing.assert_array_equal(inside(np.arange(3.0)), [0.0, 2.0, 2.0])
    graph = cp.trace(lambda x: x[np.array([0, 2, 2])])(np.arange(3.0))
    (step,) = [each for each in Program(graph).steps if isinstance(each, Special)]
    assert not step.checks


def test_a_branch_that_is_not_taken_reads_nothing() -> None:
    compiled = cp.compile(lambda x, i: x[i] if i < 3 else x[0])
    x = np.arange(3.0)
    assert [compiled(x, i) for i in (1, 7, 2, 3)] == [1.0, 0.0, 2.0, 0.0]


def test_loops_end_where_a_position_is_outside() -> None:
    """Without the end, this one would go on for ever: the sum stays as it is."""

    def f(x: Any, most: Any) -> Any:
        def more(state: Any) -> Any:
            return x[state[0]] < most

        return cp.while_loop(more, lambda state: (state[0] + 1, state[1] + 1), (0, 0))[1]

    compiled = cp.compile(f)
    assert compiled(np.arange(5.0), 3.0) == 3
    with pytest.raises(ArgumentError, match="cannot be run on these values"):
        compiled(np.arange(5.0), 10.0)


def test_arrays_are_changed_in_place_where_nobody_else_reads_them() -> None:
    def f(x: Any, i: Any) -> Any:
        y = x * 2
        kept = y + 1
        for k in range(40):
            y[k] = kept[k] * y[k + 1]
        z = y.copy()
        z[i] = 0.0
        return y, z, kept

    x, i = numbers((64,), "float64"), np.array([5, 5, 63])
    graph = cp.trace(f)(x, i)
    program = Program(graph)
    found, _ = program.run([x, i])
    for mine, other in zip(found, run(graph, x, i), strict=True):
        np.testing.assert_array_equal(mine, other)
    assert program.arena_bytes < 64 * 64 * 8
