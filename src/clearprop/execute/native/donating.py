"""Donated inputs: their memory may become an output's, if nothing reads them any more by then."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from clearprop.execute.native.bodies import Scan
from clearprop.execute.native.layouts import Buffer, Layout, whole
from clearprop.execute.native.steps import Loop, Step


def reuses(
    steps: Sequence[Step],
    inputs: Mapping[Buffer, int],
    outputs: Collection[Buffer],
    kept: Collection[Buffer],
) -> dict[Buffer, int]:
    """For outputs the number of the input whose memory each may have.

    Args:
        steps: What is done, in order.
        inputs: The buffers of donated inputs, and their numbers.
        outputs: The buffers of the outputs.
        kept: Buffers that have to stay as they are.
    """
    found: dict[Buffer, int] = {}
    free = {buffer: number for buffer, number in inputs.items() if buffer not in kept}
    for output in dict.fromkeys(outputs):
        for buffer, number in free.items():
            if buffer.type is output.type and output.type.shape and _follows(steps, buffer, output):
                found[output] = number
                del free[buffer]
                break
    return found


def _follows(steps: Sequence[Step], before: Buffer, after: Buffer) -> bool:
    """Whether one buffer is written only where the other is not needed any more."""
    last = max((i for i, step in enumerate(steps) if before in step.reads()), default=-1)
    first = min((i for i, step in enumerate(steps) if after in step.writes()), default=len(steps))
    if first != last:
        return last < first
    step = steps[first]
    if isinstance(step, Loop):
        return _is_read_where_written(step, before, after)
    return isinstance(step, Scan) and _is_carried(step, before, after)


def _is_read_where_written(loop: Loop, before: Buffer, after: Buffer) -> bool:
    """Whether each element is read by the trip that writes it, and by no other."""
    reads = [layout for layout in loop.loads if layout.buffer is before]
    writes = [store.place for store in loop.stores if store.place.buffer is after]
    folds = any(fold.place.buffer is after for fold in loop.folds)
    places = {_place(layout) for layout in (*reads, *writes)}
    return not folds and len(places) == 1 and _visits_once(reads[0])


def _place(layout: Layout) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    return layout.offset, layout.shape, layout.strides


def _visits_once(layout: Layout) -> bool:
    return all(step for step, n in zip(layout.strides, layout.shape, strict=True) if n > 1)


def _is_carried(scan: Scan, before: Buffer, after: Buffer) -> bool:
    """Whether one is a carry's first value, and the other its last; trips write to two places.

    Where their number is even, the first trip writes to the other place.
    """
    pairs = [
        (given, final)
        for given, final in zip(scan.carries, scan.finals, strict=True)
        if given.buffer is before or final.buffer is after
    ]
    others = [*scan.consts, *scan.slices, *scan.stacked, *scan.histories.values()]
    if len(pairs) != 1 or any(layout.buffer in (before, after) for layout in others):
        return False
    if before in scan.body.constants.values():
        return False
    (given, final), is_even = pairs[0], scan.length % 2 == 0
    same = given == whole(before) and final == whole(after)
    return same and is_even and scan.length > 0
