"""Every primitive of the catalogue, held to the same questions; a new file needs no new test."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from clearprop.derive import forward, reverse
from clearprop.execute.reference import run
from clearprop.graph import Graph, parse
from clearprop.primitives import CATALOGUE, Discrete, Elementwise, Primitive
from clearprop.primitives.samples import Awkward, Sample
from tests.primitives.calls import (
    ELEMENTWISE,
    as_dtype,
    assert_fits,
    call,
    difference,
    drawn,
    each_dtype,
    each_elementwise,
    each_sample,
    inner,
    legal,
    partials_at,
    second_orders,
)

AWKWARD = {
    f"{name}{list(point.operands)}": (primitive, point)
    for name, primitive in ELEMENTWISE.items()
    for point in primitive.awkward
}
# Rounding in the derivative itself; the largest is that of products of a few numbers.
TOLERANCE = {"float32": 2e-5, "float64": 1e-11, "complex64": 2e-5, "complex128": 1e-11}

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")


# First order --------------------------------------------------------------------------------------


@each_sample
def test_forward_against_differences(primitive: Primitive, sample: Sample) -> None:
    """Along a random direction; by the complex step where the value is analytic."""
    made = drawn(primitive, sample, "float64")
    if not made.smooth:
        return
    direction = made.direction(made.moving)
    tangents = run(legal(forward(made.graph)), *made.values, *direction)
    if isinstance(primitive, Discrete):  # it cuts the path on purpose
        assert not any(tangent.any() for tangent in tangents)
    elif isinstance(primitive, Elementwise) and "c" in primitive.accepts and not primitive.masks:
        steps = [x + 1e-30j * t for x, t in zip(made.values, direction, strict=True)]
        assert_allclose(tangents[0], np.imag(primitive.value(np, *steps)) / 1e-30, rtol=1e-12)
    else:
        graph = Graph(made.graph.inputs, made.graph.nodes, made.slopes)
        expected = difference(lambda t: run(graph, *made.moved(direction, t)))
        is_single = made.slopes[0].type.dtype.name in ("float32", "complex64")  # a cast
        rough = 1e-3 if is_single else 1e-8
        for mine, other in zip(tangents, expected, strict=True):
            assert_allclose(mine, other, rtol=rough, atol=rough)


@each_dtype
@each_sample
def test_reverse_against_forward(primitive: Primitive, sample: Sample, dtype: str) -> None:
    """The dot-product test: ⟨ct, J t⟩ = ⟨Jᵀ ct, t⟩."""
    made = drawn(primitive, sample, dtype)
    if not made.smooth:
        return
    direction, cotangent = made.direction(made.moving), made.direction(made.slopes)
    tangent = run(forward(made.graph), *made.values, *direction)
    adjoints = run(legal(reverse(made.graph)), *made.values, *cotangent)
    for adjoint, x in zip(adjoints, made.moving, strict=True):
        assert_fits(adjoint, x.type)
    expected = inner(cotangent, tangent)
    size = 1 + sum(float(np.abs(t * a).sum()) for t, a in zip(direction, adjoints, strict=True))
    rough = max(TOLERANCE[x.type.dtype.name] for x in (*made.moving, *made.slopes))
    assert_allclose(inner(adjoints, direction), expected, rtol=0, atol=rough * size)


@each_sample
def test_single_precision_stays_single(primitive: Primitive, sample: Sample) -> None:
    """No derivative slips into float64, and each agrees with the one computed there."""
    single, double = drawn(primitive, sample, "float32"), drawn(primitive, sample, "float64")
    if not single.smooth or "dtype" in sample.params:
        return
    graphs = {"forward": forward(single.graph), "reverse": reverse(single.graph)}
    for graph in (graphs | second_orders(single.graph)).values():
        for node in legal(graph).nodes:
            assert node.type.dtype not in (np.float64, np.complex128), node
    direction = single.direction(single.moving)
    found = run(graphs["forward"], *single.values, *direction)
    exact = run(forward(double.graph), *double.values, *direction)
    for mine, other in zip(found, exact, strict=True):
        assert_allclose(mine, other, rtol=1e-4, atol=1e-4)


@each_dtype
@each_elementwise
def test_constants_beside_arrays(primitive: Elementwise, dtype: str) -> None:
    """A 0-d constant meets arrays: as if it were repeated, and without a path to it."""
    whole = drawn(primitive, primitive.samples[1], dtype)
    if not whole.smooth:
        return
    for place, value in enumerate(whole.values):
        others = [x for i, x in enumerate(whole.graph.inputs) if i != place]
        moving = [x for x in others if x.type.differentiable]
        if moving:
            number = value[0]
            repeated = [np.full_like(v, number) if v is value else v for v in whole.values]
            made = call(primitive, repeated, {}, constants={place: number})
            directions = made.direction(moving)
            assert_allclose(
                run(legal(forward(made.graph)), *made.values, *directions),
                run(forward(whole.graph, moving), *repeated, *directions),
                rtol=TOLERANCE[dtype],
            )
            cotangent = made.direction(made.slopes)
            assert_allclose(
                run(legal(reverse(made.graph)), *made.values, *cotangent),
                run(reverse(whole.graph, moving), *repeated, *cotangent),
                rtol=TOLERANCE[dtype],
            )


@each_elementwise
def test_weak_operands_differentiate(primitive: Elementwise) -> None:
    """Python's numbers as operands give legal graphs and the same derivatives."""
    made = drawn(primitive, primitive.samples[0], "float64")
    if not made.smooth or len(made.moving) < len(made.values):
        return
    weak = call(primitive, made.values, {}, weak=True)
    for derive in (forward, reverse):
        ones = [1.0] * (len(made.moving) if derive is forward else 1)
        results = run(legal(derive(weak.graph)), *made.values, *ones)
        assert results == run(derive(made.graph), *made.values, *ones)


