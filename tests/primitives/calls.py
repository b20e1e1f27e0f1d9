"""One-node graphs at drawn values: what the conformance suite tries of each primitive."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from clearprop.derive import PASSES, forward, reverse
from clearprop.execute.reference import run
from clearprop.graph import Constant, Graph, Input, Node, Type, check, constant, type_of
from clearprop.primitives import CATALOGUE, Elementwise, Primitive, Sym
from clearprop.primitives.gates import Gated
from clearprop.primitives.samples import Sample

# What the tests are parametrized by; a sample's name is the primitive's and a number.
ELEMENTWISE = {name: p for name, p in CATALOGUE.items() if isinstance(p, Elementwise)}
SAMPLES = {
    f"{name}-{place}": (primitive, sample)
    for name, primitive in CATALOGUE.items()
    for place, sample in enumerate(primitive.samples)
}

each_primitive = pytest.mark.parametrize("primitive", CATALOGUE.values(), ids=CATALOGUE)
each_elementwise = pytest.mark.parametrize("primitive", ELEMENTWISE.values(), ids=ELEMENTWISE)
each_sample = pytest.mark.parametrize(("primitive", "sample"), SAMPLES.values(), ids=SAMPLES)
each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])


@dataclass(frozen=True)
class Call:
    """A primitive applied to inputs, with values for them and random directions to move in."""

    primitive: Primitive
    graph: Graph
    values: list[Any]
    generator: np.random.Generator

    @property
    def moving(self) -> tuple[Input, ...]:
        """The inputs that have tangents."""
        return tuple(x for x in self.graph.inputs if x.type.differentiable)

    @property
    def smooth(self) -> bool:
        """Whether there is anything to differentiate."""
        return bool(self.moving) and bool(self.slopes)

    @property
    def slopes(self) -> tuple[Any, ...]:
        """The results that have tangents."""
        return tuple(x for x in self.graph.outputs if x.type.differentiable)

    def direction(self, types: Sequence[Any]) -> list[Any]:
        """Random numbers of those types."""
        return [self._random(x.type) for x in types]

    def _random(self, type_: Type) -> Any:
        """Random numbers; of complex ones both parts."""
        drawn = self.generator.normal(size=type_.shape)
        if type_.dtype.kind == "c":
            drawn = drawn + 1j * self.generator.normal(size=type_.shape)
        return drawn.astype(type_.dtype)

    def moved(self, direction: Sequence[Any], by: float) -> list[Any]:
        """The values, moved along a direction of the moving inputs."""
        steps = iter(direction)
        return [
            value + by * next(steps) if x in self.moving else value
            for x, value in zip(self.graph.inputs, self.values, strict=True)
        ]


def call(
    primitive: Primitive,
    values: Sequence[Any],
    params: dict[str, Any],
    weak: bool = False,
    constants: Mapping[int, Any] = MappingProxyType({}),
) -> Call:
    """A graph of one operation at these values; ``constants`` stand in place of some."""
    operands: list[Input | Constant] = [
        constant(constants[i]) if i in constants else input_for(i, value, weak)
        for i, value in enumerate(values)
    ]
    packed = tuple(params.items())
    type_ = primitive.result(tuple(x.type for x in operands), packed)
    node = Node(primitive, tuple(operands), packed, type_)
    inputs = [x for x in operands if isinstance(x, Input)]
    items = [
        Node(CATALOGUE["item"], (node,), (("index", i),), part)
        for i, part in enumerate(type_.parts)
    ]
    graph = legal(Graph(inputs, [node, *items], items or [node]))
    kept = [value for i, value in enumerate(values) if i not in constants]
    seed = zlib.crc32(f"{primitive.name} {params} {[np.shape(v) for v in values]}".encode())
    return Call(primitive, graph, kept, np.random.default_rng(seed))


def input_for(place: int, value: Any, weak: bool = False) -> Input:
    """An input that takes the value."""
    return Input(f"x{place}", type_of(np.shape(value), np.asarray(value).dtype, weak))


def drawn(primitive: Primitive, sample: Sample, dtype: str) -> Call:
    """A one-node graph at the sample's operands; the same numbers for each dtype."""
    generator = np.random.default_rng(zlib.crc32(f"{primitive.name} {sample}".encode()))
    values = [draw.draw(generator, "float64") for draw in sample.operands]
    return call(primitive, [as_dtype(value, dtype) for value in values], sample.params)


