"""Numbers that lie side by side for each lane of a vector: moved together, and turned in registers.

Of an array of small arrays a loop takes one per lane, and reads it component by component. What
fills up to 16 bytes is read at once for each lane instead, and up to 64 are written. Registers hold
such pieces of several lanes, and all pieces of the same place in them are turned like a little
matrix: of 16 bytes that is one instruction for two registers on every processor, and in any case a
fraction of what it takes to move each number alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from clearprop.execute.native.layouts import Layout
from clearprop.execute.native.loops.access import Access
from clearprop.execute.native.loops.writer import element

PIECE: Final = 16
"""The bytes that are read together, at most."""

MOST_WRITTEN: Final = 64
"""The bytes that are written together, at most: each piece waits by itself for its memory."""

Group = tuple[int, ...]
"""The places of accesses that are done together, from the first number on."""


def groups(
    layouts: Sequence[Layout],
    strides: Sequence[tuple[int, ...]],
    axis: int | None,
    lanes: int,
    places: Iterable[int],
    most: int,
) -> dict[int, Group]:
    """Which accesses are done together, by each of their places.

    Args:
        layouts: Of all accesses.
        strides: Of each of them, along the loop's axes.
        axis: The axis that is taken by vectors.
        lanes: The vector's length.
        places: The accesses in question, which all read or all write.
        most: The bytes that may be moved together, at most.
    """
    found: dict[int, Group] = {}
    if axis is None:
        return found
    rows: defaultdict[Any, dict[int, int]] = defaultdict(dict)
    for place in places:
        layout, size = layouts[place], layouts[place].dtype.itemsize
        if abs(strides[place][axis]) > 1 and size in (4, 8) and lanes * size % PIECE == 0:
            rows[layout.buffer, strides[place]][layout.offset] = place
    for (buffer, _), row in rows.items():
        size = buffer.type.dtype.itemsize
        for run in _runs(sorted(row)):
            count, done = min(most // size, lanes), 0
            while count > 1:
                if done + count > len(run):
                    count //= 2
                    continue
                group = tuple(row[offset] for offset in run[done : done + count])
                found.update(dict.fromkeys(group, group))
                done += count
    return found


def load(
    access: Access, dtype: np.dtype[Any], count: int, pointer: str, stride: int, tail: int
) -> list[str]:
    """So many numbers, each as a vector; with a tail only of the first lanes."""
    put = access.writer.put
    piece = f"<{count} x {element(dtype)}>"
    rows = []
    for first in range(count):
        pieces = []
        for lane in range(first, access.lanes, count):
            if tail and lane >= tail:
                pieces.append("zeroinitializer")
            else:
                place = access.moved(pointer, dtype, lane * stride)
                pieces.append(put(f"load {piece}, ptr {place}, align {dtype.itemsize}"))
        rows.append(_joined(access, dtype, count, pieces))
    return _turned(access, dtype, rows)


def store(
    access: Access,
    dtype: np.dtype[Any],
    values: Sequence[str],
    pointer: str,
    stride: int,
    tail: int,
) -> None:
    """Write vectors of numbers that lie side by side."""
    count, single = len(values), element(dtype)
    type_ = f"<{access.lanes} x {single}>"
    for first, row in enumerate(_turned(access, dtype, values)):
        for lane in range(first, tail or access.lanes, count):
            chosen = range(lane - first, lane - first + count)
            piece = _chosen(access, type_, row, "poison", chosen)
            place = access.moved(pointer, dtype, lane * stride)
            kind = f"<{count} x {single}>"
            access.writer.do(f"store {kind} {piece}, ptr {place}, align {dtype.itemsize}")


def _runs(offsets: Sequence[int]) -> list[list[int]]:
    """Numbers in rising order, divided where one is left out."""
    runs = [list(offsets[:1])]
    for before, offset in pairwise(offsets):
        if offset != before + 1:
            runs.append([])
        runs[-1].append(offset)
    return runs


def _joined(access: Access, dtype: np.dtype[Any], length: int, pieces: list[str]) -> str:
    """Pieces of that length, one after the other in one register."""
    while len(pieces) > 1:
        type_ = f"<{length} x {element(dtype)}>"
        length *= 2
        pieces = [
            _chosen(access, type_, low, high, range(length))
            for low, high in zip(pieces[::2], pieces[1::2], strict=True)
        ]
    return pieces[0]


def _turned(access: Access, dtype: np.dtype[Any], rows: Sequence[str]) -> list[str]:
    """Registers with rows and columns of their pieces exchanged.

    Within 16 bytes the numbers of two registers are mixed by turns, for which all processors have
    an instruction; then runs of them change places.
    """
    type_ = f"<{access.lanes} x {element(dtype)}>"
    least = min(PIECE // dtype.itemsize, len(rows))

    def mixed(a: str, b: str, runs: Iterable[int], size: int) -> str:
        """By turns so many numbers of each, from where runs start."""
        chosen = [
            side + start + i for start in runs for side in (0, access.lanes) for i in range(size)
        ]
        return _chosen(access, type_, a, b, chosen)

    made, size = list(rows), 1
    while size < least:
        pairs = [(i, i + size) for i in range(len(made)) if not i & size]
        halves = [
            [
                piece + start
                for piece in range(0, access.lanes, least)
                for start in range(half * least // 2, (half + 1) * least // 2, size)
            ]
            for half in (0, 1)
        ]
        made = [mixed(made[i], made[j], half, size) for i, j in pairs for half in halves]
        size *= 2
    while size < len(made):
        for i, j in [(i, i + size) for i in range(len(made)) if not i & size]:
            even, odd = (range(first, access.lanes, 2 * size) for first in (0, size))
            made[i], made[j] = (
                mixed(made[i], made[j], even, size),
                mixed(made[i], made[j], odd, size),
            )
        size *= 2
    return made


def _chosen(access: Access, type_: str, a: str, b: str, lanes: Iterable[int]) -> str:
    """Some numbers of two registers."""
    text = [f"i32 {lane}" for lane in lanes]
    return access.writer.put(
        f"shufflevector {type_} {a}, {type_} {b}, <{len(text)} x i32> <{', '.join(text)}>"
    )
