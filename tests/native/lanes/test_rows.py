"""Short rows of matrices: one per lane between the products, where they are summed or compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute.native.lanes import choice, laned
from clearprop.execute.native.machine import levels, machine
from clearprop.execute.native.program import Program
from clearprop.execute.native.steps import Loop
from clearprop.rewrite import simplify
from tests.native.test_bounds import fenced

RNG = np.random.default_rng(0)


def cross_entropy(w: Any, x: Any, y: Any) -> Any:
    z = x @ w
    z = z - z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y])


def normalized(w: Any, x: Any, y: Any) -> Any:
    z = np.tanh(x @ w)
    z = (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + 0.1)
    return np.sum((z @ w.T) ** 2)


def elementwise(w: Any, x: Any, y: Any) -> Any:
    return np.sum(np.tanh(np.tanh(x @ w) @ w.T))


def arguments(rows: int, columns: int, dtype: str = "float64") -> list[Any]:
    w, x = RNG.normal(size=(5, columns)), RNG.normal(size=(rows, 5))
    return [w.astype(dtype), x.astype(dtype), RNG.integers(0, columns, rows)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(16, 10), (21, 3), (33, 16), (100, 7)])
@pytest.mark.parametrize("f", [cross_entropy, normalized])
def test_values_and_derivatives(f: Any, shape: tuple[int, int], dtype: str) -> None:
    args = arguments(*shape, dtype)
    graph = simplify(cp.trace(cp.value_and_grad(f, argnums=(0, 1)))(*args))
    assert any(length == shape[0] for length in laned(graph).values())
    wanted = cp.run(graph, *args)
    for level in levels():
        found, _ = Program(graph, machine(level)).run(args)
        for mine, other in zip(found, wanted, strict=True):
            close = 1e-12 if dtype == "float64" else 1e-5
            np.testing.assert_allclose(mine, other, rtol=close, atol=close * np.max(np.abs(other)))


@pytest.mark.parametrize("at_end", [True, False])
def test_nothing_outside_is_touched(at_end: bool) -> None:
    args = arguments(21, 10)
    for level in levels():
        fenced(simplify(cp.trace(cp.grad(normalized))(*args)), args, at_end, level)


def test_a_softmax_and_its_derivative_are_one_loop() -> None:
    args = arguments(32, 10)
    program = Program(simplify(cp.trace(cp.value_and_grad(cross_entropy))(*args)))
    loops = [step for step in program.steps if isinstance(step, Loop)]
    of_rows = [step for step in loops if any(n.primitive.name == "exp" for n in step.nodes)]
    assert [step.domain for step in of_rows] == [(32,)]
    assert {n.primitive.name for n in of_rows[0].nodes} >= {"max", "exp", "sum", "log", "divide"}


@pytest.mark.parametrize(
    ("f", "rows", "columns"),
    [
        (elementwise, 32, 10),  # there is nothing to sum up
        (cross_entropy, choice.FEWEST_ROWS - 1, 10),
        (cross_entropy, 32, choice.SHORT + 1),
    ],
)
def test_others_are_no_lanes(f: Any, rows: int, columns: int) -> None:
    graph = simplify(cp.trace(cp.value_and_grad(f))(*arguments(rows, columns)))
    assert not laned(graph)
