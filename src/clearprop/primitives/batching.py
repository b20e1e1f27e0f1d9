"""What the batching rules share: one leading axis, along which the elements of a batch stand.

A rule receives operands of which some have that axis and others do not, and rebuilds its operation
so that the result has it. Operands without it are repeated only where they must be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clearprop.graph import Shape, Type, stack_of, tuple_of, type_of
from clearprop.primitives.axes import Axes
from clearprop.primitives.builder import Builder, Sym


def batched_type(type_: Type, size: int) -> Type:
    """The type of a batch of such values: a leading axis of that length, in every part.

    >>> batched_type(type_of((3,), "float32"), 2), batched_type(stack_of(type_of((), "bool")), 2)
    (float32[2,3], stack(bool[2]))
    """
    if type_.form == "array":
        return type_of((size, *type_.shape), type_.dtype)
    parts = [batched_type(part, size) for part in type_.parts]
    return tuple_of(tuple(parts)) if type_.form == "tuple" else stack_of(*parts)


def after(axes: Axes) -> Axes:
    """The same axes, counted with a leading one before them."""
    return tuple(axis + 1 for axis in axes)


def repeated(ops: Builder, x: Sym, size: int) -> Sym:
    """One array, or one stack, as a batch of equal ones."""
    if x.type.form == "stack":
        return ops.stack_repeat(x, count=size, axis=0)
    return ops.broadcast(x, shape=(size, *x.shape))


def together(ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int) -> list[Sym]:
    """All operands with the leading axis: those that lack it are repeated."""
    pairs = zip(xs, batched, strict=True)
    return [x if has_axis else repeated(ops, x, size) for x, has_axis in pairs]


def moved(ops: Builder, x: Sym, start: int, stop: int) -> Sym:
    """The array with one axis at another place; the others keep their order."""
    order = [axis for axis in range(len(x.shape)) if axis != start]
    order.insert(stop, start)
    return x if start == stop else ops.transpose(x, axes=tuple(order))


def select(ops: Builder, mask: Sym, yes: Sym, no: Sym) -> Sym:
    """Element by element of a batch the one or the other; of stacks the first.

    The mask speaks of the leading axes; without axes it is that of a function for one element.
    Stacks grow and shrink for all elements at once: what lies on them knows for whom it counts.
    """
    if yes.type.form == "stack":
        return yes
    if mask.shape in ((), yes.shape):
        return ops.where(mask, yes, no)
    column = ops.reshape(mask, shape=(*mask.shape, *[1] * (len(yes.shape) - len(mask.shape))))
    return ops.where(ops.broadcast(column, shape=yes.shape), yes, no)


def own_places(ops: Builder, shape: Shape) -> Sym:
    """For index arrays of that shape the one that picks each element of the batch for itself."""
    column = ops.reshape(ops.iota(shape[0]), shape=(shape[0], *[1] * (len(shape) - 1)))
    return ops.broadcast(column, shape=shape)


def batch_write(
    ops: Builder, write: Callable[..., Sym], xs: Sequence[Sym], batched: Sequence[bool], size: int
) -> Sym:
    """The rule of operations that write an update into a base at index arrays.

    Where all elements of the batch write to the same positions, the indexed axes are put in front
    and the index arrays serve as they are; else one more index array keeps the elements apart.
    """
    base, update = together(ops, xs[:2], batched[:2], size)
    if any(batched[2:]):
        indices = together(ops, xs[2:], batched[2:], size)
        return write(base, update, own_places(ops, indices[0].shape), *indices)
    count, rank = len(xs) - 2, len(xs[2].shape)
    written = write(moved(ops, base, 0, count), moved(ops, update, 0, rank), *xs[2:])
    return moved(ops, written, count, 0)
