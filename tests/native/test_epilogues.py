"""Loops that a product does itself: right values, no other memory, the same bits everywhere."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute.native import epilogues
from clearprop.execute.native.bodies import Scan
from clearprop.execute.native.cache import ObjectCache
from clearprop.execute.native.fusing import Planned
from clearprop.execute.native.machine import levels, machine
from clearprop.execute.native.placing import chunks
from clearprop.execute.native.program import Program
from clearprop.execute.native.steps import Loop, Multiply, Step
from clearprop.execute.native.terms import number
from clearprop.rewrite import simplify
from tests.fuzz.compiled import agree
from tests.fuzz.programs import Choices, program
from tests.native.test_agreement import assert_agrees
from tests.native.test_bounds import fenced
from tests.native.threads.test_chunks import bits, given

Case = tuple[Callable[..., Any], tuple[tuple[int, ...], ...]]

CASES: dict[str, Case] = {
    "a bias": (lambda x, w, b: x @ w + b, ((33, 40), (40, 70), (70,))),
    "an activation": (lambda x, w, b: np.maximum(x @ w + b, 0), ((32, 64), (64, 128), (128,))),
    "both, kept apart": (
        lambda x, w, b: ((z := x @ w), np.maximum(z + b, 0), z + b > 0),
        ((32, 64), (64, 128), (128,)),
    ),
    "an update": (lambda w, x, d: w - 0.1 * (x.T @ d), ((65, 130), (37, 65), (37, 130))),
    "momentum": (
        lambda w, v, x, d: ((u := 0.9 * v + x.T @ d), w - 0.1 * u),
        ((65, 130), (65, 130), (37, 65), (37, 130)),
    ),
    "a mask": (lambda d, w, z: np.where(z < 0, 0, d @ w.T), ((34, 30), (72, 30), (34, 72))),
    "and its sums": (
        lambda d, w, z: ((g := np.where(z < 0, 0, d @ w.T)), np.sum(g, axis=0)),
        ((34, 30), (72, 30), (34, 72)),
    ),
    "a column": (lambda x, w, s: s * (x @ w) - s, ((33, 40), (40, 70), (33, 1))),
    "a number": (lambda x, w, s: (s * s) * (x @ w) / s, ((33, 40), (40, 70), ())),
    "two products": (
        lambda x, w, h, u: x @ w + h @ u,
        ((33, 40), (40, 70), (33, 20), (20, 70)),
    ),
    "deeper than a part": (
        lambda x, w, b: x @ w.T + b,
        ((67, 1100), (128, 1100), (128,)),
    ),
    "deeper, and kept": (
        lambda x, w, b: ((z := x @ w.T), z + b),
        ((67, 2100), (128, 2100), (128,)),
    ),
    "both copied": (lambda w, x, d: w - x.T @ d, ((99, 128), (1030, 99), (1030, 128))),
    "higher than a part": (lambda w, x, d: w - x.T @ d, ((1931, 128), (300, 1931), (300, 128))),
    "a batch": (lambda x, w, b: x @ w + b, ((3, 33, 40), (40, 70), (70,))),
    "a stack": (lambda x, w, b: x @ w + b, ((3, 33, 40), (3, 40, 70), (70,))),
    "a stack and as many": (lambda x, w, y: y - x @ w, ((3, 33, 40), (3, 40, 70), (3, 33, 70))),
    "a bias for each": (lambda x, w, b: x @ w + b, ((3, 33, 40), (3, 40, 70), (3, 1, 70))),
    "a part of an array": (
        lambda x, w, y: x @ w + y[1:, 2:72],
        ((33, 40), (40, 70), (34, 80)),
    ),
}


def fused(steps: list[Step]) -> list[Multiply]:
    """The products with an epilogue, those of bodies included."""
    bodies = [body for step in steps if isinstance(step, Scan) for body in step.bodies]
    every = [*steps, *(step for body in bodies for step in body.steps)]
    return [x for x in every if isinstance(x, Multiply) and x.product.epilogue is not None]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CASES)
def test_it_gives_what_the_reference_gives(name: str, dtype: str) -> None:
    function, shapes = CASES[name]
    values = given(shapes, dtype)
    graph = simplify(cp.trace(function)(*values))
    for level in levels():
        made = assert_agrees(graph, values, level)
        assert len(fused(made.steps)) == (level != "baseline")


@pytest.mark.parametrize("name", CASES)
def test_the_bits_of_a_loop_of_its_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, shapes = CASES[name]
    values = given(shapes, "float32")
    graph = simplify(cp.trace(function)(*values))
    found = Program(graph).run(values)[0]
    monkeypatch.setattr(epilogues, "LEAST", 10**9)
    apart = Program(graph)
    assert not fused(apart.steps)
    for mine, right in zip(found, apart.run(values)[0], strict=True):
        if mine.ndim > 1:  # sums may be taken in another order
            np.testing.assert_array_equal(mine, right)


@pytest.mark.parametrize("name", CASES)
def test_nothing_else_is_touched(name: str) -> None:
    function, shapes = CASES[name]
    values = given(shapes, "float32")
    graph = simplify(cp.trace(function)(*values))
    for at_end in (True, False):
        fenced(graph, values, at_end, None)


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (lambda x, w, b: np.maximum(x @ w + b, 0), ((331, 315), (315, 256), (256,))),
        (lambda w, x, d: w - 0.1 * (x.T @ d), ((257, 331), (515, 257), (515, 331))),
        (lambda x, w, y: y - x @ w, ((37, 61, 71), (37, 71, 83), (37, 61, 83))),
        (lambda x, w, s: s * (x @ w), ((331, 1315), (1315, 256), (331, 1))),
    ],
)
def test_the_same_bits_for_any_number_of_threads(
    function: Callable[..., Any], shapes: tuple[tuple[int, ...], ...], tmp_path: Path
) -> None:
    values = given(shapes, "float32")
    graph = simplify(cp.trace(function)(*values))
    cache = ObjectCache(tmp_path)
    programs = [Program(graph, cache=cache, threads=threads) for threads in (1, 2, 7)]
    assert len(fused(programs[0].steps)) == 1
    assert chunks(programs[0].steps[-1], programs[0].machine) > 1
    assert [each.was_cached for each in programs] == [False, True, True]
    found = [bits(each.run(values)[0]) for each in programs]
    assert found[1:] == found[:1] * 2
    assert_agrees(graph, values)


def test_what_is_not_finite_stays_where_it_is() -> None:
    x, w, b, y = given(((32, 40), (40, 70), (70,), (32, 70)), "float32")
    x[3, 5], w[7, 9], b[11], y[13, 15], y[14] = np.nan, np.inf, np.nan, -np.inf, -0.0

    def f(x: Any, w: Any, b: Any, y: Any) -> Any:
        return np.minimum(np.maximum(x @ w + b, y), np.sign(y))

    graph = simplify(cp.trace(f)(x, w, b, y))
    made = Program(graph)
    assert len(fused(made.steps)) == 1
    with np.errstate(all="ignore"):
        right = f(x, w, b, y)
    (found,), _ = made.run([x, w, b, y])
    np.testing.assert_array_equal(np.isnan(found), np.isnan(right))
    np.testing.assert_allclose(found, right, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (lambda x, w: np.tanh(x @ w), ((32, 40), (40, 70))),
        (lambda x, w: np.sum(x @ w, axis=0), ((32, 40), (40, 70))),
        (lambda x, w, y: x @ w + y.T, ((32, 40), (40, 70), (70, 32))),
        (lambda x, w, y: x @ w + y[:, ::2], ((32, 40), (40, 70), (32, 140))),
        (lambda x, w, y: (x @ w)[1:] + y, ((32, 40), (40, 70), (31, 70))),
        (lambda x, w: x @ w + 1, ((40, 1), (1, 2))),
        (
            lambda x, w, a, b: ((z := x @ w) + a, z - a, z + b, z - b),
            ((32, 40), (40, 70), (32, 70), (32, 70)),
        ),
    ],
)
def test_what_is_no_epilogue_stays_a_loop(
    function: Callable[..., Any], shapes: tuple[tuple[int, ...], ...]
) -> None:
    values = given(shapes)
    made = assert_agrees(simplify(cp.trace(function)(*values)), values)
    assert not fused(made.steps)
    assert any(isinstance(step, Loop) for step in made.steps)


def test_a_result_that_nobody_wants_takes_no_memory() -> None:
    values = given(((64, 32), (32, 128), (128,)), "float32")
    made = Program(simplify(cp.trace(lambda x, w, b: np.maximum(x @ w + b, 0))(*values)))
    assert len(made.steps) == 1
    assert made.arena_bytes == 0
    kept = Program(simplify(cp.trace(lambda x, w, b: np.sin(x @ w) + (x @ w + b))(*values)))
    assert not fused(kept.steps)


def test_an_updated_parameter_may_be_donated() -> None:
    w, x, d = given(((64, 128), (32, 64), (32, 128)), "float32")

    def update(w: Any, x: Any, d: Any) -> Any:
        return w - 0.1 * (x.T @ d)

    step = cp.compile(update, donate_argnums=0)
    expected, mine = update(w, x, d), w.copy()
    found = step(mine, x, d)
    assert found is mine
    assert "subtract" in str(step.explain_plan()).splitlines()[1]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "function",
    [
        lambda w, x: w - 0.1 * (w @ x),
        lambda w, x: w - 0.1 * (x @ w),
        lambda w, x: w[::-1] + x @ x,
        lambda w, x: w + w[0] * (x @ x),
    ],
)
def test_what_a_product_reads_elsewhere_is_not_overwritten(function: Callable[..., Any]) -> None:
    w, x = given(((64, 64), (64, 64)), "float32")
    plain = cp.compile(function)(w, x)
    found = cp.compile(function, donate_argnums=0)(w.copy(), x)
    np.testing.assert_array_equal(found, plain)


def test_a_step_of_training() -> None:
    def loss(p: Any, x: Any, y: Any) -> Any:
        w, b, v = p
        return np.mean((np.maximum(x @ w + b, 0) @ v - y) ** 2)

    def epoch(p: Any, xs: Any, ys: Any) -> Any:
        def step(p: Any, batch: Any) -> Any:
            value, slopes = cp.value_and_grad(loss)(p, *batch)
            return [a - 0.1 * g for a, g in zip(p, slopes, strict=True)], value

        return cp.scan(step, p, (xs, ys))

    w, b, v, xs, ys = given(((40, 96), (96,), (96, 48), (5, 32, 40), (5, 32, 48)), "float64")
    traced = cp.trace(epoch)([w, b, v], xs, ys)
    made = assert_agrees(simplify(traced), [w, b, v, xs, ys])
    assert len(fused(made.steps)) == 5
    compiled = cp.compile(epoch)
    p, losses = compiled([w, b, v], xs, ys)
    for place in range(5):
        q, value = [w, b, v], 0.0
        for at in range(place + 1):
            value, slopes = cp.value_and_grad(loss)(q, xs[at], ys[at])
            q = [a - 0.1 * g for a, g in zip(q, slopes, strict=True)]
        np.testing.assert_allclose(losses[place], value, rtol=1e-12)
    for mine, right in zip(p, q, strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-10, atol=1e-12)


def test_the_plan_says_what_is_done_along() -> None:
    x, w, b = given(((32, 64), (64, 128), (128,)), "float32")
    f = cp.compile(lambda x, w, b: np.maximum(x @ w + b, 0))
    f(x, w, b)
    plan = f.explain_plan()
    assert (plan.loops, plan.products) == (0, 1)
    assert "product 32×64 · 64×128 float32 with add, maximum" in str(plan)


@pytest.mark.parametrize("number", range(60))
def test_random_programs_with_every_product(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epilogues, "LEAST", 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        made = program(Choices(f"epilogues/{number}"))
    if made is not None and "@" in made.source:
        agree(made)


def test_what_may_be_refused_is_no_epilogue() -> None:
    x = np.ones((64, 32))
    graph = simplify(cp.trace(lambda x, w: np.maximum(x @ w, 0.5))(x, x.T))
    for refuses in (False, True):
        planned = Planned(graph, graph.outputs, machine())
        (loop,) = [step for step in planned.steps if isinstance(step, Loop)]
        loop.refusals += [number(False, bool)] * refuses
        found = epilogues.refinement(machine(), False)(planned.steps, planned.outputs)
        assert len(found) == (2 if refuses else 1)