def as_dtype(value: Any, dtype: str) -> Any:
    """Floats in that dtype, complex numbers with parts of it; all else as it is."""
    array = np.asarray(value)
    if array.dtype.kind == "c":
        return array.astype(np.result_type(dtype, np.complex64))
    return array.astype(dtype) if array.dtype.kind == "f" else array


def legal(graph: Graph) -> Graph:
    """The graph, once it has passed the checker and each primitive's own objections."""
    check(graph)
    for node in graph.nodes:
        assert not node.primitive.objection(node)
    return graph


def second_orders(graph: Graph) -> dict[str, Graph]:
    """The four ways to differentiate twice, each by all moving inputs of the graph itself."""
    moving = tuple(x for x in graph.inputs if x.type.differentiable)
    return {
        "forward over forward": forward(forward(graph), moving),
        "forward over reverse": forward(reverse(graph), moving),
        "reverse over reverse": reverse(reverse(graph), moving),
        "reverse over forward": reverse(forward(graph), moving),
    }


def partials_at(
    primitive: Elementwise, values: Sequence[Any]
) -> Iterator[tuple[Any, frozenset[int]]]:
    """Per operand the partial's value (None: no path) and the operands that it depends on."""
    inputs = [input_for(i, value) for i, value in enumerate(values)]
    ops = PASSES.builder()
    y = ops.apply(primitive, inputs, {})
    one = ops.full(y.type.strong, 1)
    for partial in primitive.partials(ops, y, *[Sym(ops, x) for x in inputs]):
        if isinstance(partial, Gated):
            partial = ops.settle(ops.scale(one, partial))
        if not isinstance(partial, Sym):
            yield partial, frozenset()
            continue
        graph = legal(Graph(inputs, ops.nodes, [partial.value]))
        yield run(graph, *values)[0], reached(graph)


def reached(graph: Graph) -> frozenset[int]:
    """The places of the inputs on which the graph's outputs depend."""
    known = set(graph.outputs)
    for node in reversed(graph.nodes):
        if node in known:
            known.update(node.operands)
    return frozenset(i for i, x in enumerate(graph.inputs) if x in known)


def difference(function: Callable[[float], Sequence[Any]], step: float = 2e-3) -> list[Any]:
    """d/dt of function(t) at 0: central differences, once extrapolated (Richardson)."""

    def central(h: float) -> list[Any]:
        ahead, behind = function(h), function(-h)
        return [(a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True)]

    pairs = zip(central(step / 2), central(step), strict=True)
    return [(4 * fine - coarse) / 3 for fine, coarse in pairs]


def inner(left: Sequence[Any], right: Sequence[Any]) -> float:
    """The pairing of two lists of arrays, Re(Σ a b) without a conjugate, in double precision."""
    return sum(
        float(np.sum(np.asarray(a, "complex128") * np.asarray(b, "complex128")).real)
        for a, b in zip(left, right, strict=True)
    )


def assert_fits(value: Any, type_: Type) -> None:
    """The value, an array or NumPy scalar, has the type's shape and dtype; a tuple, each item."""
    if type_.form == "tuple":
        assert isinstance(value, tuple)
        for item, part in zip(value, type_.parts, strict=True):
            assert_fits(item, part)
        return
    assert isinstance(value, np.ndarray | np.generic)
    assert (value.shape, value.dtype) == (type_.shape, type_.dtype)
