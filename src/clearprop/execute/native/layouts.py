"""Where the elements of a value lie: a buffer, an offset, and a stride per axis.

Views are not computed: which element of the operand each element of a view is follows from NumPy
itself, which is asked for the same view of an array that is never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, final

import numpy as np

from clearprop.graph import Node, Type

VIEWS = frozenset({"broadcast", "reshape", "transpose", "slice", "flip"})
"""The primitives whose result is, or may be, a view of the operand."""


@final
@dataclass(frozen=True, slots=True)
class Buffer:
    """A piece of memory that holds a value's elements, in C order.

    Attributes:
        number: Its place in the table of buffers.
        type: What it holds.
    """

    number: int
    type: Type

    @property
    def bytes(self) -> int:
        """Its size."""
        return self.type.size * self.type.dtype.itemsize


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """Where the elements of an array lie.

    Attributes:
        buffer: In which memory.
        offset: Of the first element, in elements.
        shape: The array's.
        strides: Per axis, in elements; 0 repeats.
    """

    buffer: Buffer
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the elements."""
        return self.buffer.type.dtype

    @property
    def is_whole(self) -> bool:
        """Whether it is the buffer as it is, in C order."""
        return self.offset == 0 and self == whole(self.buffer, self.shape)


def whole(buffer: Buffer, shape: Sequence[int] | None = None) -> Layout:
    """All of a buffer, in C order."""
    shape = buffer.type.shape if shape is None else tuple(shape)
    return Layout(buffer, 0, shape, c_strides(shape))


def c_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """The strides of an array in C order, in elements.

    >>> c_strides((2, 3, 4))
    (12, 4, 1)
    """
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def view(node: Node, operand: Layout) -> Layout | None:
    """The layout of a view of the operand; None where NumPy would have to copy.

    Args:
        node: The operation, one of :data:`VIEWS`.
        operand: The layout of its operand.
    """
    if not node.type.size or not prod(operand.shape):
        return Layout(operand.buffer, 0, node.type.shape, (0,) * len(node.type.shape))
    if not operand.shape and not node.type.shape:
        return operand
    params = dict(node.params)
    dummy = _untouched(operand)
    if node.primitive.name == "reshape":
        try:
            found = np.reshape(dummy, params["shape"], copy=False)
        except ValueError:
            return None
    else:
        found = node.primitive.value(np, dummy, **params)
    offset = operand.offset + found.ctypes.data - dummy.ctypes.data
    return Layout(operand.buffer, offset, found.shape, found.strides)


def _untouched(layout: Layout) -> Any:
    """An array of bytes with these strides, so that strides count elements; not to be read."""
    span = sum((n - 1) * abs(s) for n, s in zip(layout.shape, layout.strides, strict=True)) + 1
    lowest = sum((n - 1) * min(s, 0) for n, s in zip(layout.shape, layout.strides, strict=True))
    return np.ndarray(
        layout.shape, np.int8, np.empty(span, np.int8), -lowest, strides=layout.strides
    )


def region(layout: Layout, start: Sequence[int], step: Sequence[int], shape: Any) -> Layout:
    """The part of a layout that begins at an element and goes on by steps."""
    offset = layout.offset + sum(i * s for i, s in zip(start, layout.strides, strict=True))
    strides = tuple(k * s for k, s in zip(step, layout.strides, strict=True))
    return Layout(layout.buffer, offset, tuple(shape), strides)


def collapsed(
    layouts: Sequence[Layout], shape: Sequence[int], keep: Sequence[bool]
) -> tuple[list[int], list[bool], list[tuple[int, ...]]]:
    """The fewest axes that all layouts can be walked by together.

    Args:
        layouts: Layouts of one shape.
        shape: The shape.
        keep: A mark per axis; only axes with the same mark are merged.

    Returns:
        The lengths, the marks, and each layout's strides along the axes that are left.
    """
    lengths: list[int] = []
    marks: list[bool] = []
    strides: list[list[int]] = [[] for _ in layouts]
    for axis, length in enumerate(shape):
        if length == 1:
            continue
        steps = [layout.strides[axis] for layout in layouts]
        joins = bool(lengths) and marks[-1] == keep[axis]
        if joins and all(s[-1] == k * length for s, k in zip(strides, steps, strict=True)):
            lengths[-1] *= length
            for walked, step in zip(strides, steps, strict=True):
                walked[-1] = step
            continue
        lengths.append(length)
        marks.append(keep[axis])
        for walked, step in zip(strides, steps, strict=True):
            walked.append(step)
    return lengths, marks, [tuple(walked) for walked in strides]
