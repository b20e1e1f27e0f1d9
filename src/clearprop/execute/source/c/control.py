"""Loops and branches as C's own; what is carried is changed where it lies, or by turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from clearprop.execute.native.bodies import Body, Branch, Scan, While
from clearprop.execute.native.layouts import Buffer, Layout
from clearprop.execute.native.special import FLAG, WATCH
from clearprop.execute.source.c.writer import Frame, Writer, bytes_of, in_scratch, place, type_name

Steps = Callable[[Frame, Sequence[object]], None]
"""Writes steps."""

ALIGNMENT: Final = 64


def write_scan(frame: Frame, step: Scan, at: int, steps: Steps) -> None:
    """``for``, with one or two places for each carry, the last trip's being the result."""
    writer, body = frame.writer, step.body
    free = at + _rounded(body.arena_bytes)
    if not step.length:
        for start, final in zip(step.carries, step.finals, strict=True):
            _copy(writer, frame.address(final), frame.address(start), bytes_of(final))
        return
    count, carries = len(step.consts), len(step.carries)
    entering = body.inputs[count : count + carries]
    names = {**_constants(frame, body), **_all(frame, body.inputs[:count], step.consts)}
    with writer.block():
        carried = []
        others = {}
        for i, (start, final) in enumerate(zip(step.carries, step.finals, strict=True)):
            type_ = type_name(start.dtype)
            first = frame.address(start)
            if i in step.histories:
                history = step.histories[i]
                row = str(step.length - 1 if step.backward else 0)
                first = _row(frame, history, row)
                _copy(writer, first, frame.address(start), bytes_of(start))
            elif i in body.updated:
                first = frame.address(final)
                _copy(writer, first, frame.address(start), bytes_of(start))
            carried.append(writer.fresh("c"))
            writer.line(f"const {type_} *{carried[-1]} = {first};")
            if i in step.doubled:
                others[i] = in_scratch(type_, free)
                free += _rounded(final.buffer.bytes)
        trip = writer.fresh("trip")
        here = f"({step.length - 1} - {trip})" if step.backward else trip
        with writer.loop(trip, step.length):
            targets = []
            for i, final in enumerate(step.finals):
                targets.append(writer.fresh("n"))
                ours = frame.address(final)
                choice = ours
                if i in others:
                    choice = f"({step.length - 1} - {trip}) % 2 ? {others[i]} : {ours}"
                if i in step.histories:
                    history = step.histories[i]
                    row = f"({here} {'-' if step.backward else '+'} 1)"
                    following = _row(frame, history, row)
                    choice = f"{trip} == {step.length - 1} ? {ours} : {following}"
                writer.line(f"{type_name(final.dtype)} *const {targets[-1]} = {choice};")
            names.update(zip(entering, carried, strict=True))
            names.update(zip(body.outputs[:carries], targets, strict=True))
            for buffers, layouts, const in (
                (body.inputs[count + carries :], step.slices, "const "),
                (body.outputs[carries:], step.stacked, ""),
            ):
                for buffer, layout in zip(buffers, layouts, strict=True):
                    if buffer in _used(body):
                        names[buffer] = writer.fresh("x" if const else "y")
                        place_ = _row(frame, layout, here)
                        type_ = f"{const}{type_name(layout.dtype)}"
                        writer.line(f"{type_} *const {names[buffer]} = {place_};")
            _write(frame, body, names, at, steps)
            for mine, following in zip(carried, targets, strict=True):
                writer.line(f"{mine} = {following};")
        for mine in carried:
            writer.line(f"(void){mine};")


