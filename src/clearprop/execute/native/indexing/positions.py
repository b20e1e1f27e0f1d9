"""Positions that count from the end where they are negative, as NumPy's do.

A trace writes them as ``where(i < 0, i + n, i)``. The steps of this room take the i themselves, and
count from the end while they go, so that no array of positions has to be made for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeGuard

import numpy as np

from clearprop.graph import Constant, Node, Value

FIRST: Final[Mapping[str, int]] = {"gather": 1, "scatter": 2, "scatter_add": 2}
"""By the primitive's name the place of its first index array."""


def sources(node: Node) -> list[Value]:
    """The operands, with positions as they were before negative ones were counted from the end."""
    found: list[Value] = list(node.operands)
    if node.primitive.name in FIRST:
        start = FIRST[node.primitive.name]
        for axis, index in enumerate(node.operands[start:]):
            found[start + axis] = counted(index, node.operands[0].type.shape[axis]) or index
    return found


def counted(index: Value, length: int) -> Value | None:
    """The positions of which these are those that count from 0; None if there are none."""
    if not _is(index, "where"):
        return None
    negative, other, same = index.operands
    if not (_is(negative, "less") and _is(other, "add")):
        return None
    position, nil = negative.operands
    fits = _is_number(nil, 0) and _is_number(other.operands[1], length)
    alike = all(_uncast(x) is position for x in (other.operands[0], same))
    return position if fits and alike and position.type.dtype.kind == "i" else None


def are_known(indices: Sequence[Value], shape: Sequence[int]) -> bool:
    """Whether all positions are constants that lie in an array of that shape."""
    return all(
        isinstance(index, Constant)
        and bool(np.all((np.asarray(index.value) >= 0) & (np.asarray(index.value) < length)))
        for index, length in zip(indices, shape, strict=False)
    )


def _is(value: Value, name: str) -> TypeGuard[Node]:
    return isinstance(value, Node) and value.primitive.name == name


def _is_number(value: Value, number: int) -> bool:
    return isinstance(value, Constant) and not value.type.shape and value.value == number


def _uncast(value: Value) -> Value:
    """What a cast to another integer was of, if that one is as wide at least."""
    if _is(value, "cast") and value.type.dtype.kind == "i":
        (x,) = value.operands
        if value.type.dtype.itemsize >= x.type.dtype.itemsize:
            return x
    return value
