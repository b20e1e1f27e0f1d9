"""Every primitive's batching rule: one step for a whole batch is a loop over its elements."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from clearprop.derive import batch, forward, reverse
from clearprop.execute.reference import run
from clearprop.graph import Graph, type_of
from clearprop.primitives import CATALOGUE, Elementwise, Primitive
from clearprop.primitives.batching import batched_type
from clearprop.primitives.samples import Sample
from tests.primitives.calls import (
    Call,
    assert_fits,
    call,
    drawn,
    each_elementwise,
    each_sample,
    legal,
    second_orders,
)

SIZES = (0, 1, 3)
Flags = tuple[bool, ...]

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")


# Values -------------------------------------------------------------------------------------------


@each_sample
def test_a_batch_is_the_stack_of_its_elements(primitive: Primitive, sample: Sample) -> None:
    """Whichever operands differ; also for no element and for one."""
    made = drawn(primitive, sample, "float64")
    for flags in choices(len(made.values)):
        for size in SIZES:
            values = spread(made, sample, flags, size)
            assert_stacked(made.graph, values, flags, size)


@each_sample
def test_batches_nest(primitive: Primitive, sample: Sample) -> None:
    """A batch of batches: the inner and the outer may differ in other operands."""
    made = drawn(primitive, sample, "float64")
    for inner, outer in itertools.product(choices(len(made.values)), repeat=2):
        values = spread(made, sample, inner, 3)
        values = [
            np.stack([v, v[::-1] if f else v]) if o else v
            for v, f, o in zip(values, inner, outer, strict=True)
        ]
        once, _ = batch(made.graph, inner, 3)
        assert_stacked(legal(once), values, outer, 2)


@each_elementwise
def test_constants_serve_every_element(primitive: Elementwise) -> None:
    """A 0-d constant beside a batch is not repeated."""
    sample = primitive.samples[1]
    whole = drawn(primitive, sample, "float64")
    for place, value in enumerate(whole.values if len(whole.values) > 1 else ()):
        made = call(primitive, whole.values, {}, constants={place: value[0]})
        draws = [draw for i, draw in enumerate(sample.operands) if i != place]
        flags = (True,) * len(draws)
        values = spread(made, Sample(tuple(draws)), flags, 3)
        assert len(assert_stacked(made.graph, values, flags, 3).nodes) == 1


def test_unbatched_matrices_are_not_copied() -> None:
    """A batch of vectors times one matrix is one matrix product, on either side."""
    for a, b, flags in (((2, 3), (3,), (False, True)), ((3,), (3, 2), (True, False))):
        values = [np.ones(a), np.ones(b)]
        made = call(
            CATALOGUE["dot"], values, {"contract": ((len(a) - 1,), (0,)), "batch": ((), ())}
        )
        graph, _ = batch(made.graph, flags, 5)
        assert [node.primitive.name for node in graph.nodes] == ["dot"]
        assert graph.outputs[0].type is type_of((5, 2), "float64")


# Derivatives --------------------------------------------------------------------------------------


@each_sample
def test_batches_of_derivatives(primitive: Primitive, sample: Sample) -> None:
    """The derived graph in a batch: of operands, of tangents or cotangents, and of both."""
    made = drawn(primitive, sample, "float64")
    if not made.smooth:
        return
    for derive, seeds in ((forward, made.moving), (reverse, made.slopes)):
        derived = derive(made.graph)
        for flags in (*choices(len(made.values)), (False,) * len(made.values)):
            for differ in {True, not any(flags)}:
                values = spread(made, sample, flags, 3)
                directions = directed(made, seeds, (differ,) * len(seeds), 3)
                whole = (*flags, *[differ] * len(seeds))
                assert_stacked(derived, [*values, *directions], whole, 3)


@each_sample
def test_forward_derivatives_of_batches(primitive: Primitive, sample: Sample) -> None:
    made = drawn(primitive, sample, "float64")
    if not made.smooth:
        return
    derived = forward(made.graph)
    for flags, size in itertools.product(choices(len(made.values)), SIZES):
        values = spread(made, sample, flags, size)
        moving = tuple(f for f, x in zip(flags, made.graph.inputs, strict=True) if x in made.moving)
        directions = directed(made, made.moving, moving, size)
        graph, _ = batch(made.graph, flags, size)
        found = run(legal(forward(graph)), *values, *directions)
        expected = elements(derived, [*values, *directions], (*flags, *moving), size)
        assert_same(found, expected, derived, size)


@each_sample
def test_reverse_derivatives_of_batches(primitive: Primitive, sample: Sample) -> None:
    """The adjoint of an operand that all elements share is the sum of theirs."""
    made = drawn(primitive, sample, "float64")
    if not made.smooth:
        return
    derived = reverse(made.graph)
    for flags, size in itertools.product(choices(len(made.values)), SIZES):
        values = spread(made, sample, flags, size)
        moving = [f for f, x in zip(flags, made.graph.inputs, strict=True) if x in made.moving]
        every = (True,) * len(made.slopes)
        cotangents = directed(made, made.slopes, every, size)
        graph, _ = batch(made.graph, flags, size)
        found = run(legal(reverse(graph)), *values, *cotangents)
        expected = elements(derived, [*values, *cotangents], (*flags, *every), size)
        for x, mine, other, differs in zip(made.moving, found, expected, moving, strict=True):
            assert_fits(mine, batched_type(x.type, size) if differs else x.type)
            rows = np.reshape(other, (size, *x.type.shape))
            assert_allclose(mine, rows if differs else rows.sum(0), rtol=1e-11, atol=1e-11)


@each_sample
def test_batches_of_second_derivatives(primitive: Primitive, sample: Sample) -> None:
    """All four ways to differentiate twice, where every input differs."""
    made = drawn(primitive, sample, "float64")
    if not made.smooth:
        return
    count = len(made.values)
    for derived in second_orders(made.graph).values():
        seeds, flags = derived.inputs[count:], (True,) * len(derived.inputs)
        values = spread(made, sample, flags[:count], 2)
        directions = directed(made, seeds, flags[count:], 2)
        assert_stacked(derived, [*values, *directions], flags, 2)


# Helpers ------------------------------------------------------------------------------------------


def choices(count: int) -> Iterator[Flags]:
    """Which operands differ from element to element: each alone, all but each, and all."""
    alone = [tuple(i == j for j in range(count)) for i in range(count)]
    others = [tuple(not flag for flag in flags) for flags in alone if count > 2]
    yield from dict.fromkeys([*alone, *others, (True,) * count])


def spread(made: Call, sample: Sample, flags: Flags, size: int) -> list[Any]:
    """The operands; of those with a flag a batch, every element drawn anew."""
    generator = np.random.default_rng(zlib.crc32(f"{made.primitive.name} {sample} {size}".encode()))
    return [
        np.stack([draw.draw(generator) for _ in range(size)] or [value])[:size] if flag else value
        for draw, value, flag in zip(sample.operands, made.values, flags, strict=True)
    ]


def directed(made: Call, of: Sequence[Any], flags: Flags, size: int) -> list[Any]:
    """Random tangents or cotangents; a batch of them where there is a flag."""
    single = made.direction(of)
    many = [np.stack([np.asarray((k + 1) * s) for k in range(max(size, 1))])[:size] for s in single]
    return [
        several if flag else one for several, one, flag in zip(many, single, flags, strict=True)
    ]


def elements(graph: Graph, values: Sequence[Any], flags: Flags, size: int) -> list[list[Any]]:
    """For each output its value for each element."""
    rows = [
        run(graph, *[v[k] if flag else v for v, flag in zip(values, flags, strict=True)])
        for k in range(size)
    ]
    return [[row[i] for row in rows] for i in range(len(graph.outputs))]


def assert_stacked(graph: Graph, values: Sequence[Any], flags: Flags, size: int) -> Graph:
    """The batched graph, seen to give what a loop gives."""
    batched, differs = batch(graph, flags, size, always=True)
    assert all(differs)
    found = run(legal(batched), *values)
    assert_same(found, elements(graph, values, flags, size), graph, size)
    return batched


def assert_same(found: list[Any], expected: list[list[Any]], graph: Graph, size: int) -> None:
    for mine, rows, value in zip(found, expected, graph.outputs, strict=True):
        assert_fits(mine, batched_type(value.type, size))
        stacked = np.reshape(np.asarray(rows, value.type.dtype), (size, *value.type.shape))
        rough = {"f": 1e-11, "c": 1e-11, "b": 0, "i": 0, "u": 0}[value.type.dtype.kind]
        assert_allclose(mine, stacked, rtol=rough, atol=rough)
