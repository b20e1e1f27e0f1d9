"""Branches and loops as Python's own, and the stacks on which loops keep what entered a trip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clearprop.execute.source.python.expression import (
    Expression,
    called,
    dtype_name,
    method,
    name,
    shape_text,
)
from clearprop.execute.source.python.lifting import lift, several
from clearprop.execute.source.python.writer import SHORT, Line, Printer, Writer
from clearprop.graph import Input, Node, Value
from clearprop.primitives.stacks import Stack, innermost

# Branches and loops -------------------------------------------------------------------------------


def _cond(writer: Writer, node: Node) -> list[Expression]:
    """``if`` and ``else``."""
    params = dict(node.params)
    operands = [writer.given(x) for x in node.operands[1:]]
    pred = writer.build(node.operands[:1], lambda x: x)
    used = writer.items(node)
    names = [writer.fresh(node, i) if i in used else "" for i in range(len(node.type.parts))]
    for head, graph in ((f"if {pred.text}:", params["on_true"]), ("else:", params["on_false"])):
        writer.line(head, node)
        with writer.indented(), writer.block(graph, operands, node) as outputs:
            _together(writer, names, outputs)
    return [name(x, part.shape) for x, part in zip(names, node.type.parts, strict=True)]


def _scan(writer: Writer, node: Node) -> list[Expression]:
    """``for``, over numbers of trips."""
    params = dict(node.params)
    consts, carries, length = params["consts"], params["carries"], params["length"]
    middle = consts + carries
    body, used = params["body"], writer.items(node)
    operands = [writer.given(x) for x in (*node.operands[:consts], *node.operands[middle:])]
    carried = _carried(writer, node, node.operands[consts:middle], body.inputs[consts:middle])
    stacked = {}
    for i, part in enumerate(node.type.parts[carries:], carries):
        if i in used:
            stacked[i] = name(writer.fresh(node, i), part.shape)
            args = shape_text(part.shape), dtype_name(part.dtype)
            writer.line(f"{stacked[i].text} = {called('np.empty', (), *args).text}", node)
    trip = writer.names.next("i")
    trips = f"range({length})"
    writer.line(f"for {trip} in {f'reversed({trips})' if params['backward'] else trips}:", node)
    slices = [_entry(x, trip) for x in operands[consts:]]
    with (
        writer.indented(),
        writer.block(body, [*operands[:consts], *carried, *slices], node) as outputs,
    ):
        for i, place in stacked.items():
            entry = writer.build(outputs[i : i + 1], lambda x: x)
            writer.line(f"{_entry(place, trip).text} = {entry.text}", outputs[i])
        _together(writer, [x.text for x in carried], outputs[:carries])
    rest = range(carries, len(node.type.parts))
    return [*carried, *(stacked.get(i, name("_", ())) for i in rest)]


def _while(writer: Writer, node: Node) -> list[Expression]:
    """``while``; a condition that takes several lines ends the loop from inside."""
    params = dict(node.params)
    consts, body = params["consts"], params["body"]
    operands = [writer.given(x) for x in node.operands[:consts]]
    carried = _carried(writer, node, node.operands[consts:], body.inputs[consts:])
    inputs, start = [*operands, *carried], len(writer.lines)
    with writer.indented():
        with writer.block(params["cond"], inputs, node) as outputs:
            goes_on = writer.build(outputs, lambda x: x)
        if len(writer.lines) == start:
            head = f"while {goes_on.text}:"
        else:
            head = "while True:"
            writer.line(f"if not {goes_on.text}:", node)
            with writer.indented():
                writer.line("break")
        writer.lines.insert(start, Line(writer.depth - 1, head))
        with writer.block(body, inputs, node) as outputs:
            _together(writer, [x.text for x in carried], outputs)
    return carried


def _carried(
    writer: Writer, node: Node, starts: Sequence[Value], places: Sequence[Input]
) -> list[Expression]:
    """A name for each value that goes from trip to trip, and what it is at first."""
    found = []
    for i, (start, place) in enumerate(zip(starts, places, strict=True)):
        first = writer.build([start], lambda x: x)
        made = writer.fresh(node, i, "c")
        writer.line(f"{made} = {first.text}", node)
        found.append(name(made, place.type.shape))
    return found


def _together(writer: Writer, names: Sequence[str], values: Sequence[Value]) -> None:
    """Several values, each under its name, all at once."""
    pairs = [(x, value) for x, value in zip(names, values, strict=True) if x]
    if len(pairs) > 1:
        for _, value in pairs:
            if len(writer.exact(value).text) > 2 * SHORT:
                writer.named(value)
    given = [(x, writer.build([value], lambda x: x).text) for x, value in pairs]
    given = [(x, text) for x, text in given if x != text]
    if given:
        left, right = (", ".join(side) for side in zip(*given, strict=True))
        writer.line(f"{left} = {right}", pairs[0][1] if len(pairs) == 1 else None)


def _entry(x: Expression, trip: str) -> Expression:
    """What belongs to a trip; equal numbers are the same in each."""
    if x.literal:
        return x
    return Expression(f"{x.text}[{trip}]", x.level, x.shape[1:], cheap=True)


# Stacks -------------------------------------------------------------------------------------------


def _new(writer: Writer, node: Node) -> Expression:
    """An empty stack, which goes on with zeros."""
    params, made = dict(node.params), lift(writer, Stack)
    element = innermost(node.type)
    zeros = f"np.zeros({shape_text(element.shape)}, {dtype_name(element.dtype)})"
    text = f"{made}({zeros if element.shape else f'{dtype_name(element.dtype)}(0)'})"
    for _ in range(params["depth"]):
        text = f"{made}({text})"
    return Expression(text, 18, ())


def _push(writer: Writer, node: Node) -> Expression:
    return writer.build(node.operands, lambda stack, x: method(stack, f"push({x.text})", ()))


def _pop(writer: Writer, node: Node) -> list[Expression]:
    return several(writer, node, writer.build(node.operands, lambda x: method(x, "pop()", ())).text)


def _height(writer: Writer, node: Node) -> Expression:
    return writer.build(node.operands, lambda x: called("np.int64", (), method(x, "height", ())))


def _add(writer: Writer, node: Node) -> Expression:
    return writer.build(node.operands, lambda a, b: Expression(f"{a.text} + {b.text}", 12, ()))


def _sum(writer: Writer, node: Node) -> Expression:
    axis = dict(node.params)["axis"]
    change = f"map(lambda x: np.sum(x, axis={axis}, dtype=x.dtype))"
    return writer.build(node.operands, lambda x: method(x, change, ()))


PRINTERS: Final[dict[str, Printer]] = {
    "cond": _cond,
    "scan": _scan,
    "while_loop": _while,
    "stack_new": _new,
    "stack_push": _push,
    "stack_pop": _pop,
    "stack_height": _height,
    "stack_add": _add,
    "stack_sum": _sum,
}
"""How each is written."""
