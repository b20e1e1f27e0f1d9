"""The general dot product as a stack of matrix products: which strides the operands have."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Any

from clearprop.execute.native.layouts import Layout, c_strides
from clearprop.execute.native.products import Product
from clearprop.graph import Node


def matrix(node: Node, side: int, layout: Layout) -> tuple[Layout | None, Layout]:
    """An operand as a stack of matrices, without moving any element.

    Args:
        node: The dot product.
        side: 0 for the left operand, 1 for the right one.
        layout: Where the operand lies.

    Returns:
        A layout of shape (stack, rows, columns), one of the last strides being 1; None if there is
        no such layout. Beside it the operand with its axes in that order, not merged.
    """
    groups = _groups(node, side)
    order = [axis for group in groups for axis in group]
    moved = Layout(
        layout.buffer,
        layout.offset,
        tuple(layout.shape[axis] for axis in order),
        tuple(layout.strides[axis] for axis in order),
    )
    merged = [
        _merged([layout.shape[a] for a in group], [layout.strides[a] for a in group])
        for group in groups
    ]
    if any(step is None for step in merged):
        return None, moved
    shape = tuple(prod(layout.shape[axis] for axis in group) for group in groups)
    found = Layout(layout.buffer, layout.offset, shape, tuple(merged))  # type: ignore[arg-type]
    return (found if _is_usable(found) else None), moved


def as_matrix(node: Node, side: int, layout: Layout) -> Layout:
    """An operand whose axes are in order, in C order, as a stack of matrices."""
    lengths = iter(layout.shape)
    shape = tuple(prod(next(lengths) for _ in group) for group in _groups(node, side))
    return Layout(layout.buffer, layout.offset, shape, c_strides(shape))


def product_of(node: Node, a: Layout, b: Layout) -> Product:
    """The stack of matrix products of two stacks of matrices, into C order."""
    (count, m, k), n = a.shape, b.shape[2]
    return Product(
        m=m,
        n=n,
        k=k,
        dtype="float32" if node.type.dtype.name == "float32" else "float64",
        transposed_a=not _rows_lie(a),
        transposed_b=not _rows_lie(b),
        lda=_leading(a),
        ldb=_leading(b),
        ldc=n,
        batch=count,
        batch_a=a.strides[0],
        batch_b=b.strides[0],
        batch_c=m * n,
    )


def _groups(node: Node, side: int) -> tuple[Sequence[int], ...]:
    """The operand's axes: of the stack, of the rows, of the columns."""
    params: dict[str, Any] = dict(node.params)
    contract, batch = params["contract"][side], params["batch"][side]
    free = [i for i in range(node.operands[side].type.ndim) if i not in (*contract, *batch)]
    return (batch, free, contract) if side == 0 else (batch, contract, free)


def _merged(shape: Sequence[int], strides: Sequence[int]) -> int | None:
    """The one stride that walks several axes; None if there is none."""
    real = [(n, s) for n, s in zip(shape, strides, strict=True) if n != 1]
    for (_, outer), (length, inner) in pairwise(real):
        if outer != inner * length:
            return None
    return real[-1][1] if real else 0


def _rows_lie(layout: Layout) -> bool:
    """Whether the elements of a row lie side by side."""
    return layout.strides[2] == 1 or layout.shape[2] == 1


def _leading(layout: Layout) -> int:
    """The distance of rows, or of columns where those lie side by side."""
    _, rows, columns = layout.shape
    if _rows_lie(layout):
        return layout.strides[1] if rows > 1 else max(columns, 1)
    return layout.strides[2] if columns > 1 else max(rows, 1)


def _is_usable(layout: Layout) -> bool:
    """Whether a kernel can read it: one unit stride, and no element repeated or reversed."""
    _, rows, columns = layout.shape
    by_row, by_column = layout.strides[1:]
    if columns == 1 and rows > 1:
        return by_row >= 1  # a column: its elements may lie apart
    if by_column == 1 or columns == 1:
        return rows == 1 or by_row >= columns
    return (by_row == 1 or rows == 1) and by_column >= rows
