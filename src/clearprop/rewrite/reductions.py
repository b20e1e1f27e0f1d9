"""Reductions: over nothing, over repeated elements, over moved ones, and one after the other.

The sum of n equal numbers is n times the number, but never -0.0: a sum starts from 0.
"""

from __future__ import annotations

from math import prod
from typing import Final

from clearprop.graph import Node, Value
from clearprop.primitives.axes import Axes, without
from clearprop.rewrite.maker import Maker
from clearprop.rewrite.moves import unrepeated
from clearprop.rewrite.rule import Rule, inner

CHOICES: Final = ("max", "min", "any", "all")
"""Reductions that do not change when an element is repeated."""

ALL: Final = ("sum", "prod", *CHOICES)

MULTIPLE: Final = ("int", "uint", "float32", "float64")
"""The dtypes, by how they begin, in which n times a number is a sum; not so of complex infinity."""


def over_nothing(make: Maker, node: Node) -> Value | None:
    """The elements themselves, where the axes are of length 1 or there are none."""
    (x,) = node.operands
    if x.type.size != node.type.size or any(x.type.shape[axis] != 1 for axis in _axes(node)):
        return None
    if x.type.dtype is not node.type.dtype:
        return None
    found = make("reshape", x, shape=node.type.shape)
    if node.primitive.name == "sum" and x.type.dtype.kind in "fc":
        return make("add", found, make.number(0, x.type))
    return found


def twice(make: Maker, node: Node) -> Value | None:
    """One reduction over the axes of both."""
    (x,), before = inner(node).operands, _axes(inner(node))
    left = [axis for axis in range(x.type.ndim) if axis not in before]
    axes = sorted([*before, *(left[axis] for axis in _axes(node))])
    return make(node.primitive.name, x, axes=tuple(axes))


def of_transposed(make: Maker, node: Node) -> Value | None:
    """Over the axes where they were; those that are left are transposed."""
    order = _axes(inner(node))
    axes = {order[axis] for axis in _axes(node)}
    found = make(node.primitive.name, inner(node).operands[0], axes=tuple(sorted(axes)))
    left = [axis for axis in order if axis not in axes]
    places = {axis: place for place, axis in enumerate(sorted(left))}
    return make("transpose", found, axes=tuple(places[axis] for axis in left))


def of_reordered(make: Maker, node: Node) -> Value | None:
    """Of all elements: their shape and order do not matter."""
    (x,) = inner(node).operands
    if node.type.shape:
        return None
    return make(node.primitive.name, x, axes=tuple(range(x.type.ndim)))


def of_repeated(make: Maker, node: Node) -> Value | None:
    """Of the elements before they were repeated; a sum, as often as they were."""
    repeats, name, axes, dtype = inner(node), node.primitive.name, _axes(node), node.type.dtype
    x = unrepeated(make, repeats)
    before = x.type.shape
    count = prod(repeats.type.shape[axis] for axis in axes if before[axis] == 1)
    if not count or (name == "sum" and count > 1 and not dtype.name.startswith(MULTIPLE)):
        return None
    real = tuple(axis for axis in axes if before[axis] != 1)
    found = make(name, x, axes=real) if real else x
    kept = without(before, axes)
    found = make("reshape", found, shape=kept)
    if name == "sum":
        if count > 1:
            found = make("multiply", found, make.number(count, found.type))
        if not real and dtype.kind == "f":
            found = make("add", found, make.number(0, found.type))
    return found if kept == node.type.shape else make("broadcast", found, shape=node.type.shape)


def of_negated(make: Maker, node: Node) -> Value | None:
    """The sum is negated: subtracted from 0, so that it is not -0.0 either."""
    (x,) = inner(node).operands
    if node.type.dtype.kind not in "if":
        return None
    found = make("sum", x, axes=_axes(node))
    return make("subtract", make.number(0, found.type), found)


def _axes(node: Node) -> Axes:
    axes: Axes = dict(node.params)["axes"]
    return axes


REDUCTIONS: Final = (
    Rule("reduction over nothing", ALL, over_nothing, rounds=True),
    *(
        Rule(f"{name} of {name}", (name,), twice, rounds=name != "any", needs=frozenset([name]))
        for name in ALL
    ),
    Rule("sum of negative", ("sum",), of_negated, needs=frozenset(["negative"])),
    Rule("reduction of transpose", ALL, of_transposed, True, frozenset(["transpose"])),
    Rule("reduction of reshape", ALL, of_reordered, True, frozenset(["reshape"])),
    Rule("reduction of flip", ALL, of_reordered, True, frozenset(["flip"])),
    Rule(
        "reduction of broadcast",
        ("sum", *CHOICES),
        of_repeated,
        rounds=True,
        needs=frozenset(["broadcast"]),
    ),
)
