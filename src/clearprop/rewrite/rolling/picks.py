"""Parts of arrays: which elements of which array a value consists of.

Indexing leaves slices and reshapes behind. What those do to an array is done to the array of its
positions; so parts that were taken one by one are found to be a slice of the whole, or a block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from clearprop.graph import Graph, Input, Value, constant
from clearprop.primitives import Builder, Sym

MOVES: Final = ("slice", "reshape", "transpose", "flip")
"""Operations whose result consists of elements of the operand."""


@final
@dataclass(frozen=True, slots=True)
class Pick:
    """Elements of an array.

    Attributes:
        base: The array.
        places: Where each element stands in the array, counted in C order.
    """

    base: Value
    places: np.ndarray[Any, Any]


def picks_of(graph: Graph) -> dict[Value, Pick]:
    """Slices, and what moves make of them and of inputs: which elements of what they are."""
    found: dict[Value, Pick] = {}
    whole: dict[Value, Pick] = {}
    for node in graph.nodes:
        if node.primitive.name not in MOVES or not node.type.size:
            continue
        (x,) = node.operands
        before = found.get(x)
        is_array = isinstance(x, Input) and x.type.shape
        if before is None and (node.primitive.name == "slice" or is_array):
            before = whole.get(x)
            if before is None:
                places = np.arange(x.type.size).reshape(x.type.shape)
                before = whole[x] = Pick(x, places)
        if before is not None:
            moved = node.primitive.evaluator(node.params)(before.places)
            found[node] = Pick(before.base, moved)
    return found


def picked(ops: Builder, flat: Sym, places: np.ndarray[Any, Any]) -> Sym:
    """The elements at those places, in the shape of the array of places.

    Args:
        ops: What the operations are made with.
        flat: The array, as one row.
        places: Where the elements stand in it; one at least.
    """
    outermost = _outermost(places)
    ordered = places.transpose(outermost)
    found = _regular(ops, flat, ordered)
    if found is None:
        found = ops.gather(flat, constant(places.reshape(-1), weak=False))
        return ops.reshape(found, shape=places.shape)
    found = ops.reshape(found, shape=ordered.shape)
    return ops.transpose(found, axes=tuple(np.argsort(outermost).tolist()))


def put(ops: Builder, base: Sym, values: Sym, places: np.ndarray[Any, Any]) -> Sym:
    """The array with values at some places, which are all different.

    Args:
        ops: What the operations are made with.
        base: The array.
        values: What is written.
        places: Where each goes, counted in C order; of the shape of the values.
    """
    outermost = _outermost(places)
    ordered = places.transpose(outermost)
    values = ops.transpose(values, axes=tuple(outermost))
    steps = _steps(ordered)
    count = places.size
    if count == base.type.size and steps == [(1, count)]:
        return ops.reshape(values, shape=base.shape)
    flat = ops.reshape(base, shape=(base.type.size,))
    values = ops.reshape(values, shape=(count,))
    if steps is not None and len(steps) == 1 and steps[0][0] > 0:
        first, last, step = int(ordered.flat[0]), int(ordered.flat[-1]), steps[0][0]
        flat = ops.assign(flat, values, start=(first,), stop=(last + 1,), step=(step,))
    else:
        flat = ops.scatter(flat, values, constant(ordered.reshape(-1), weak=False))
    return ops.reshape(flat, shape=base.shape)


def _outermost(places: np.ndarray[Any, Any]) -> list[int]:
    """The axes, those along which places are farther apart before others."""
    return sorted(range(places.ndim), key=lambda axis: -_step(places, axis))


def _regular(ops: Builder, flat: Sym, places: np.ndarray[Any, Any]) -> Sym | None:
    """A slice, or columns of a block of rows; None if the places follow no such rule."""
    steps = _steps(places)
    if steps is None or len(steps) > 2 or any(step <= 0 for step, _ in steps):
        return None
    first, last = int(places.flat[0]), int(places.flat[-1])
    if len(steps) < 2:
        step = steps[0][0] if steps else 1
        return ops.slice(flat, start=(first,), stop=(last + 1,), step=(step,))
    (far, rows), (near, columns) = steps
    column = max(0, first + rows * far - flat.shape[0])  # the last row ends within the array
    end = column + near * (columns - 1) + 1
    if column > first or end > far:
        return None
    start = first - column
    block = ops.slice(flat, start=(start,), stop=(start + rows * far,), step=(1,))
    block = ops.reshape(block, shape=(rows, far))
    return ops.slice(block, start=(0, column), stop=(rows, end), step=(1, near))


def _steps(places: np.ndarray[Any, Any]) -> list[tuple[int, int]] | None:
    """How far apart the places stand along each axis, and how many; axes in one where they can be.

    None if they are not equally far apart.
    """
    expected = np.asarray(places.flat[0])
    steps: list[tuple[int, int]] = []
    for axis, length in enumerate(places.shape):
        step = _step(places, axis)
        expected = np.add.outer(expected, step * np.arange(length))
        if steps and steps[-1][0] == step * length:
            steps[-1] = (step, steps[-1][1] * length)
        elif length > 1:
            steps.append((step, length))
    return steps if np.array_equal(expected, places) else None


def _step(places: np.ndarray[Any, Any], axis: int) -> int:
    """How far the second place along an axis stands from the first; 0 if there is but one."""
    second = [0] * places.ndim
    second[axis] = min(1, places.shape[axis] - 1)
    return int(places[tuple(second)] - places.flat[0])
