"""What is done in which order, and where it lies meanwhile: nothing is read before it is there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.execute.native.fusing import Planned
from clearprop.execute.native.machine import machine
from clearprop.execute.native.singles import Argument, Batch, Kept, Straight
from clearprop.execute.native.straight.homes import HOME
from clearprop.execute.native.straight.order import (
    MOST_IN_A_BATCH,
    MOST_IN_A_FUNCTION,
    is_number,
)
from clearprop.execute.native.straight.recipes import Recipe, Recipes
from clearprop.execute.native.straight.trees import LARGEST, by_trees
from clearprop.graph import Node, Value
from clearprop.rewrite import simplify
from tests.native.straight.programs import scalars


def planned(seed: int, window: int) -> Straight:
    """The one step of a random program's gradient that holds single numbers."""
    graph = simplify(cp.trace(cp.grad(scalars(seed, 500, window)))(np.linspace(-0.9, 1.4, 8)))
    steps = Planned(graph, graph.outputs, machine()).steps
    (step,) = [step for step in steps if isinstance(step, Straight)]
    return step


@pytest.mark.parametrize("window", [12, 40, 400])
@pytest.mark.parametrize("seed", range(4))
def test_all_is_done_once_and_in_order(seed: int, window: int) -> None:
    step = planned(seed, window)
    done: set[Value] = set(step.sources)
    made: list[Node] = []

    def there(value: Value) -> bool:
        return value in done or is_number(value)

    for part in step.parts:
        if isinstance(part, Batch):
            assert 1 < len(part.nodes) <= MOST_IN_A_BATCH
            assert all(there(x) for node in part.nodes for x in node.operands)
            made += part.nodes
            done.update(part.nodes)
            continue
        assert len(part) <= MOST_IN_A_FUNCTION + MOST_IN_A_BATCH
        for entry in part:
            if isinstance(entry, Node):
                assert all(map(there, entry.operands))
                made.append(entry)
                done.add(entry)
            elif isinstance(entry, Argument | Kept):
                assert there(entry.value)
    assert len(made) == len(set(made)) == len(step.nodes)
    assert set(made) == set(step.nodes)


@pytest.mark.parametrize("window", [12, 40, 400])
def test_nothing_is_overwritten_that_is_read_later(window: int) -> None:
    """The memory, played through: every read finds the value that it is for."""
    step = planned(9, window)
    memory: dict[int, Any] = {}

    def write(place: int, size: int, value: Any) -> None:
        assert 0 <= place <= step.scratch_bytes - size
        for at in range(place, place + size):
            memory[at] = value

    def reads(place: int, size: int, value: Any) -> None:
        assert all(memory.get(at) is value for at in range(place, place + size))

    for part in step.parts:
        if isinstance(part, Batch):
            size = part.dtype.itemsize
            for i, node in enumerate(part.nodes):
                for k, x in enumerate(node.operands):
                    reads(part.arguments + (k * len(part.nodes) + i) * size, size, x)
            for node in part.nodes:
                write(step.homes[node], size, node)
            continue
        local: set[Value] = set()
        for entry in part:
            values = entry.operands if isinstance(entry, Node) else ()
            if isinstance(entry, Argument | Kept):
                dropped = isinstance(entry, Argument) and entry.batch.alone
                values = () if dropped else (entry.value,)
            for value in values:
                if value in step.homes and value not in local:
                    reads(step.homes[value], value.type.dtype.itemsize, value)
            if isinstance(entry, Node):
                local.add(entry)
                if entry in step.homes:
                    write(step.homes[entry], HOME, entry)
            elif isinstance(entry, Argument) and not entry.batch.alone:
                write(entry.at, entry.batch.dtype.itemsize, entry.value)


def test_expressions_stand_together() -> None:
    """Terms of a sum that become known early wait for it."""

    def f(x: Any) -> Any:
        terms = [x * i for i in range(2, 6)]
        other = np.sin(x) - x
        return terms[0] + terms[1] + (terms[2] - terms[3]), other, other * x

    graph = cp.trace(f)(np.float64(0.5))
    recipes = {node: Recipe(node) for node in graph.nodes}
    uses: dict[Value, int] = {}
    for node in graph.nodes:
        for x in node.operands:
            uses[x] = uses.get(x, 0) + 1
    found = list(by_trees(graph.nodes, uses, recipes, graph.outputs))
    assert sorted(map(id, found)) == sorted(map(id, graph.nodes))
    places = {node: at for at, node in enumerate(found)}
    others = {*graph.outputs[1:], *(x for x in graph.nodes if x.primitive.name == "sin")}
    expression = sorted(places[node] for node in graph.nodes if node not in others)
    assert np.ptp(expression) == 6  # four products, three sums, and nothing between
    for at, node in enumerate(found):
        assert all(x in found[:at] for x in node.operands if isinstance(x, Node))


def test_long_sums_do_not_wait_as_a_whole() -> None:
    def f(x: Any) -> Any:
        total = x * 2.0
        for i in range(50):
            total = total + x * float(i + 3)
        return total

    graph = cp.trace(f)(np.float64(0.5))
    recipes = {node: Recipe(node) for node in graph.nodes}
    uses: dict[Value, int] = dict.fromkeys(graph.nodes, 1)
    found = list(by_trees(graph.nodes, uses, recipes, graph.outputs))
    places = {node: at for at, node in enumerate(found)}
    moved = [abs(places[node] - at) for at, node in enumerate(graph.nodes)]
    assert max(moved) <= LARGEST


def test_one_recipe_for_all_that_are_alike() -> None:
    def f(x: Any, y: Any) -> Any:
        return [x * float(i) + y for i in range(2, 9)] + [x**2.5, x**3.5]

    graph = cp.trace(f)(np.float64(0.5), np.float64(2.0))
    recipes = Recipes()
    kinds: dict[str, set[Recipe]] = {}
    for node in graph.nodes:
        kinds.setdefault(node.primitive.name, set()).add(recipes.of(node))
    assert {name: len(found) for name, found in kinds.items()} == {
        "multiply": 1,
        "add": 1,
        "power": 2,
    }
