"""Memory that is written to where it is read: of donated inputs, and of what trips carry on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from clearprop.execute.native.bodies import Scan, While
from clearprop.execute.native.layouts import Buffer, Layout, whole
from clearprop.execute.native.steps import Loop, Multiply, Step


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
            if buffer.type is output.type and output.type.shape and follows(steps, buffer, output):
                found[output] = number
                del free[buffer]
                break
    return found


def updated(
    steps: Sequence[Step], pairs: Mapping[int, tuple[Buffer, Buffer]]
) -> tuple[list[Step], frozenset[int]]:
    """Which carries of a loop a trip can write where it reads them.

    What a trip only hands on, or copies before it changes a part, it need not even copy then: a
    trip that sets one element of an array takes the same time however long the array is.

    Args:
        steps: What a trip does, in order.
        pairs: For carries, by their number, the buffer that enters and the one that leaves.

    Returns:
        The steps, without such copies, and the numbers of the carries.
    """
    steps, found = list(steps), set()
    for number, (before, after) in pairs.items():
        if before.type is not after.type:
            continue
        fewer = _without_copies(steps, before, after)
        for candidate in (fewer, steps):
            if follows(candidate, before, after):
                steps = candidate
                found.add(number)
                break
    return steps, frozenset(found)


def _without_copies(steps: Sequence[Step], before: Buffer, after: Buffer) -> list[Step]:
    """The steps, less what copies one buffer's elements to the same places of another.

    If anything else is written there before, no copy is left out.
    """
    fewer: list[Step] = []
    is_written = False
    for step in steps:
        copies = _copies(step, before, after) if isinstance(step, Loop) else set()
        if copies and isinstance(step, Loop):
            if is_written:
                return list(steps)
            stores = [store for i, store in enumerate(step.stores) if i not in copies]
            step = replace(step, stores=stores).without_idle_loads()
            if not step.stores and not step.folds and not step.refusals:
                continue
        fewer.append(step)
        is_written = is_written or after in step.writes()
    return fewer


def _copies(loop: Loop, before: Buffer, after: Buffer) -> set[int]:
    """Which of a loop's stores copy elements of one buffer to the same places of another."""
    found = set()
    for number, store in enumerate(loop.stores):
        if store.term.op == "load" and store.place.buffer is after:
            source = loop.loads[store.term.payload]
            if source.buffer is before and _place(source) == _place(store.place):
                found.add(number)
    return found


def follows(steps: Sequence[Step], before: Buffer, after: Buffer) -> bool:
    """Whether one buffer is written only where the other is not needed any more."""
    last = max((i for i, step in enumerate(steps) if before in step.reads()), default=-1)
    first = min((i for i, step in enumerate(steps) if after in step.writes()), default=len(steps))
    if first != last:
        return last < first
    step = steps[first]
    if isinstance(step, Loop):
        others = [fold.place for fold in step.folds]
        written = [store.place for store in step.stores]
        return _is_read_where_written(step.loads, written, others, before, after)
    if isinstance(step, Multiply):
        others = [step.a, step.b, step.c]
        return _is_read_where_written(step.read_beside, step.written_beside, others, before, after)
    return isinstance(step, Scan | While) and _is_carried(step, before, after)


def _is_read_where_written(
    read: Sequence[Layout],
    written: Sequence[Layout],
    others: Sequence[Layout],
    before: Buffer,
    after: Buffer,
) -> bool:
    """Whether each element is read along with the one that is written, and never else."""
    reads = [layout for layout in read if layout.buffer is before]
    writes = [layout for layout in written if layout.buffer is after]
    elsewhere = any(layout.buffer in (before, after) for layout in others)
    return not elsewhere and _are_apart([*reads, *writes]) and _visits_once(reads[0])


def _are_apart(places: Sequence[Layout]) -> bool:
    """Whether no trip touches what another touches.

    So it is where all places are the same, or lie beside each other within one step of one axis.
    """
    if len(set(map(_place, places))) == 1:
        return True
    long = {
        tuple((n, step) for n, step in zip(x.shape, x.strides, strict=True) if n > 1)
        for x in places
    }
    axes = long.pop()
    if long or len(axes) > 1:
        return False
    starts = [layout.offset for layout in places]
    return not axes or max(starts) - min(starts) < abs(axes[0][1])


def _place(layout: Layout) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    return layout.offset, layout.shape, layout.strides


def _visits_once(layout: Layout) -> bool:
    return all(step for step, n in zip(layout.strides, layout.shape, strict=True) if n > 1)


def _is_carried(step: Scan | While, before: Buffer, after: Buffer) -> bool:
    """Whether one is a carry's first value, and the other its last.

    Where the trips of a scan write to two places by turns, and their number is even, the first
    trip writes to the other place.
    """
    pairs = [
        (number, given, final)
        for number, (given, final) in enumerate(zip(step.carries, step.finals, strict=True))
        if given.buffer is before or final.buffer is after
    ]
    others = list(step.consts)
    if isinstance(step, Scan):
        others += [*step.slices, *step.stacked, *step.histories.values()]
    if len(pairs) != 1 or any(layout.buffer in (before, after) for layout in others):
        return False
    if any(before in body.constants.values() for body in step.bodies):
        return False
    (number, given, final), *_ = pairs
    if given != whole(before) or final != whole(after):
        return False
    if number in step.body.updated or isinstance(step, While):
        return True
    return step.length % 2 == 0 and step.length > 0
