"""Scalar code whose terms are copies of each other, rolled up: the same function, on arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import clearprop as cp
from clearprop.derive import PASSES
from clearprop.graph import Graph, check, role_of
from clearprop.rewrite import rolled, simplify

RNG = np.random.default_rng(5)
POINTS = RNG.normal(size=(60, 2)).tolist()


def roll(graph: Graph) -> Graph:
    return check(rolled(check(graph), PASSES.builder))


def same(found: Any, expected: Any) -> None:
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def network(w: Any) -> Any:
    """A network in scalar code: 2-5-4-1 units, one operation at a time."""
    total = 0.0
    for point in POINTS:
        rest, x = iter(w), point
        for width in (5, 4, 1):
            units = []
            for _ in range(width):
                weights = [next(rest) for _ in x]
                units.append(
                    np.tanh(sum((a * b for a, b in zip(weights, x, strict=True)), next(rest)))
                )
            x = units
        total = total + (x[0] - point[0]) ** 2
    return total / len(POINTS) + 1e-3 * sum(v * v for v in w)


def elements(w: np.ndarray) -> list[Any]:
    return [w[i] for i in range(w.size)]


def blocks(w: np.ndarray) -> Any:
    """Elements of a matrix in several orders: forwards, backwards, by columns, with gaps."""
    rows, columns = w.shape
    total = sum(np.sin(w[i, j] * (i + 2 * j)) for i in range(rows) for j in range(columns))
    total += sum(w[i, j] ** 2 * w[i, 0] for j in range(columns) for i in range(rows))
    total += sum(np.exp(w[i, j]) * w[0, 0] for i in range(rows - 1, -1, -1) for j in range(3))
    return total + sum(w[i, 2 * j] * w[j, i] for i in range(columns) for j in range(columns // 2))


def nested(w: np.ndarray) -> Any:
    """A sum of powers of sums of products, of three indices."""
    total = 0.0
    for i in range(6):
        for j in range(5):
            inner = sum(w[i + k] * w[j * 2 + k] * np.cos(w[k] * i) for k in range(7))
            total = total + np.sqrt(1.0 + inner**2)
    return total


def uneven(w: np.ndarray) -> Any:
    """Two kinds of terms, a few of another, and one value that is needed once more."""
    total, kept = w[0] * 3.0, []
    for i in range(120):
        kept.append(np.sin(w[i % 8] + i))
        total = total + (kept[-1] if i % 2 else np.cos(w[i % 8]) * i)
    return total * kept[3] + w[1]


def branching(w: np.ndarray) -> Any:
    return sum(w[i] * x if i % 3 else np.maximum(w[i], x) for i in range(8) for x in range(20))


def stacked(w: np.ndarray) -> Any:
    """Arrays that are put together from numbers, and from rows."""
    rows = [np.stack([np.sin(w[i] * k) / (1 + w[k] ** 2) for k in range(8)]) for i in range(8)]
    return np.concatenate([np.stack(rows, axis=1) * i for i in range(1, 6)], axis=1)


def written(w: np.ndarray) -> Any:
    """Arrays that are written into: number by number, by columns, with gaps."""
    line, table, gaps = cp.numpy.zeros(40), cp.numpy.ones((8, 8)), cp.numpy.ones(90)
    for i in range(40):
        line[i] = np.sin(w[i % 8] * i)
    for i in range(8):
        table[:, i] = w * i + line[i]
    for i in range(30):
        gaps[3 * i + 1] = line[i] * w[i % 8]
        gaps[3 * i] = np.cos(line[i])
    return (table @ w) @ w + np.sum(gaps**2) + np.sum(np.sin(line))


def overwritten(w: np.ndarray) -> Any:
    """Arrays that are written into twice, and read in between."""
    line, sums = cp.numpy.zeros(90), cp.numpy.zeros(40)
    for i in range(40):
        line[(7 * i) % 60] = np.sin(w[i % 8] * i)
        line[i // 2] = w[0] * i
    for i in range(1, 40):
        sums[i] = sums[i - 1] * 0.5 + line[i]
    return np.sum(line**2) + sums @ sums


CASES: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "network": (lambda w: network(elements(w)), RNG.normal(size=44)),
    "network of numbers": (network, RNG.normal(size=44).tolist()),
    "blocks": (blocks, RNG.normal(size=(9, 8))),
    "nested": (nested, RNG.normal(size=20)),
    "uneven": (uneven, RNG.normal(size=8)),
    "branching": (branching, RNG.normal(size=8)),
    "written": (written, RNG.normal(size=8)),
    "overwritten": (overwritten, RNG.normal(size=8)),
    "stacked": (stacked, RNG.normal(size=8)),
    "single precision": (
        lambda w: sum(np.sin(w[i] * np.float32(k)) for i in range(9) for k in range(40)),
        RNG.normal(size=9).astype(np.float32),
    ),
    "integers": (
        lambda w: sum((w[i] * k) // 3 for i in range(9) for k in range(40)),
        np.arange(9),
    ),
    "arrays": (
        lambda w: sum(np.sin(w * k) @ w for k in range(120)),
        RNG.normal(size=5),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_values_stay(name: str) -> None:
    f, at = CASES[name]
    graph = cp.trace(f)(at)
    found = roll(graph)
    assert name == "overwritten" or len(found.nodes) < len(graph.nodes) / 4
    assert [x.type for x in found.outputs] == [x.type for x in graph.outputs]
    leaves = at if isinstance(at, list) else [at]
    tolerance = 1e-4 if name == "single precision" else 1e-12
    for ours, theirs in zip(cp.run(found, *leaves), cp.run(graph, *leaves), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=tolerance)


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("integers", "stacked")])
def test_derivatives_of_compiled_functions_stay(name: str) -> None:
    f, at = CASES[name]
    value, slopes = cp.compile(cp.value_and_grad(f))(at)
    right, expected = cp.value_and_grad(f)(at)
    tolerance = 2e-4 if name == "single precision" else 1e-11
    np.testing.assert_allclose(value, right, rtol=tolerance)
    np.testing.assert_allclose(slopes, expected, rtol=tolerance, atol=tolerance)
    assert type(value) is type(right)
    if isinstance(at, list):
        assert [type(x) for x in slopes] == [type(x) for x in expected]


def test_second_derivatives_stay() -> None:
    f, at = CASES["nested"]
    np.testing.assert_allclose(cp.compile(cp.hessian(f))(at), cp.hessian(f)(at), atol=1e-11)
    found = cp.compile(cp.grad(lambda w: (cp.grad(f)(w) ** 2).sum()))(at)
    np.testing.assert_allclose(found, 2 * cp.hessian(f)(at) @ cp.grad(f)(at), rtol=1e-9)


def test_jacobians_of_stacked_numbers_stay() -> None:
    f, at = CASES["stacked"]
    for mode in ("forward", "reverse"):
        found = cp.compile(cp.jacobian(f, mode=mode))(at)
        np.testing.assert_allclose(found, cp.jacobian(f)(at), atol=1e-14)


def test_a_network_becomes_products_of_matrices() -> None:
    f, at = CASES["network"]
    graph = simplify(roll(cp.trace(f)(at)))
    assert len(graph.nodes) < 60
    assert not [node for node in graph.nodes if node.primitive.name == "gather"]


def chain(x: Any) -> Any:
    """Operations one after the other."""
    for i in range(400):
        x = np.sin(x) + x / i if i % 2 else x * 0.5 - 0.5
    return x


def test_code_without_copies_stays_as_it_is() -> None:
    graph = cp.trace(chain)(0.3)
    assert rolled(graph, PASSES.builder) is graph


def test_a_derivative_without_copies_keeps_its_origins() -> None:
    graph = PASSES.reverse(cp.trace(chain)(0.3))
    origins = [node.provenance for node in graph.nodes]
    assert rolled(graph, PASSES.builder) is graph
    assert all(node.provenance is x for node, x in zip(graph.nodes, origins, strict=True))
    assert {role_of(node) for node in graph.nodes} >= {"partial", "adjoint"}


def test_small_sums_stay_as_they_are() -> None:
    graph = cp.trace(lambda x: sum(np.sin(x * k) for k in range(50)))(0.3)
    assert rolled(graph, PASSES.builder) is graph


def test_truth_values_and_equal_terms() -> None:
    def f(w: np.ndarray) -> Any:
        flags = sum(w[i] > 0 for i in range(8))
        twice = sum(w[0] * w[1] for _ in range(200))
        return twice * flags + sum(np.sin(w[i] * k) for i in range(8) for k in range(40))

    at = RNG.normal(size=8)
    graph = cp.trace(f)(at)
    same(cp.run(roll(graph), at), cp.run(graph, at))


def test_guards_stay() -> None:
    def f(w: np.ndarray) -> Any:
        total = 0.0
        for k in range(100):
            value = np.sin(w[0] * k) * w[1]
            total = total + (value if w[2] > 0 else -value)
        return total

    compiled = cp.compile(cp.grad(f))
    for sign in (1.0, -1.0, 2.0):
        at = np.array([0.3, 0.7, sign])
        np.testing.assert_allclose(compiled(at), cp.grad(f)(at), rtol=1e-12)


def test_bad_numbers_stay_where_they_are() -> None:
    def f(w: np.ndarray, x: list[float]) -> Any:
        return sum(np.maximum(w[0] * v, 0.0) * w[1] for v in x for _ in range(20))

    w = np.array([1.0, 2.0])
    for bad in (np.nan, np.inf, -np.inf):
        x = [1.0, -2.0, bad, 3.0, 0.0] * 4
        ours = cp.compile(cp.grad(lambda w, x=x: f(w, x)))(w)
        np.testing.assert_array_equal(ours, cp.grad(lambda w, x=x: f(w, x))(w))


def test_auxiliary_results_and_several_arguments() -> None:
    def f(w: np.ndarray, b: float) -> Any:
        scores = [np.tanh(w[0] * x + w[1] * y + b) for x, y in POINTS]
        return sum(s * s for s in scores) * 0.5, {"first": scores[0], "name": "tanh", "w": w}

    w, b = np.array([0.3, -0.2]), 0.1
    transform = lambda: cp.value_and_grad(f, argnums=(0, 1), has_aux=True)  # noqa: E731
    (value, aux), (dw, db) = cp.compile(transform())(w, b)
    (right, wanted), (dw_, db_) = transform()(w, b)
    same([value, dw, db, aux["first"], aux["w"]], [right, dw_, db_, wanted["first"], wanted["w"]])
    assert aux["name"] == "tanh"
    assert type(db) is type(db_) is float


def test_a_derivative_in_the_middle() -> None:
    def step(w: np.ndarray) -> Any:
        slope = cp.grad(CASES["network"][0])(w)
        return w - 0.1 * slope * np.sin(w)

    at = CASES["network"][1]
    np.testing.assert_allclose(cp.compile(step)(at), step(at), rtol=1e-11)
    captured = cp.compile(lambda w, s: cp.grad(lambda v: network(elements(v * s)))(w))
    expected = cp.grad(lambda v: network(elements(v * 2.0)))(at)
    np.testing.assert_allclose(captured(at, 2.0), expected, rtol=1e-11)
