"""Values put together from parts, computed part by part: each part of the domain is a loop.

Within a part a padded array is either zeros or the array that was padded, and a concatenation one
of its operands. So what is computed of them needs no copies in memory, and no question per element.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from typing import Final, final

from clearprop.graph import Node, Value

PIECED: Final = ("pad", "concatenate")
"""Operations whose result is put together from parts."""

MOST_PARTS: Final = 16
"""Of more parts one array is made first."""

Place = tuple[int, ...]


@final
@dataclass(frozen=True, slots=True)
class Part:
    """A part of a domain: where it begins, and how long it is, axis by axis."""

    start: Place
    shape: Place


def is_pieced(node: Node) -> bool:
    """Whether the node's result is a few whole parts; a single number is copied instead."""
    if node.primitive.name not in PIECED or node.type.size < 2:
        return False
    params = dict(node.params)
    return node.primitive.name == "concatenate" or (
        not any(params["interior"]) and min((*params["low"], *params["high"]), default=0) >= 0
    )


def cuts(node: Node) -> dict[int, set[int]]:
    """Where the parts of the node's result meet, axis by axis."""
    params, found = dict(node.params), {}
    if node.primitive.name == "concatenate":
        ends = _ends(node)
        return {params["axis"]: {at for at in ends if 0 < at < node.type.shape[params["axis"]]}}
    (x,) = node.operands
    for axis, (low, length) in enumerate(zip(params["low"], x.type.shape, strict=True)):
        places = {at for at in (low, low + length) if 0 < at < node.type.shape[axis]}
        if places:
            found[axis] = places
    return found


def parts(domain: Sequence[int], places: dict[int, set[int]]) -> list[Part]:
    """The parts into which cuts divide a domain."""
    ranges = [
        list(pairwise([0, *sorted(places.get(axis, ())), length]))
        for axis, length in enumerate(domain)
    ]
    return [
        Part(tuple(a for a, _ in box), tuple(b - a for a, b in box)) for box in product(*ranges)
    ]


def count(domains: Iterable[dict[int, set[int]]]) -> int:
    """How many parts several lots of cuts make together."""
    joined: dict[int, set[int]] = {}
    for places in domains:
        for axis, found in places.items():
            joined[axis] = joined.get(axis, set()) | found
    return prod(len(found) + 1 for found in joined.values())


def source(node: Node, part: Part) -> tuple[Value, Place] | None:
    """What the node's result is within a part: an operand from some place on; None for zeros."""
    params = dict(node.params)
    if node.primitive.name == "concatenate":
        axis, begin = params["axis"], 0
        for x, end in zip(node.operands, _ends(node), strict=True):
            if begin <= part.start[axis] < end:
                place = tuple(s - begin if i == axis else s for i, s in enumerate(part.start))
                return x, place
            begin = end
        raise AssertionError("a part lies in one of the operands")
    (x,) = node.operands
    place = tuple(s - low for s, low in zip(part.start, params["low"], strict=True))
    inside = all(
        s >= 0 and s + n <= length
        for s, n, length in zip(place, part.shape, x.type.shape, strict=True)
    )
    return (x, place) if inside else None


def _ends(node: Node) -> list[int]:
    axis, end, ends = dict(node.params)["axis"], 0, []
    for x in node.operands:
        end += x.type.shape[axis]
        ends.append(end)
    return ends
