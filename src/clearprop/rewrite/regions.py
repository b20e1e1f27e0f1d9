"""Parts of arrays: a slice of what was put together, and what is put together from slices."""

from __future__ import annotations

from typing import Final

import numpy as np

from clearprop.graph import Constant, Node, Value
from clearprop.primitives.axes import Axes
from clearprop.rewrite.maker import Maker
from clearprop.rewrite.rule import CONSTANT, Rule, inner, made_by

Span = tuple[int, int, int]
"""Along one axis: the first place, the distance to the next one, and how many there are."""


def sliced_twice(make: Maker, node: Node) -> Value | None:
    """One slice, of the places that both have picked."""
    pairs = zip(spans(inner(node)), spans(node), strict=True)
    joined = [
        (first + step * start, step * stride, count)
        for (first, step, _), (start, stride, count) in pairs
    ]
    return sliced(make, inner(node).operands[0], joined)


def sliced_padding(make: Maker, node: Node) -> Value | None:
    """A slice of what was padded, where it has no padding in it."""
    (x,), params = inner(node).operands, dict(inner(node).params)
    axes = zip(spans(node), x.type.shape, params["low"], params["interior"], strict=True)
    picked = [_unpadded(*axis) for axis in axes]
    found = [span for span in picked if span is not None]
    return sliced(make, x, found) if len(found) == len(picked) else None


def _unpadded(picked: Span, length: int, low: int, interior: int) -> Span | None:
    """The places before padding; None if there is padding among them."""
    (first, step, count), apart = picked, interior + 1
    place, rest = divmod(first - low, apart)
    if not count:
        return 0, 1, 0
    if rest or (count > 1 and step % apart) or place < 0:
        return None
    stride = max(step // apart, 1)
    return (place, stride, count) if place + (count - 1) * stride < length else None


def sliced_pieces(make: Maker, node: Node) -> Value | None:
    """A slice of one of the pieces that were put one after the other."""
    whole, picked = inner(node), spans(node)
    axis = dict(whole.params)["axis"]
    first, step, count = picked[axis]
    begin = 0
    for piece in whole.operands:
        length = piece.type.shape[axis]
        if count and begin <= first and first + (count - 1) * step < begin + length:
            picked[axis] = (first - begin, step, count)
            return sliced(make, piece, picked)
        begin += length
    return None


def sliced_assignment(make: Maker, node: Node) -> Value | None:
    """What was written there, if just that is read."""
    assign = inner(node)
    return assign.operands[1] if spans(assign) == spans(node) else None


def assigned_twice(make: Maker, node: Node) -> Value | None:
    """The last of two assignments to the same places."""
    first = node.operands[0]
    if not made_by(first, "assign") or spans(first) != spans(node):
        return None
    return make("assign", first.operands[0], node.operands[1], **dict(node.params))


def assigned_whole(make: Maker, node: Node) -> Value | None:
    """What is written everywhere is the result."""
    return node.operands[1] if node.operands[1].type.shape == node.type.shape else None


def pieces(make: Maker, node: Node) -> Value | None:
    """Without the empty ones; slices that continue each other as one."""
    axis: int = dict(node.params)["axis"]
    given = [piece for piece in node.operands if piece.type.shape[axis]]
    joined: list[Value] = []
    for piece in given or node.operands[:1]:
        both = _continued(make, joined[-1], piece, axis) if joined else None
        if both is None:
            joined.append(piece)
        else:
            joined[-1] = both
    if len(joined) == len(node.operands):
        return joined[0] if len(joined) == 1 else None
    return joined[0] if len(joined) == 1 else make("concatenate", *joined, axis=axis)


def _continued(make: Maker, a: Value, b: Value, axis: int) -> Value | None:
    """One slice in place of two, where the second one begins at the end of the first."""
    if not made_by(a, "slice") or not made_by(b, "slice") or a.operands[0] is not b.operands[0]:
        return None
    left, right = spans(a), spans(b)
    first, step, count = left[axis]
    start, stride, more = right[axis]
    if count == 1 or more == 1:  # the distance to the next one is that to the other slice
        step = step if count > 1 else stride if more > 1 else start - first
        stride = step
    others = left[:axis] + left[axis + 1 :] == right[:axis] + right[axis + 1 :]
    if step < 1 or step != stride or start != first + count * step or not others:
        return None
    left[axis] = (first, step, count + more)
    return sliced(make, a.operands[0], left)


def gathered_run(make: Maker, node: Node) -> Value | None:
    """A slice, if constant positions along the first axis are equally far apart."""
    x, index = node.operands[0], node.operands[-1]
    if len(node.operands) != 2 or not isinstance(index, Constant) or index.type.ndim > 1:
        return None
    places = np.atleast_1d(index.value)
    if not places.size or not 0 <= places[0] <= places[-1] < x.type.shape[0]:
        return None
    apart = np.diff(places.astype("int64"))
    if apart.size and (apart[0] < 1 or (apart != apart[0]).any()):
        return None
    step = int(apart[0]) if apart.size else 1
    rest: list[Span] = [(0, 1, length) for length in x.type.shape[1:]]
    found = sliced(make, x, [(int(places[0]), step, places.size), *rest])
    return found if index.type.ndim else make("reshape", found, shape=node.type.shape)


def spans(node: Node) -> list[Span]:
    """What a slice picks along each axis."""
    params: dict[str, Axes] = dict(node.params)
    axes = zip(params["start"], params["stop"], params["step"], strict=True)
    return [span(i, k, -(-(j - i) // k)) for i, j, k in axes]


def span(first: int, step: int, count: int) -> Span:
    """The same places in one form: a single one has a step of 1, none at all are at 0."""
    return (first if count else 0, step if count > 1 else 1, count)


def sliced(make: Maker, x: Value, picked: list[Span]) -> Value:
    """The slice of those places."""
    picked = [span(*one) for one in picked]
    return make(
        "slice",
        x,
        start=tuple(first for first, _, _ in picked),
        stop=tuple(first + (count - 1) * step + 1 if count else 0 for first, step, count in picked),
        step=tuple(step for _, step, _ in picked),
    )


REGIONS: Final = (
    Rule("slice of slice", ("slice",), sliced_twice, needs=frozenset(["slice"])),
    Rule("slice of pad", ("slice",), sliced_padding, needs=frozenset(["pad"])),
    Rule("slice of concatenate", ("slice",), sliced_pieces, needs=frozenset(["concatenate"])),
    Rule("slice of assign", ("slice",), sliced_assignment, needs=frozenset(["assign"])),
    Rule("assign to everything", ("assign",), assigned_whole),
    Rule("assign of assign", ("assign",), assigned_twice, needs=frozenset(["assign"])),
    Rule("concatenate of one, none, or slices in a row", ("concatenate",), pieces),
    Rule("gather of a run", ("gather",), gathered_run, needs=frozenset([CONSTANT])),
)
