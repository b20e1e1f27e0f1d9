"""Every primitive that takes complex numbers in the place of real ones, held to its rules there.

A new file needs no new test: whether it takes them is what its type rule says.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from clearprop.derive import batch, forward, reverse
from clearprop.errors import ClearpropError
from clearprop.execute.reference import run
from clearprop.graph import Graph, parse, type_of
from clearprop.primitives import CATALOGUE, Elementwise, Primitive
from clearprop.primitives.samples import Sample
from tests.primitives.calls import (
    SAMPLES,
    Call,
    assert_fits,
    call,
    difference,
    inner,
    legal,
    second_orders,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")


def taken() -> Iterator[tuple[str, tuple[Primitive, Sample]]]:
    """The samples that stay legal when their reals become complex numbers."""
    for name, (primitive, sample) in SAMPLES.items():
        kinds = {"real": "complex128", "complex": "complex128", "integer": "int64"}
        types = tuple(type_of(draw.shape, kinds.get(draw.kind, "bool")) for draw in sample.operands)
        if not any(draw.kind == "real" for draw in sample.operands):
            continue
        try:
            primitive.result(types, tuple(sample.params.items()))
        except ClearpropError:
            continue
        yield name, (primitive, sample)


TAKEN = dict(taken())

each_taken = pytest.mark.parametrize(("primitive", "sample"), TAKEN.values(), ids=TAKEN)


def made_of(primitive: Primitive, sample: Sample, dtype: str = "complex128") -> Call:
    """A call at complex operands, whose real parts are those of the sample."""
    generator = np.random.default_rng(zlib.crc32(f"{primitive.name} {sample}".encode()))
    values: list[Any] = []
    for draw in sample.operands:
        value = draw.draw(generator)
        if draw.kind == "real":
            value = np.asarray(value + 1j * generator.uniform(0.2, 0.8, draw.shape), dtype)
        values.append(value)
    return call(primitive, values, sample.params)


def test_what_takes_them() -> None:
    """A primitive that stops taking complex numbers, or starts to, is seen here."""
    names = {name.rsplit("-", 1)[0] for name in TAKEN}
    assert {"add", "divide", "power", "log", "where", "sum", "prod", "cumprod", "dot"} <= names
    assert {"reshape", "pad", "gather", "scatter_add", "assign", "concatenate"} <= names
    assert not {"absolute", "maximum", "less", "max", "sort", "argmax", "cummax", "sign"} & names
    assert not {"arctan2", "hypot", "floor", "logaddexp", "eigh", "solve", "real"} & names


@each_taken
def test_forward_against_differences(primitive: Primitive, sample: Sample) -> None:
    """Along a random complex direction."""
    made = made_of(primitive, sample)
    if not made.smooth:
        return
    direction = made.direction(made.moving)
    tangents = run(legal(forward(made.graph)), *made.values, *direction)
    graph = Graph(made.graph.inputs, made.graph.nodes, made.slopes)
    expected = difference(lambda t: run(graph, *made.moved(direction, t)))
    if primitive.name == "stop_gradient":
        expected = [np.zeros_like(row) for row in expected]
    rough = 1e-3 if made.slopes[0].type.dtype == "complex64" else 1e-8  # a cast
    for mine, other in zip(tangents, expected, strict=True):
        assert_allclose(mine, other, rtol=rough, atol=rough)


@each_taken
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_reverse_against_forward(primitive: Primitive, sample: Sample, dtype: str) -> None:
    """Re(Σ ct · J t) = Re(Σ Jᵀ ct · t), in the operand's precision."""
    made = made_of(primitive, sample, dtype)
    if not made.smooth:
        return
    direction, cotangent = made.direction(made.moving), made.direction(made.slopes)
    tangent = run(forward(made.graph), *made.values, *direction)
    adjoints = run(legal(reverse(made.graph)), *made.values, *cotangent)
    for adjoint, x in zip(adjoints, made.moving, strict=True):
        assert_fits(adjoint, x.type)
    size = 1 + sum(float(np.abs(t * a).sum()) for t, a in zip(direction, adjoints, strict=True))
    single = any(x.type.dtype == "complex64" for x in (*made.moving, *made.slopes))
    rough = size * (2e-5 if single else 1e-11)
    assert_allclose(inner(adjoints, direction), inner(cotangent, tangent), rtol=0, atol=rough)


