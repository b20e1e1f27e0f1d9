"""Setting at integer positions of the leading axes: base[indices₁[i…], …] = update[i…].

Where a position stands twice the last one wins, as in NumPy, and only the winner has a path.

>>> import numpy as np
>>> primitive.value(np, np.zeros(3), np.array([1.0, 2.0, 4.0]), np.array([0, 0, 2]))
array([2., 0., 4.])
"""

from typing import Any

from clearprop.graph import type_of
from clearprop.primitives.batching import batch_write
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Linear
from clearprop.primitives.positions import from_zero, written
from clearprop.primitives.samples import integers, reals, sample


def value(xp: Any, base: Any, update: Any, *indices: Any) -> Any:
    """An assignment to a copy."""
    changed = base.copy()
    changed[from_zero(indices)] = update
    return changed


def transpose(
    ops: Builder, ct: Sym, base: Sym, update: Sym, *indices: Sym
) -> tuple[Sym | None, ...]:
    """Zero for what was overwritten: in the base at the indices, in the update where it lost."""
    to_base = ops.scatter(ct, ops.zeros(update.type.with_dtype(ct.dtype)), *indices)
    read = ops.gather(ct, *indices)
    to_update = ops.where(won(ops, base, update, *indices), read, 0)
    return to_base, to_update, *[None] * len(indices)


def won(ops: Builder, base: Sym, update: Sym, *indices: Sym) -> Sym:
    """For each element of the update whether it was the last one written to its place.

    The elements' numbers are written the same way and read back: a winner finds its own.
    """
    places = indices[0].type
    numbers = ops.reshape(ops.iota(places.size), shape=places.shape)
    board = ops.zeros(type_of(base.shape[: len(indices)], "int64"))
    found = ops.gather(ops.scatter(board, numbers, *indices), *indices)
    winners = ops.equal(found, numbers)
    ones = (1,) * (len(update.shape) - len(places.shape))
    return ops.broadcast(ops.reshape(winners, shape=places.shape + ones), shape=update.shape)


primitive = Linear(
    "scatter",
    value=value,
    result=written,
    transpose=transpose,
    batch=lambda ops, xs, batched, size: batch_write(ops, ops.scatter, xs, batched, size),
    formula=r"@0 \text{ with } @1 \text{ at } @2",
    samples=(
        sample(reals(4), reals(3), integers(3)),
        sample(reals(4, 2), reals(2, 3, 2), integers(2, 3)),
        sample(reals(4, 5, 2), reals(6, 2), integers(6), integers(6, high=4)),
        sample(reals(4), reals(), integers()),
        sample(reals(4), reals(0), integers(0)),
        sample(integers(4), integers(3), integers(3)),
    ),
    linear=(0, 1),
)
