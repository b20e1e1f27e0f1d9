"""Every identity of the table, proved: both sides at awkward and at random values, bit by bit."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from clearprop.errors import ClearpropError
from clearprop.graph import Constant, Graph, Input, Node, Type, Value, check, constant, type_of
from clearprop.primitives import CATALOGUE, Plan
from clearprop.rewrite.fold import folded
from clearprop.rewrite.identities import IDENTITIES
from clearprop.rewrite.pattern import CONSTANTS, MASKS, Apply, Identity, Name, Number, parsed
from clearprop.rewrite.simplify import simplified, simplify
from tests.rewrite.comparing import DTYPES, assert_same, awkward

each_identity = pytest.mark.parametrize("identity", IDENTITIES, ids=lambda one: one.name)
SCALARS = 40
"""How many scalars are tried; arrays have all combinations of awkward values."""


@each_identity
def test_both_sides_are_the_same(identity: Identity) -> None:
    held = set()
    for dtype in DTYPES:
        if dtype.kind in identity.kinds:
            for left, right, values in cases(identity, dtype):
                made = simplified(left)
                if identity.name in made.fired:  # not so where k is 0, and another rule applies
                    held.add(dtype.kind)
                assert check(made.graph).outputs[0].type is left.outputs[0].type
                compare(left, (right, made.graph), values, identity.rounds)
    assert held == set(identity.kinds), "a kind of dtype for which it is never applied"


@each_identity
def test_the_right_side_is_no_dearer(identity: Identity) -> None:
    """Operations of the right side that are on constants alone are folded."""
    for dtype in DTYPES:
        if dtype.kind in identity.kinds:
            for left, _, _ in cases(identity, dtype):
                once = simplify(left)
                assert len(once.nodes) <= max(len(left.nodes), identity.right.count("*"))
                assert simplify(once) is once


def compare(left: Graph, others: tuple[Graph, ...], values: list[Any], rounds: bool) -> None:
    """All at once as arrays, or one after the other as scalars."""
    plans = [Plan(graph) for graph in (left, *others)]
    points = [values] if left.inputs[0].type.shape else list(zip(*values, strict=True))
    with np.errstate(all="ignore"):
        for point in points:
            (expected,), *found = (plan.run(point) for plan in plans)
            for (mine,) in found:
                assert_same(mine, expected, rounds)


def cases(identity: Identity, dtype: Any) -> Iterator[tuple[Graph, Graph, list[Any]]]:
    """Both sides as graphs, on arrays and scalars, and values for their inputs."""
    left, right = parsed(identity.left), parsed(identity.right)
    names = sorted(names_of(left))
    fixed = [name for name in names if name in CONSTANTS]
    free = [name for name in names if name not in CONSTANTS]
    generator = np.random.default_rng(zlib.crc32(f"{identity.name} {dtype}".encode()))
    columns = values_of(free, dtype, generator)
    picks = [constants_of(name, dtype, generator) for name in fixed]
    for numbers in itertools.product(*picks):
        known = dict(zip(fixed, map(constant, numbers), strict=True))
        for width in (len(columns[0]), None):
            shape = () if width is None else (width,)
            inputs = [Input(x, type_of(shape, bool if x in MASKS else dtype)) for x in free]
            try:
                pair = [sided(side, inputs, known, dtype) for side in (left, right)]
            except ClearpropError:  # there is no such operation for this dtype
                return
            if width is None:
                some = generator.integers(len(columns[0]), size=SCALARS)
                yield *pair, [column[some] for column in columns]
            else:
                yield *pair, columns


def values_of(names: list[str], dtype: Any, generator: np.random.Generator) -> list[Any]:
    """For each name a column: every combination of awkward values, and random ones."""
    kinds = [awkward(bool if name in MASKS else dtype) for name in names]
    if len(names) > 2:  # a number of awkward values that leaves thousands of combinations
        kinds = [generator.permutation(kind)[:14] for kind in kinds]
    grid = [axis.ravel() for axis in np.meshgrid(*kinds, indexing="ij")]
    return [
        np.concatenate([column, generator.permutation(random(column.dtype, generator))])
        for column in grid
    ]


def random(dtype: Any, generator: np.random.Generator) -> Any:
    """A hundred numbers of all sizes that the dtype has."""
    if dtype.kind in "biu":
        return generator.integers(0, 256, 100).astype(dtype)
    widest = np.log2(float(np.finfo(dtype).max)) / 2
    drawn = generator.normal(size=200) * 2 ** generator.uniform(-widest, widest, 200)
    return (drawn[:100] + 1j * drawn[100:] if dtype.kind == "c" else drawn[:100]).astype(dtype)


def constants_of(name: str, dtype: Any, generator: np.random.Generator) -> list[Any]:
    """A few constants that may have the name."""
    if name == "p":
        return [dtype.type(x) for x in (2, -2, 0.5, 1024, -0.125, np.finfo(dtype).smallest_normal)]
    numbers = awkward(dtype)
    if name == "q":
        return list(numbers[np.isfinite(numbers)])
    return list(numbers[generator.permutation(len(numbers))[: 6 if name == "k" else 2]])


def names_of(pattern: Any) -> set[str]:
    if isinstance(pattern, Apply):
        return set().union(*map(names_of, pattern.operands))
    return {pattern.text} if isinstance(pattern, Name) else set()


def sided(pattern: Any, inputs: list[Input], known: dict[str, Constant], dtype: Any) -> Graph:
    """A side of an identity as a graph, its numbers of that dtype."""
    nodes: list[Node] = []
    places: dict[str, Value] = {x.name: x for x in inputs} | known

    def made(pattern: Any, like: Type) -> Value:
        if isinstance(pattern, Name):
            return places[pattern.text]
        if isinstance(pattern, Number):
            scalar = np.asarray(pattern.value).astype(like.dtype)
            return Constant(scalar[()], type_of((), like.dtype))
        masks = 1 if pattern.primitive == "where" else 0
        truths = any(x.text in MASKS for x in pattern.operands[masks:] if isinstance(x, Name))
        operands = tuple(
            made(operand, type_of((), bool if truths or place < masks else dtype))
            for place, operand in enumerate(pattern.operands)
        )
        return apply(pattern.primitive, *operands)

    def apply(name: str, *operands: Value, **params: Any) -> Value:
        packed = (("dtype", dtype),) if name == "cast" else tuple(params.items())
        type_ = CATALOGUE[name].result(tuple(x.type for x in operands), packed)
        node = Node(CATALOGUE[name], operands, packed, type_)
        if all(isinstance(operand, Constant) for operand in operands) and not type_.shape:
            return folded(node)
        nodes.append(node)
        return node

    value = made(pattern, type_of((), dtype))
    if value.type.shape != inputs[0].type.shape:  # a number alone
        value = apply("broadcast", value, shape=inputs[0].type.shape)
    return check(Graph(inputs, nodes, [value]))


@pytest.mark.parametrize(
    ("left", "right", "kinds"),
    [
        ("x + 0", "x", "f"),
        ("x * 0", "0", "f"),
        ("x - x", "0", "f"),
        ("x / x", "1", "f"),
        ("-(a - b)", "b - a", "f"),
        ("-a - b", "-(a + b)", "f"),
        ("x * 1", "x", "c"),
        ("-a * b", "-(a * b)", "c"),
        ("not a < b", "a >= b", "f"),
        ("(x * k) * l", "x * (k * l)", "f"),
        ("x / k", "x * (1 / k)", "f"),
        ("x ** 3", "x * x * x", "f"),
        ("sqrt(x * x)", "absolute(x)", "f"),
        ("a * b + a * c", "a * (b + c)", "f"),
        ("where(m, a, 0) * b", "where(m, a * b, 0)", "f"),
    ],
)
def test_what_is_not_so_is_noticed(left: str, right: str, kinds: str) -> None:
    with pytest.raises(AssertionError):
        compare_sides(Identity(left, right, kinds))


def compare_sides(identity: Identity) -> None:
    for dtype in DTYPES:
        if dtype.kind in identity.kinds:
            for left, right, values in cases(identity, dtype):
                compare(left, (right,), values, rounds=False)
