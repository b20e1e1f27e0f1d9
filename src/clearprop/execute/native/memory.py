"""Where intermediate results lie: one arena, whose places are used again once nobody reads them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from clearprop.execute.native.layouts import Buffer
from clearprop.execute.native.steps import Step

ALIGNMENT = 64
"""Of the places in the arena, in bytes: a cache line, and a vector register."""

SINGLE = 8
"""The size of a place for a single number, which many share a cache line."""


def arena(
    steps: Sequence[Step], outside: Collection[Buffer], scratch: Sequence[int]
) -> tuple[dict[Buffer, int], list[int], int]:
    """The plan of the arena.

    Args:
        steps: In order.
        outside: The buffers that lie elsewhere: inputs, outputs, constants.
        scratch: How many bytes each step needs while it runs.

    Returns:
        The offset of each buffer, the offset of each step's scratch, and the size in bytes.
    """
    last: dict[Buffer, int] = {}
    for at, step in enumerate(steps):
        for buffer in (*step.reads(), *step.writes()):
            last[buffer] = at
    ending: dict[int, list[Buffer]] = {}
    for buffer, at in last.items():
        ending.setdefault(at, []).append(buffer)
    free: list[tuple[int, int]] = []  # (offset, size), by offset
    offsets = {x: 0 for step in steps for x in step.reads() if x not in outside and not x.bytes}
    places: list[int] = []
    size = 0

    singles: list[int] = []  # places of single numbers that are free

    def take(wanted: int) -> int:
        nonlocal size
        if wanted <= SINGLE:
            if not singles:
                start = take(SINGLE * ALIGNMENT)
                singles.extend(range(start, start + SINGLE * ALIGNMENT, SINGLE))
                singles.reverse()
            return singles.pop()
        wanted = _rounded(wanted)
        fitting = [(length, offset) for offset, length in free if length >= wanted]
        if not fitting:
            size += wanted
            return size - wanted
        length, offset = min(fitting)
        free.remove((offset, length))
        if length > wanted:
            free.append((offset + wanted, length - wanted))
        return offset

    def give(offset: int, length: int) -> None:
        if length <= SINGLE:
            singles.append(offset)
            return
        free.append((offset, _rounded(length)))
        free.sort()
        merged: list[tuple[int, int]] = []
        for start, extent in free:
            if merged and merged[-1][0] + merged[-1][1] == start:
                merged[-1] = (merged[-1][0], merged[-1][1] + extent)
            else:
                merged.append((start, extent))
        free[:] = merged

    for at, step in enumerate(steps):
        for buffer in step.writes():
            if buffer not in offsets and buffer not in outside:
                offsets[buffer] = take(buffer.bytes)
        places.append(take(scratch[at]) if scratch[at] else 0)
        if scratch[at]:
            give(places[-1], scratch[at])
        for buffer in ending.get(at, ()):
            if buffer in offsets and buffer.bytes:
                give(offsets[buffer], buffer.bytes)
    return offsets, places, size


def _rounded(size: int) -> int:
    return max(-(-size // ALIGNMENT), 1) * ALIGNMENT