def write_while(frame: Frame, step: While, at: int, steps: Steps) -> None:
    """``for (;;)`` with the condition in front of each trip."""
    writer, body, count = frame.writer, step.body, len(step.consts)
    middle = at + _rounded(step.cond.arena_bytes)
    free = middle + _rounded(body.arena_bytes)
    with writer.block():
        carried = []
        pointers = []
        for i, (start, final) in enumerate(zip(step.carries, step.finals, strict=True)):
            type_ = type_name(start.dtype)
            if i in body.updated:
                ours = frame.address(final)
                _copy(writer, ours, frame.address(start), bytes_of(start))
                pointers.append((ours, ours))
                continue
            now, following, spare = (writer.fresh(letter) for letter in "cnm")
            pointers.append((now, following))
            writer.line(f"const {type_} *{now} = {frame.address(start)};")
            for name in (following, spare):
                writer.line(f"{type_} *{name} = {in_scratch(type_, free)};")
                free += _rounded(start.buffer.bytes)
            carried.append((type_, now, following, spare, final))
        with writer.block("for (;;)"):
            goes_on = writer.fresh("more")
            writer.line(f"bool {goes_on};")
            names = _all(frame, step.cond.inputs[:count], step.consts)
            names.update(zip(step.cond.inputs[count:], [x for x, _ in pointers], strict=True))
            names[step.cond.outputs[0]] = f"&{goes_on}"
            _write(frame, step.cond, {**_constants(frame, step.cond), **names}, at, steps)
            writer.line(f"if (!{goes_on}) break;")
            names = _all(frame, body.inputs[:count], step.consts)
            names.update(zip(body.inputs[count:], [x for x, _ in pointers], strict=True))
            names.update(zip(body.outputs, [x for _, x in pointers], strict=True))
            _write(frame, body, {**_constants(frame, body), **names}, middle, steps)
            for type_, now, following, spare, _ in carried:
                writer.line(f"{now} = {following};")
                with writer.block():
                    writer.line(f"{type_} *const swap = {spare};")
                    writer.line(f"{spare} = {following};")
                    writer.line(f"{following} = swap;")
        for _, now, _, _, final in carried:
            _copy(writer, frame.address(final), now, bytes_of(final))
            writer.line(f"(void){now};")


def write_branch(frame: Frame, step: Branch, at: int, steps: Steps) -> None:
    """``if`` and ``else``."""
    writer = frame.writer
    pred = f"{frame.pointer(step.pred.buffer)}[{step.pred.offset}]"
    for head, body in ((f"if ({pred})", step.on_true), ("else", step.on_false)):
        with writer.block(head):
            names = _constants(frame, body)
            names.update(_all(frame, body.inputs, step.operands))
            names.update(_all(frame, body.outputs, step.results))
            _write(frame, body, names, at, steps)


def _write(frame: Frame, body: Body, names: dict[Buffer, str], at: int, steps: Steps) -> None:
    """The steps of a body."""
    inner = Frame(frame.writer, names, body.inside, at, body.scratch)
    steps(inner, body.steps)
    inner.close()


def _constants(frame: Frame, body: Body) -> dict[Buffer, str]:
    """Where a body finds the constants that it reads.

    What is a flag in native code is a ``return``, and no loop asks whether it shall go on.
    """
    used = _used(body) - {FLAG, WATCH}
    return {x: frame.pointer(outer) for x, outer in body.constants.items() if x in used}


def _all(frame: Frame, buffers: Sequence[Buffer], layouts: Sequence[Layout]) -> dict[Buffer, str]:
    """Where a body finds what is the same in each trip."""
    return {
        buffer: f"({frame.address(layout)})" if layout.offset else frame.pointer(layout.buffer)
        for buffer, layout in zip(buffers, layouts, strict=True)
    }


def _used(body: Body) -> set[Buffer]:
    """The buffers that a body's steps touch."""
    return {x for step in body.steps for x in (*step.reads(), *step.writes())}


def _row(frame: Frame, layout: Layout, index: str) -> str:
    """The address of what belongs to a trip."""
    by = place(layout.offset, layout.strides[:1], (index,))
    pointer = frame.pointer(layout.buffer)
    return pointer if by == "0" else f"{pointer} + {by}"


def _copy(writer: Writer, target: str, source: str, size: int) -> None:
    if size:
        writer.line(f"memmove({target}, {source}, {size});")


def _rounded(size: int) -> int:
    return -(-max(size, 1) // ALIGNMENT) * ALIGNMENT
