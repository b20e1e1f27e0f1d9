"""What is taken out of an array piece by piece comes back in one piece."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.graph import check
from clearprop.rewrite import simplify

RNG = np.random.default_rng(0)
X, M = RNG.normal(size=12), RNG.normal(size=(4, 5))

TOGETHER: dict[str, tuple[Any, Any]] = {
    "elements": (lambda x: x[0] * x[1] + np.sin(x[2] * x[11]) * x[0], X),
    "one of them twice": (lambda x: np.exp(x[3]) * np.sin(x[3]) + x[4] ** 2, X),
    "all of them": (lambda x: sum(np.sin(x[i] * i) * x[(5 * i) % 12] for i in range(12)), X),
    "slices": (lambda x: np.sum(np.sin(x[:4])) + np.sum(x[6:] ** 2), X),
    "columns": (lambda x: np.sum(x[:, 0] * np.sin(x[:, 3])) + np.sum(x[:, 2] ** 2), M),
    "rows": (lambda x: x[0] @ np.sin(x[2]) + np.sum(x[3] ** 3), M),
    "elements of a matrix": (lambda x: x[0, 1] * x[3, 4] + np.sin(x[2, 2] * x[0, 1]), M),
    "rows and elements": (lambda x: np.sum(np.sin(x[1])) * x[3, 1] * x[0, 0], M),
    "beside the whole": (lambda x: np.sum(np.sin(x)) * x[1] * x[5], X),
}

APART: dict[str, tuple[Any, Any]] = {
    "parts that overlap": (lambda x: np.sum(np.sin(x[:-1]) * x[1:]), X),
    "every other one": (lambda x: np.sum(np.sin(x[::2])) * np.sum(x[1::2] ** 2), X),
    "a column and a row": (lambda x: np.sum(np.sin(x[:, 1])) * np.sum(x[2] ** 2), M),
}


@pytest.mark.parametrize("name", [*TOGETHER, *APART])
def test_derivatives_stay_what_they_are(name: str) -> None:
    f, x = (TOGETHER | APART)[name]
    for g in (cp.grad(f), cp.hessian(f), cp.grad(lambda x: np.sum(np.sin(cp.grad(f)(x))))):
        graph = cp.trace(g)(x)
        (found,) = cp.run(check(simplify(graph)), x)
        (right,) = cp.run(graph, x)
        np.testing.assert_allclose(found, right, rtol=1e-13, atol=1e-13)
        np.testing.assert_allclose(cp.compile(g)(x), right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", [*TOGETHER, *APART])
def test_parts_are_put_together_once(name: str) -> None:
    f, x = (TOGETHER | APART)[name]
    graph = simplify(cp.trace(cp.grad(f))(x))
    names = [node.primitive.name for node in graph.nodes]
    assert names.count("pad") <= (1 if name in TOGETHER else 2)
    assert names.count("concatenate") == (name in TOGETHER)
    assert simplify(graph) is graph


def test_there_are_no_more_additions_than_parts() -> None:
    """Not as many as parts times elements."""
    x = RNG.normal(size=200)
    graph = simplify(cp.trace(cp.grad(lambda x: sum(x[i] * x[-i] ** i for i in range(1, 60))))(x))
    assert all(not node.type.shape for node in graph.nodes if node.primitive.name == "add")
