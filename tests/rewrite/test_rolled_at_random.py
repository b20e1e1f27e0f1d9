"""Random scalar code with loops in loops: rolled up, it is the same function."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pytest

import clearprop as cp
from clearprop.derive import PASSES
from clearprop.graph import check
from clearprop.rewrite import rolled

Expression = tuple[Any, ...]

FUNCTIONS: Final = {
    "sin": np.sin,
    "tanh": np.tanh,
    "square": lambda x: x * x,
    "ramp": lambda x: np.maximum(x, 0.1),
    "branch": lambda x: np.where(x > 0.2, x * x, -x),
}


class Program:
    """A sum of expressions of its own index, of sums in it, of an array's elements, and of data."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.size = self.draw.choice([5, 12, 30])
        self.data = [self.draw.uniform(-1, 1) for _ in range(400)]
        self.body = self.sum(2, 0)

    def sum(self, nested: int, indices: int) -> Expression:
        count = self.draw.choice([4, 8, 9, 13, 20])
        backwards = self.draw.random() < 0.3
        return "sum", range(count)[:: -1 if backwards else 1], self.term(3, nested, indices + 1)

    def term(self, depth: int, nested: int, indices: int) -> Expression:
        kind = self.draw.random()
        if depth == 0 or kind < 0.15:
            factors = [self.draw.choice([0, 1, 1, 2, 3, -1]) for _ in range(indices)]
            return self.draw.choice(["array", "array", "data"]), factors, self.draw.randrange(8)
        if nested and kind < 0.45:
            return self.sum(nested - 1, indices)
        first = self.term(depth - 1, nested, indices)
        if kind < 0.7:
            return self.draw.choice("+-*"), first, self.term(depth - 1, 0, indices)
        return self.draw.choice(sorted(FUNCTIONS)), first

    def __call__(self, w: Any) -> Any:
        return self.value(self.body, w, ())

    def value(self, term: Expression, w: Any, at: Sequence[int]) -> Any:
        kind, first, *rest = term
        match kind:
            case "sum":
                total = 0.0
                for i in first:
                    total = total + self.value(rest[0], w, (*at, i))
                return total
            case "array" | "data":
                place = sum(a * b for a, b in zip(first, at, strict=True)) + rest[0]
                return w[place % self.size] if kind == "array" else self.data[place % 400]
            case "+":
                return self.value(first, w, at) + self.value(rest[0], w, at)
            case "-":
                return self.value(first, w, at) - self.value(rest[0], w, at)
            case "*":
                return self.value(first, w, at) * self.value(rest[0], w, at)
        return FUNCTIONS[kind](self.value(first, w, at))


def programs(count: int) -> list[int]:
    """The seeds of programs of a fitting size, all of which have copies to be rolled up."""
    found: list[int] = []
    seed = 0
    while len(found) < count:
        program = Program(seed)
        w = np.random.default_rng(seed).normal(size=program.size)
        value = cp.trace(lambda w, f=program: f(w) + w[0])(w)
        if 300 <= len(value.nodes) <= 3000 and rolled(value, PASSES.builder) is not value:
            found.append(seed)
        seed += 1
    return found


@pytest.mark.parametrize("kind", ["array", "numbers"])
def test_random_loops(kind: str) -> None:
    for seed in programs(5):
        program = Program(seed)
        at: Any = np.random.default_rng(seed).normal(size=program.size)
        if kind == "numbers":
            at = at.tolist()
        graph = cp.trace(program)(at)
        leaves = at if kind == "numbers" else [at]
        found = check(rolled(graph, PASSES.builder))
        np.testing.assert_allclose(cp.run(found, *leaves), cp.run(graph, *leaves), rtol=1e-11)
        value, slopes = cp.compile(cp.value_and_grad(program))(at)
        right, expected = cp.value_and_grad(program)(at)
        np.testing.assert_allclose(value, right, rtol=1e-10)
        largest = np.abs(expected).max() + 1.0
        np.testing.assert_allclose(slopes, expected, rtol=1e-9, atol=1e-11 * largest)
