"""Many operations on single numbers agree with the reference, however they are cut and ordered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute.native.cache import ObjectCache
from clearprop.execute.native.machine import levels, machine
from clearprop.execute.native.program import Program
from clearprop.execute.native.singles import Batch, Straight
from clearprop.rewrite import simplify
from tests.native.straight.programs import scalars

X = np.linspace(-0.9, 1.4, 8)


def agree(f: Any, *given: Any, level: Any = None, rtol: float = 1e-9) -> Program:
    """The function's graph by native code and by the reference; the program."""
    graph = simplify(cp.trace(f)(*given))
    program = Program(graph, machine(level))
    found, watched = program.run(given)
    expected = cp.run(graph, *given, check_guards=False)
    expected = expected if isinstance(expected, (list, tuple)) else [expected]
    for mine, wanted in zip(found, expected, strict=True):
        assert mine.dtype == np.asarray(wanted).dtype
        np.testing.assert_allclose(mine, wanted, rtol=rtol, atol=rtol)
    assert len(watched) == len(graph.guards)
    return program


def steps(program: Program) -> list[Straight]:
    """The program's stretches of single numbers."""
    return [step for step in program.steps if isinstance(step, Straight)]


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("seed", range(3))
def test_mixed_kinds(seed: int, level: Any) -> None:
    program = agree(scalars(seed, 700), X, level=level)
    (step,) = steps(program)
    assert any(isinstance(part, Batch) for part in step.parts)
    assert sum(isinstance(part, list) for part in step.parts) > 2


@pytest.mark.parametrize("window", [10, 400])
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_derivatives(mode: str, window: int) -> None:
    f = scalars(11, 600, window)
    derived = cp.grad(f) if mode == "reverse" else lambda x: cp.jvp(f, (x,), (x * 0.5,))
    assert steps(agree(derived, X, rtol=1e-7))


@pytest.mark.parametrize("dtype", ["float32", "int32", "uint8", "bool"])
def test_other_dtypes(dtype: str) -> None:
    def f(x: Any) -> Any:
        a, b, c = x[0], x[1], x[2]
        for _ in range(120):
            a, b, c = (b | c, c ^ a, a & b) if dtype != "float32" else (b + c, np.sin(a), a * b)
            c = np.where(a == b, a, c)
        return a, b, c

    given = np.array([1, 0, 1], dtype) if dtype != "float32" else X[:3].astype(dtype)
    assert steps(agree(f, given, rtol=2e-4 if dtype == "float32" else 0))


def test_a_chain_of_calls() -> None:
    """Nothing can be done together; each call stands alone."""

    def f(x: Any) -> Any:
        for i in range(600):
            x = np.sin(x) + i * 0.001
        return x

    (step,) = steps(agree(f, np.float64(0.3)))
    assert not any(isinstance(part, Batch) for part in step.parts)


def test_functions_of_two_numbers_at_once() -> None:
    def f(x: Any) -> Any:
        values = [x[i % 8] * (1 + i / 100) for i in range(150)]
        return sum(np.arctan2(a, b + 2) for a, b in zip(values, values[7:], strict=False))

    (step,) = steps(agree(f, X))
    widths = [part.width for part in step.parts if isinstance(part, Batch)]
    assert widths
    assert set(widths) == {2}


def test_outputs_of_every_origin() -> None:
    """Inputs, constants, results of batches, the same value twice."""

    def f(x: Any, y: Any) -> Any:
        total, sines = y, []
        for i in range(150):
            sines.append(np.sin(total + i))
            total = total * 0.9 + x[i % 8]
        late = sum(sines)
        return y, 2.5, sines[3], sines[3], late, x, total, x[2]

    assert steps(agree(f, X, 0.25))


def test_guards_and_constants() -> None:
    def f(x: Any) -> Any:
        for i in range(200):
            x = x * (1.0 + 1.0 / (i + 1)) - np.float64(i) * 0.01
        return x if x > 0 else -x

    assert steps(agree(f, np.float64(0.3)))


def test_among_arrays() -> None:
    """Numbers from arrays and into arrays, before, between and after."""

    def f(x: Any) -> Any:
        y = np.exp(x * 0.1)
        a = b = y[0]
        for i in range(200):
            a, b = np.cos(a) * y[i % 8] + b, a - b * 0.5
        z = np.stack([a, b, a * b]) * 2
        c = z.sum()
        for i in range(200):
            c = np.sin(c) + z[i % 3]
        return c * x, z

    assert len(steps(agree(f, X))) == 2
    assert steps(agree(cp.grad(lambda x: f(x)[0].sum()), X, rtol=1e-7))


def test_in_the_body_of_a_loop() -> None:
    def trip(state: Any, x: Any) -> Any:
        a, b = state
        for _ in range(100):
            a, b = np.sin(a + x) * 0.5, b * 0.9 + a
        return (a, b), a * b

    def f(x: Any) -> Any:
        return cp.scan(trip, (0.1, 0.2), x)

    compiled = cp.compile(f)
    (a, b), ys = compiled(X)
    (c, d), zs = f(X)
    np.testing.assert_allclose([a, b, *ys], [c, d, *zs], rtol=1e-9)


def test_the_cache_changes_no_bit(tmp_path: Path) -> None:
    graph = simplify(cp.trace(cp.grad(scalars(5, 800)))(X))
    cold = Program(graph, cache=ObjectCache(tmp_path))
    warm = Program(graph, cache=ObjectCache(tmp_path))
    assert (cold.was_cached, warm.was_cached) == (False, True)
    (mine,), (other,) = cold.run([X])[0], warm.run([X])[0]
    assert mine.tobytes() == other.tobytes()


def test_half_a_cache(tmp_path: Path) -> None:
    """Where one of the two objects is gone, both are made again."""
    graph = simplify(cp.trace(scalars(5, 800))(X))
    expected = Program(graph, cache=ObjectCache(tmp_path)).run([X])[0]
    next(path for path in tmp_path.iterdir()).unlink()
    again = Program(graph, cache=ObjectCache(tmp_path))
    assert not again.was_cached
    assert again.run([X])[0] == expected


def test_texts() -> None:
    """The source in every form holds the stretches."""
    f = cp.compile(scalars(2, 500))
    f(X)
    assert "numbers" in str(f.explain_plan())
    assert f.source("llvm").count("define void @step_") > 1
    assert "step_" in f.source("asm")
    assert "double" in f.source("c")
