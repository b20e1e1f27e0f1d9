"""What folds need: lanes taken together, blocks of trips, and what nothing folds to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from clearprop.execute.native.layouts import whole
from clearprop.execute.native.loops.instructions import Instructions, identity
from clearprop.execute.native.loops.writer import Writer, vector
from clearprop.execute.native.steps import Loop, Store
from clearprop.execute.native.terms import number


def horizontal(unit: Instructions, op: str, dtype: np.dtype[Any], values: Sequence[str]) -> str:
    """All lanes of several vectors as one number, in a fixed order."""
    values = list(values)
    while len(values) > 1:
        pairs = [values[i : i + 2] for i in range(0, len(values), 2)]
        values = [unit.combine(op, dtype, *pair) if len(pair) == 2 else pair[0] for pair in pairs]
    (value,), lanes = values, unit.lanes
    while lanes > 1:
        lanes //= 2
        old, mask = vector(dtype, 2 * lanes), f"<{lanes} x i32>"
        low, high = (
            unit.writer.put(
                f"shufflevector {old} {value}, {old} poison, {mask} "
                f"<{', '.join(f'i32 {i + start}' for i in range(lanes))}>"
            )
            for start in (0, lanes)
        )
        if lanes == 1:
            low, high = (
                unit.writer.put(f"extractelement <1 x {vector(dtype, 1)}> {x}, i32 0")
                for x in (low, high)
            )
        unit = Instructions(unit.writer, lanes)
        value = unit.combine(op, dtype, low, high)
    return value


def blocks(writer: Writer, trips: int | str, size: int) -> int | str:
    """How many blocks of a size, a power of 2, make so many trips; the last may be smaller."""
    if isinstance(trips, int):
        return -(-trips // size)
    more = writer.put(f"add i64 {trips}, {size - 1}")
    return writer.put(f"lshr i64 {more}, {size.bit_length() - 1}")


def least(writer: Writer, trips: int | str, index: str, size: int) -> int | str:
    """How many trips the block of that number has, of blocks of that size."""
    if isinstance(trips, int) and trips % size == 0:
        return size
    done = writer.put(f"mul i64 {index}, {size}")
    left = writer.put(f"sub i64 {trips}, {done}")
    return writer.intrinsic("llvm.smin.i64", "i64", ("i64", left), ("i64", str(size)))


def not_empty(loop: Loop) -> Loop:
    """The loop; what folds nothing writes what nothing folds to."""
    if prod(loop.domain) or not loop.folds:
        return loop
    kept = tuple(n for axis, n in enumerate(loop.domain) if axis not in loop.folded)
    stores = []
    for fold in loop.folds:
        empty = identity(fold.op, fold.term.dtype)
        place = replace(whole(fold.place.buffer, kept), offset=fold.place.offset)
        stores.append(Store(number(empty or 0, fold.term.dtype), place))
    return Loop(kept, stores=stores)