@each_taken
def test_second_order(primitive: Primitive, sample: Sample) -> None:
    """All three ways to differentiate twice, against differences of the first and each other."""
    made = made_of(primitive, sample)
    if not made.smooth:
        return
    twice = second_orders(made.graph)
    cotangent = made.direction(made.slopes)
    direction, weights = made.direction(made.moving), made.direction(made.moving)

    first = reverse(made.graph)
    mixed = run(legal(twice["forward over reverse"]), *made.values, *cotangent, *direction)
    expected = difference(lambda t: run(first, *made.moved(direction, t), *cotangent))
    for mine, other in zip(mixed, expected, strict=True):
        assert_allclose(mine, other, rtol=1e-7, atol=1e-7)

    back = run(legal(twice["reverse over reverse"]), *made.values, *cotangent, *weights)
    assert_allclose(inner(back, direction), inner(mixed, weights), rtol=1e-10, atol=1e-10)
    across = run(legal(twice["reverse over forward"]), *made.values, *weights, *cotangent)
    for mine, other in zip(across, back, strict=True):
        assert_allclose(mine, other, rtol=1e-10, atol=1e-10)


@each_taken
def test_single_precision_stays_single(primitive: Primitive, sample: Sample) -> None:
    made = made_of(primitive, sample, "complex64")
    if not made.smooth or "dtype" in sample.params:
        return
    graphs = {"forward": forward(made.graph), "reverse": reverse(made.graph)}
    for graph in (graphs | second_orders(made.graph)).values():
        for node in legal(graph).nodes:
            assert node.type.dtype.name not in ("float64", "complex128"), node


@each_taken
def test_a_batch_of_derivatives(primitive: Primitive, sample: Sample) -> None:
    """All operands and cotangents in a batch of two, of which the second is the first once more."""
    made = made_of(primitive, sample)
    graph = reverse(made.graph) if made.smooth else made.graph
    values = [*made.values, *(made.direction(made.slopes) if made.smooth else [])]
    several, _ = batch(graph, [True] * len(values), 2, always=True)
    found = run(legal(several), *[np.stack([value, value]) for value in values])
    for rows, single in zip(found, run(graph, *values), strict=True):
        assert_allclose(rows, np.stack([single, single]), rtol=1e-11, atol=1e-11)


@each_taken
def test_texts_read_back(primitive: Primitive, sample: Sample) -> None:
    made = made_of(primitive, sample)
    for graph in (made.graph, *([reverse(made.graph)] if made.smooth else [])):
        assert parse(str(graph), CATALOGUE) == graph


# Branch cuts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [-3.0, -0.4, 0.4, 3.0])
@pytest.mark.parametrize("side", [1e-3j, -1e-3j, 2j, -2j])
@pytest.mark.parametrize(
    "name", [n for n, p in CATALOGUE.items() if isinstance(p, Elementwise) and "c" in p.accepts]
)
def test_slopes_on_all_sheets(name: str, place: float, side: complex) -> None:
    """Close to the cuts on both sides the slope is that of the principal branch."""
    primitive = CATALOGUE[name]
    assert isinstance(primitive, Elementwise)
    if primitive.gives != "same" or len(primitive.domain) != 1 or name == "power":
        return
    z = np.asarray(place + side)
    made = call(primitive, [z], {})
    (slope,) = run(forward(made.graph), z, np.asarray(1 + 0j))
    (expected,) = difference(lambda t: run(made.graph, z + t), 1e-4)
    assert_allclose(slope, expected, rtol=1e-6, atol=1e-8)