# Second order -------------------------------------------------------------------------------------


@each_sample
def test_second_order(primitive: Primitive, sample: Sample) -> None:
    """All four ways to differentiate twice, against differences of the first and each other."""
    made = drawn(primitive, sample, "float64")
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
    ahead = run(legal(twice["forward over forward"]), *made.values, *weights, *direction)
    assert_allclose(inner(ahead, cotangent), inner(mixed, weights), rtol=1e-10, atol=1e-10)


# Awkward points -----------------------------------------------------------------------------------


@each_dtype
@pytest.mark.parametrize(("primitive", "point"), AWKWARD.values(), ids=AWKWARD)
def test_awkward_points(primitive: Elementwise, point: Awkward, dtype: str) -> None:
    """The partial is what the file says, alone and in both directions."""
    values = [as_dtype(x, dtype) for x in point.operands]
    found = [partial for partial, _ in partials_at(primitive, values)]
    assert len(found) == len(point.partials)
    for mine, expected in zip(found, point.partials, strict=True):
        assert (mine is None) == (expected is None)
        assert mine is None or not isinstance(mine, np.generic) or mine.dtype == dtype
        assert_same(mine, expected)
    made = call(primitive, values, {})
    stated = [p for p, v in zip(point.partials, values, strict=True) if v.dtype.kind == "f"]
    one = np.ones((), dtype)
    adjoints = run(reverse(made.graph), *values, one)
    for x, expected, adjoint in zip(made.moving, stated, adjoints, strict=True):
        (tangent,) = run(forward(made.graph, [x]), *values, one)
        assert_same(tangent, expected or 0.0)
        assert_same(adjoint, expected or 0.0)


@each_dtype
@each_elementwise
def test_nan_stays_nan(primitive: Elementwise, dtype: str) -> None:
    """No operation makes a number of NaN, in its value or in a partial that depends on it."""
    draws = [draw.draw(np.random.default_rng(0), dtype) for draw in primitive.domain]
    values = [np.full_like(x, np.nan) if x.dtype.kind == "f" else x for x in draws]
    data = {i for i, x in enumerate(values) if x.dtype.kind == "f"}
    if not data:
        return
    if primitive.gives == "same":
        assert np.isnan(run(call(primitive, values, {}).graph, *values)[0])
    for partial, depends in partials_at(primitive, values):
        assert not depends & data or np.isnan(partial)


# Text and pickles ---------------------------------------------------------------------------------


@each_sample
def test_round_trips(primitive: Primitive, sample: Sample) -> None:
    """The graph and its derivatives come back from text and from pickle."""
    made = drawn(primitive, sample, "float64")
    graphs = [made.graph]
    if made.smooth:
        graphs += [forward(made.graph), reverse(made.graph), *second_orders(made.graph).values()]
    for graph in graphs:
        again = parse(str(graph), CATALOGUE)
        assert legal(again) == graph
        assert str(again) == str(graph)
        assert pickle.loads(pickle.dumps(graph)) == graph


def test_pickled_primitives_are_the_same() -> None:
    for primitive in CATALOGUE.values():
        assert pickle.loads(pickle.dumps(primitive)) is primitive


# Helpers ------------------------------------------------------------------------------------------


def assert_same(mine: Any, expected: Any) -> None:
    assert mine is expected is None or np.array_equal(mine, expected, equal_nan=True), mine
