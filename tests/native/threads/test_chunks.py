"""Steps in chunks: the same bits for any number of threads, and nothing else than the step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ClearpropError
from clearprop.execute.native.bodies import Scan
from clearprop.execute.native.cache import ObjectCache
from clearprop.execute.native.machine import levels, machine
from clearprop.execute.native.placing import chunks
from clearprop.execute.native.program import Program
from clearprop.rewrite import simplify
from tests.native.test_bounds import fenced

THREADS = (1, 2, 3, 7)

Case = tuple[Callable[..., Any], tuple[tuple[int, ...], ...]]


def epoch(w: Any, xs: Any) -> Any:
    def step(w: Any, x: Any) -> Any:
        y = np.tanh(x @ w)
        return w - 0.001 * (x.T @ y), np.sum(y)

    return cp.scan(step, w, xs)


def components(r: Any) -> Any:
    turned = cnp.array([[r[0], -r[1]], [r[1], r[0]]]) @ cnp.array([r[2], np.sin(r[0])])
    return cnp.array([turned[0] * r[1], np.sum(turned), np.exp(r[2])])


CASES: dict[str, Case] = {
    "by element": (lambda x: (np.exp(x) * 2, x > 0.3), ((400_003,),)),
    "two arrays": (lambda x, y: np.sin(x) * y, ((1_401, 303), (303,))),
    "turned": (lambda x: np.exp(x.T) + x.T[::-1], ((401, 403),)),
    "all": (
        lambda x: (np.sum(np.sin(x)), np.max(x * x), np.any(x > 3), np.min(x)),
        ((600_007,),),
    ),
    "the first axis": (lambda x: np.sum(np.exp(x), axis=0), ((20_011, 13),)),
    "the last axis": (lambda x: np.max(np.exp(x), axis=1), ((9_007, 57),)),
    "the middle": (lambda x: np.sum(np.exp(x), axis=1), ((3, 30_011, 5),)),
    "few long rows": (lambda x: np.sum(np.exp(x), axis=1), ((3, 100_003),)),
    "first and last": (lambda x: np.sum(np.exp(x), axis=(0, 2)), ((701, 3, 203),)),
    "stored and folded": (lambda x: (np.exp(x), np.sum(np.exp(x))), ((600_003,),)),
    "NN": (lambda a, b: a @ b, ((131, 315), (315, 257))),
    "TN": (lambda a, b: a.T @ b, ((515, 131), (515, 257))),
    "NT": (lambda a, b: a @ b.T, ((131, 515), (257, 515))),
    "TT": (lambda a, b: a.T @ b.T, ((315, 131), (257, 315))),
    "narrow": (lambda a, b: a @ b, ((2_003, 301), (301, 10))),
    "flat": (lambda a, b: a @ b, ((10, 301), (301, 2_003))),
    "few rows": (lambda a, b: a @ b.T, ((5, 601), (2_003, 601))),
    "a vector": (lambda a, b: a @ b, ((1_001, 1_003), (1_003,))),
    "a vector first": (lambda a, b: b @ a, ((1_001, 1_003), (1_001,))),
    "a stack": (lambda a, b: a @ b, ((37, 61, 71), (37, 71, 83))),
    "a short stack": (lambda a, b: a @ b, ((3, 161, 171), (3, 171, 183))),
    "lanes": (cp.vmap(cp.jacobian(components)), ((20_003, 3),)),
    "bodies": (epoch, ((300, 130), (3, 200, 300))),
}


def given(shapes: tuple[tuple[int, ...], ...], dtype: str = "float64") -> list[Any]:
    random = np.random.default_rng(0)
    return [random.normal(size=shape).astype(dtype) for shape in shapes]


def bits(value: Any) -> list[bytes]:
    parts = value if isinstance(value, (tuple, list)) else [value]
    return [np.asarray(part).tobytes() for part in parts]


def cut(program: Program) -> int:
    """How many steps are in chunks, those of bodies included."""
    bodies = [body for step in program.steps if isinstance(step, Scan) for body in step.bodies]
    steps = [*program.steps, *(step for body in bodies for step in body.steps)]
    return sum(chunks(step, program.machine) > 1 for step in steps)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", CASES)
def test_the_same_bits_for_any_number_of_threads(name: str, dtype: str, tmp_path: Path) -> None:
    function, shapes = CASES[name]
    values = given(shapes, dtype)
    graph = simplify(cp.trace(function)(*values))
    cache = ObjectCache(tmp_path)
    programs = [Program(graph, cache=cache, threads=threads) for threads in THREADS]
    assert cut(programs[0])
    assert [program.was_cached for program in programs] == [False, True, True, True]
    found = [bits(program.run(values)[0]) for program in programs]
    assert found[1:] == found[:1] * 3
    for mine, right in zip(programs[1].run(values)[0], cp.run(graph, *values), strict=True):
        largest = max(float(np.max(np.abs(right))), 1e-300)
        off = np.max(np.abs(mine.astype(float) - right)) / largest
        assert off <= (1e-12 if dtype == "float64" else 1e-5)


def test_a_product_by_blas_is_left_to_it() -> None:
    values = given(((231, 315), (315, 257)))
    program = Program(cp.trace(lambda a, b: a @ b)(*values), machine("baseline"), threads=3)
    assert not cut(program)
    np.testing.assert_allclose(program.run(values)[0][0], values[0] @ values[1], atol=1e-10)


@pytest.mark.parametrize("level", levels()[1:])
def test_other_machines(level: Any) -> None:
    def f(x: Any, a: Any, b: Any) -> Any:
        return np.exp(x.T), np.sum(np.sin(x), axis=0), np.sum(np.cos(x)), a @ b

    values = given(((30_011, 33), (231, 315), (315, 257)))
    graph = simplify(cp.trace(f)(*values))
    found = [Program(graph, machine(level), threads=threads).run(values)[0] for threads in (1, 3)]
    assert bits(found[0]) == bits(found[1])
    for mine, right in zip(found[1], f(*values), strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", ["int64", "int8", "bool"])
def test_whole_numbers(kind: str) -> None:
    x = np.random.default_rng(0).integers(0, 2 if kind == "bool" else 100, 700_001).astype(kind)

    def f(x: Any) -> Any:
        return np.sum(x), np.max(x), np.all(x), np.where(x > 0, x, 1 - x.astype("int8"))

    found = [cp.compile(f, threads=threads)(x) for threads in THREADS]
    assert found[0][:3] == tuple(f(x)[:3])
    assert [bits(each) for each in found] == [bits(f(x))] * 4


@pytest.mark.parametrize("name", ["turned", "the middle", "first and last", "NT", "TN", "lanes"])
@pytest.mark.parametrize("at_end", [True, False])
def test_chunks_stay_within_their_arrays(name: str, at_end: bool) -> None:
    function, shapes = CASES[name]
    values = given(shapes)
    fenced(simplify(cp.trace(function)(*values)), values, at_end, None, threads=3)


def test_small_functions_know_nothing_of_threads() -> None:
    f = cp.compile(lambda x, w: np.sum(np.tanh(x @ w), axis=0), threads=7)
    f.prepare(np.ones((32, 64)), np.ones((64, 32)))
    assert "crew" not in f.source()
    assert "chunks" not in str(f.explain_plan())


def test_the_code_is_the_same_for_any_number_of_threads() -> None:
    x = np.ones(300_000)
    texts = [cp.compile(np.sin, threads=n).prepare(x).source() for n in (1, 2, None)]
    assert texts[1:] == texts[:1] * 2
    assert "crew" in texts[0]


def test_the_plan_says_what_is_cut() -> None:
    f = cp.compile(lambda x, w: (np.sum(np.sin(x), axis=0), x @ w))
    x, w = given(((30_011, 33), (33, 200)))
    lines = f.prepare(x, w).explain_plan().to_dict()["steps"]
    assert all("; in " in line and line.endswith(" chunks") for line in lines)
    inside = cp.compile(epoch).prepare(*given(CASES["bodies"][1])).explain_plan()
    assert "of them in chunks" in str(inside)


def test_workers_flush_denormals_as_their_owner_does() -> None:
    tiny = np.full(400_001, 5e-324)
    for flush in (False, True, False):
        f = cp.compile(lambda x: x * 1.5 * x + x, threads=3, flush_denormals=flush)
        for _ in range(5):
            assert np.all((f(tiny) == 0.0) == flush)


def test_guards_and_positions_are_checked() -> None:
    def f(x: Any, i: Any) -> Any:
        y = np.exp(x)
        return y[i] * 2 if np.sum(y) > 1 else -y

    compiled = cp.compile(f, threads=3)
    x = np.random.default_rng(0).normal(size=300_001)
    there, beyond = np.array([3, 300_000]), np.array([3, 300_001])
    for _ in range(2):
        np.testing.assert_allclose(compiled(x, there), f(x, there), rtol=1e-12)
        np.testing.assert_allclose(compiled(x - 900, there), -np.exp(x - 900), rtol=1e-12)
        with pytest.raises((ClearpropError, IndexError)):
            compiled(x, beyond)
