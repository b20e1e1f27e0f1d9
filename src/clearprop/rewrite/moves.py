"""Operations that only move elements: what cancels, what joins, what moves less another way."""

from __future__ import annotations

from typing import Final

from clearprop.graph import Node, Shape, Value
from clearprop.primitives.axes import Axes
from clearprop.rewrite.maker import Maker
from clearprop.rewrite.rule import Rewrite, Rule, inner, made_by


def unmoved(make: Maker, node: Node) -> Value | None:
    """The operand, if every element of it stays at its place."""
    (x,) = node.operands
    params, shape = dict(node.params), x.type.shape
    match node.primitive.name:
        case "transpose":
            stays = params["axes"] == tuple(range(len(shape)))
        case "flip":
            stays = all(shape[axis] <= 1 for axis in params["axes"])
        case "pad":
            stays = node.type.shape == shape
        case _:  # reshape, broadcast, slice: of the shape that it had
            stays = node.type.shape == shape
    return x if stays else None


def transposed_twice(make: Maker, node: Node) -> Value | None:
    """Both orders as one."""
    first = inner(node)
    order = _axes(first)
    return make("transpose", first.operands[0], axes=tuple(order[axis] for axis in _axes(node)))


def transposed_ones(make: Maker, node: Node) -> Value | None:
    """A reshape, where the axes longer than 1 keep their order."""
    (x,) = node.operands
    longer = [axis for axis in _axes(node) if x.type.shape[axis] != 1]
    return make("reshape", x, shape=node.type.shape) if longer == sorted(longer) else None


def reshaped_twice(make: Maker, node: Node) -> Value | None:
    """The last shape counts."""
    return make("reshape", inner(node).operands[0], shape=node.type.shape)


def broadcast_twice(make: Maker, node: Node) -> Value | None:
    """The last shape counts."""
    return make("broadcast", inner(node).operands[0], shape=node.type.shape)


def broadcast_of_leading_ones(make: Maker, node: Node) -> Value | None:
    """A broadcast adds leading axes by itself."""
    (x,) = inner(node).operands
    here, before = inner(node).type.shape, x.type.shape
    fits = len(before) <= len(node.type.shape) and without_ones(here) == without_ones(before)
    return make("broadcast", x, shape=node.type.shape) if fits else None


def transposed_broadcast(make: Maker, node: Node) -> Value | None:
    """The smaller array is transposed."""
    column = unrepeated(make, inner(node))
    turned = make("transpose", column, axes=_axes(node))
    return make("broadcast", turned, shape=node.type.shape)


def transposed_outer(make: Maker, node: Node) -> Value | None:
    """The product of what is repeated along the other axes right away."""
    product = inner(node)
    if not all(made_by(x, "broadcast") for x in product.operands):
        return None
    return make("multiply", *[make("transpose", x, axes=_axes(node)) for x in product.operands])


def reshaped_broadcast(make: Maker, node: Node) -> Value | None:
    """A single number is repeated in the last shape right away."""
    (x,) = inner(node).operands
    if x.type.size != 1:
        return None
    return make("broadcast", make("reshape", x, shape=()), shape=node.type.shape)


def sliced_broadcast(make: Maker, node: Node) -> Value | None:
    """The smaller array is sliced, along the axes on which it has elements."""
    column, params = unrepeated(make, inner(node)), dict(node.params)
    repeats = [length == 1 for length in column.type.shape]
    picked = {
        key: tuple(one if is_one else i for i, is_one in zip(params[key], repeats, strict=True))
        for key, one in (("start", 0), ("stop", 1), ("step", 1))
    }
    return make("broadcast", make("slice", column, **picked), shape=node.type.shape)


def flipped_twice(make: Maker, node: Node) -> Value | None:
    """Axes that are flipped once."""
    axes = set(_axes(node)) ^ set(_axes(inner(node)))
    return make("flip", inner(node).operands[0], axes=tuple(sorted(axes)))


def flipped_broadcast(make: Maker, node: Node) -> Value | None:
    """The smaller array is flipped, along the axes on which it has elements."""
    column = unrepeated(make, inner(node))
    axes = tuple(axis for axis in _axes(node) if column.type.shape[axis] != 1)
    return make("broadcast", make("flip", column, axes=axes), shape=node.type.shape)


def unrepeated(make: Maker, broadcast: Node) -> Value:
    """The operand of a broadcast, with an axis of length 1 for each one that is new."""
    (x,) = broadcast.operands
    shape = (1,) * (broadcast.type.ndim - x.type.ndim) + x.type.shape
    return make("reshape", x, shape=shape)


def without_ones(shape: Shape) -> Shape:
    """The shape without its leading axes of length 1."""
    lead = next((i for i, length in enumerate(shape) if length != 1), len(shape))
    return shape[lead:]


def _axes(node: Node) -> Axes:
    axes: Axes = dict(node.params)["axes"]
    return axes


def _after(name: str, outer: str, first: str, rewrite: Rewrite) -> Rule:
    return Rule(name, (outer,), rewrite, needs=frozenset([first]))


MOVES: Final = (
    Rule(
        "a move that moves nothing",
        ("transpose", "flip", "pad", "reshape", "broadcast", "slice"),
        unmoved,
    ),
    _after("transpose of transpose", "transpose", "transpose", transposed_twice),
    _after("transpose of broadcast", "transpose", "broadcast", transposed_broadcast),
    _after("transpose of an outer product", "transpose", "multiply", transposed_outer),
    Rule("transpose of axes of length 1", ("transpose",), transposed_ones),
    _after("reshape of reshape", "reshape", "reshape", reshaped_twice),
    _after("reshape of a repeated number", "reshape", "broadcast", reshaped_broadcast),
    _after("broadcast of broadcast", "broadcast", "broadcast", broadcast_twice),
    _after("broadcast of leading ones", "broadcast", "reshape", broadcast_of_leading_ones),
    _after("slice of broadcast", "slice", "broadcast", sliced_broadcast),
    _after("flip of flip", "flip", "flip", flipped_twice),
    _after("flip of broadcast", "flip", "broadcast", flipped_broadcast),
)
