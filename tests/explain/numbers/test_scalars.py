"""Graphs taken apart into scalars: the same numbers, the same derivatives, and names kept."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.derive import reverse
from clearprop.errors import ExplainError
from clearprop.execute import run
from clearprop.explain import function
from clearprop.explain.numbers.point import Point, point_of
from clearprop.explain.numbers.scalars import MOST_ELEMENTS, expand
from clearprop.graph import Graph, Input, Node, check, location_of, name_of, type_of
from clearprop.primitives import CATALOGUE
from tests.primitives.calls import call

SAMPLES = [
    pytest.param(name, number, id=f"{name}-{number}")
    for name, primitive in CATALOGUE.items()
    for number in range(len(primitive.samples))
]


def flat(arrays: list[Any]) -> list[Any]:
    return [element for array in arrays for element in np.ravel(array)]


def adjoints(graph: Graph, values: list[Any], seeds: list[Any]) -> Any:
    """The cotangents of all inputs, one after the other."""
    return np.array(flat(run(reverse(graph), *values, *seeds)))


def single(name: str, operands: list[Any], params: dict[str, Any]) -> Point:
    """One operation as a graph at a point."""
    inputs = [
        Input(f"x{i}", type_of(np.shape(x), np.asarray(x).dtype)) for i, x in enumerate(operands)
    ]
    packed = tuple(params.items())
    type_ = CATALOGUE[name].result(tuple(x.type for x in inputs), packed)
    node = Node(CATALOGUE[name], tuple(inputs), packed, type_)
    graph = Graph(inputs, [node], [node])
    values = dict(zip((*inputs, node), (*operands, *run(graph, *operands)), strict=True))
    return Point(name, graph, values)


WHOLE = (
    *("cholesky", "det", "eigh", "lu", "pinv", "qr", "slogdet", "solve", "sort", "svd"),
    *("top_k", "triangular_solve"),
)
"""Operations on whole arrays, which no scalar operations of the catalogue make up."""


@pytest.mark.parametrize("name", WHOLE)
def test_operations_on_whole_arrays_are_not_taken_apart(name: str) -> None:
    sample = CATALOGUE[name].samples[0]
    operands = [draw.draw(np.random.default_rng(0)) for draw in sample.operands]
    with pytest.raises(ExplainError, match="no scalar form"):
        expand(one_by_one_point(name, operands, sample.params))


def test_a_fourier_transform_is_not_taken_apart() -> None:
    with pytest.raises(ExplainError, match="fft has no scalar form"):
        expand(point_of(lambda x: np.fft.fft(x).real, [np.ones(3)]))


def one_by_one_point(name: str, operands: Sequence[Any], params: dict[str, Any]) -> Point:
    """The operation and its results."""
    made = call(CATALOGUE[name], operands, params)
    return point_of(made.graph, operands)


@pytest.mark.parametrize(
    ("name", "number"), [row for row in SAMPLES if row.values[0] not in (*WHOLE, "fft")]
)
def test_every_operation_expands_to_the_same_values_and_derivatives(name: str, number: int) -> None:
    sample = CATALOGUE[name].samples[number]
    generator = np.random.default_rng(number)
    operands = [draw.draw(generator) for draw in sample.operands]
    point = single(name, operands, sample.params)
    expanded = check(expand(point).graph)
    (value,) = run(point.graph, *operands)
    assert all(not x.type.shape for x in (*expanded.inputs, *expanded.nodes))
    found = run(expanded, *flat(operands))
    np.testing.assert_allclose(np.array(found, value.dtype), np.ravel(value), rtol=1e-14)
    if value.dtype.kind != "f" or not any(x.type.differentiable for x in expanded.inputs):
        return
    generator = np.random.default_rng(1)
    seed = generator.normal(size=value.shape)
    np.testing.assert_allclose(
        adjoints(expanded, flat(operands), list(np.ravel(seed))),
        adjoints(point.graph, operands, [seed]),
        rtol=1e-12,
        atol=1e-13,
    )


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("row", [[1.0, 1.0, 1.0], [0.0, 5.0, 0.0, 0.0, 5.0, 5.0], [2.0, 2.0, 1.0]])
def test_ties_share_as_they_do_among_arrays(name: str, row: list[float]) -> None:
    point = single(name, [np.array(row)], {"axes": (0,)})
    np.testing.assert_allclose(
        adjoints(expand(point).graph, row, [1.0]),
        adjoints(point.graph, [np.array(row)], [1.0]),
    )


def test_a_graph_of_scalars_stays_as_it_is() -> None:
    graph = cp.trace(lambda a, b: cnp.sin(a) * (b + 1) - 2 * a)(2.0, 1.0)
    assert expand(point_of(graph, [2.0, 1.0])).graph == graph


def layer(W: Any, x: Any) -> Any:
    z = W @ x
    h = z * z
    return h.sum()


def test_elements_are_named_after_their_array_and_keep_its_line() -> None:
    W, x = np.arange(6.0).reshape(2, 3), np.ones(3)
    graph = expand(point_of(layer, [W, x])).graph
    assert [value.name for value in graph.inputs][:4] == ["W[0,0]", "W[0,1]", "W[0,2]", "W[1,0]"]
    named = {name_of(node): node for node in graph.nodes if name_of(node)}
    assert list(named) == ["z[0]", "z[1]", "h[0]", "h[1]"]
    first = inspect.getsourcelines(layer)[1]
    lines = [getattr(location_of(node), "line", None) for node in graph.nodes]
    # Two dot products of three products and two sums each, two squares, one sum.
    assert lines == [first + 1] * 10 + [first + 2] * 2 + [first + 3]


def test_the_expansion_of_a_network_agrees_with_the_jacobian() -> None:
    generator = np.random.default_rng(0)
    W, x = generator.normal(size=(3, 4)), generator.normal(size=4)

    def f(W: Any, x: Any) -> Any:
        h = cnp.tanh(W @ x)
        return h * h[::-1]

    by_W, by_x = cp.jacobian(f, argnums=(0, 1))(W, x)
    for row in range(3):
        found = function(f, W, x, output=(0, row)).expand().gradient
        expected = np.concatenate([by_W[row].ravel(), by_x[row]])
        np.testing.assert_allclose(list(found.values()), expected, rtol=1e-12)


def test_indices_and_positions_are_those_of_the_point() -> None:
    def f(x: Any) -> Any:
        y = x.copy()
        y[np.array([0, 2])] += 1.0
        return (y * y)[cnp.argmax(x)]

    explanation = function(f, np.array([1.0, 5.0, 2.0])).expand()
    assert dict(explanation.gradient) == {"x[0]": 0.0, "x[1]": 10.0, "x[2]": 0.0}


def test_guards_stay() -> None:
    def f(x: Any) -> Any:
        return x[0] * 2 if x[1] > 0 else x[0]

    graph = expand(point_of(f, [np.array([1.0, 2.0])])).graph
    assert [(guard.kind, guard.outcome) for guard in graph.guards] == [("bool", True)]
    check(graph)
    with pytest.raises(cp.errors.GuardError):
        run(graph, 1.0, -2.0)


def test_large_arrays_are_refused_with_a_remedy() -> None:
    x = np.ones(MOST_ELEMENTS + 1)
    with pytest.raises(ExplainError, match=r"x has 2,001 elements.*\.element\(i, j\)"):
        function(lambda x: (x * x).sum(), x).expand()
    assert len(function(lambda x: (x * x).sum(), x[1:]).expand().nodes) == 3 * MOST_ELEMENTS - 1
