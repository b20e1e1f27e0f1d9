"""Operations that move elements about without changing them: views, rows of arrays, margins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from clearprop.execute.source.python.expression import (
    ATOM,
    Expression,
    Slices,
    called,
    dtype_name,
    method,
    name,
    part_of,
    shape_text,
)
from clearprop.execute.source.python.writer import Printer, Writer
from clearprop.graph import Node, Shape


def _broadcast(writer: Writer, node: Node) -> Expression:
    """Nothing: the elements are repeated where it matters."""
    return writer.get(node.operands[0])


def _reshape(writer: Writer, node: Node) -> Expression:
    """An axis more or less as an index, all else as NumPy's."""

    def make(x: Expression) -> Expression:
        shape = node.type.shape
        if shape == x.shape:
            return x
        return _squeezed(x, shape) or _widened(x, shape) or _reordered(x, shape)

    return _moved(writer, node, make)


def _reordered(x: Expression, shape: Shape) -> Expression:
    if len(shape) == 1:
        return method(x, "ravel()", shape)
    return method(x, f"reshape({', '.join(map(str, shape)) or '()'})", shape)


def _squeezed(x: Expression, shape: Shape) -> Expression | None:
    """An index of 0 in place of each axis that goes; None if others change, too."""
    keeps = _matched(shape, x.shape)
    if keeps is None:
        return None
    base, place = x.part or (x, tuple(slice(0, n, 1) for n in x.shape))
    flags = iter(keeps)
    chosen: list[slice | int] = []
    for where in place:
        if isinstance(where, slice) and not next(flags):
            chosen.append(where.start or 0)
        else:
            chosen.append(where)
    return part_of(base, tuple(chosen))


def _widened(x: Expression, shape: Shape) -> Expression | None:
    """None in place of each axis that is new."""
    keeps = _matched(x.shape, shape)
    if keeps is None:
        return None
    shown = [":" if kept else "None" for kept in keeps]
    while len(shown) > 1 and shown[-1] == ":":
        shown.pop()
    base = x.within(ATOM)
    return Expression(f"{base}[{', '.join(shown)}]", ATOM, shape, cheap=x.cheap)


def _matched(few: Shape, many: Shape) -> list[bool] | None:
    """Per axis of the many whether it is one of the few; the others have the length 1."""
    if len(few) >= len(many):
        return None
    keeps: list[bool] = []
    left = list(few)
    for at, length in enumerate(many):
        spare = len(many) - at - len(left)
        if left and left[0] == length and (length != 1 or not spare):
            left.pop(0)
            keeps.append(True)
        elif length == 1:
            keeps.append(False)
        else:
            return None
    return None if left else keeps


def _transpose(writer: Writer, node: Node) -> Expression:
    """The shortest of NumPy's ways to say it."""
    axes, shape = dict(node.params)["axes"], node.type.shape
    ndim = len(axes)

    def make(x: Expression) -> Expression:
        if axes == tuple(range(ndim)):
            return x
        if axes == tuple(reversed(range(ndim))):
            return method(x, "T", shape, cheap=True)
        if axes == (*range(ndim - 2), ndim - 1, ndim - 2):
            return method(x, "mT", shape, cheap=True)
        return method(x, f"transpose({', '.join(map(str, axes))})", shape)

    return _moved(writer, node, make)


def _slice(writer: Writer, node: Node) -> Expression:
    """A part of an array."""
    params = dict(node.params)
    place = tuple(map(slice, params["start"], params["stop"], params["step"]))
    return _taken(writer, node, place)


def _flip(writer: Writer, node: Node) -> Expression:
    """The whole, backwards along some axes."""
    axes, shape = dict(node.params)["axes"], node.type.shape
    place = [slice(None, None, -1) if i in axes else slice(0, n, 1) for i, n in enumerate(shape)]
    return _taken(writer, node, tuple(place))


def _taken(writer: Writer, node: Node, place: Slices) -> Expression:
    return _moved(writer, node, lambda x: part_of(x, place) if place else x)


def _moved(writer: Writer, node: Node, make: Callable[[Expression], Expression]) -> Expression:
    """What is made of an array; equal elements stay a bare number wherever they are moved."""
    given = writer.get(node.operands[0])
    return given if given.literal else writer.build(node.operands, make)


def _concatenate(writer: Writer, node: Node) -> Expression:
    """Arrays in a row."""
    axis = dict(node.params)["axis"]

    def make(*xs: Expression) -> Expression:
        inside = ", ".join(x.text for x in xs)
        comma = "," if len(xs) == 1 else ""
        options = {"axis": axis} if axis else {}
        return called("np.concatenate", node.type.shape, f"({inside}{comma})", **options)

    return writer.build(node.operands, make)


def _pad(writer: Writer, node: Node) -> Expression:
    """Zeros around an array; with zeros in between, it is written into them."""
    params, shape, dtype = dict(node.params), node.type.shape, node.type.dtype
    low, high, interior = params["low"], params["high"], params["interior"]
    if not shape:
        return writer.exact(node.operands[0])
    if not any(interior):
        widths: Any = tuple(zip(low, high, strict=True))
        if len(widths) == 1:
            (widths,) = widths
        return writer.build(node.operands, lambda x: called("np.pad", shape, x, widths))
    x = writer.named(node.operands[0])
    made = writer.fresh(node)
    writer.line(f"{made} = np.zeros({shape_text(shape)}, {dtype_name(dtype)})", node)
    places = [
        slice(start, start + max(n - 1, 0) * (between + 1) + min(n, 1), between + 1)
        for start, n, between in zip(low, x.shape, interior, strict=True)
    ]
    whole = name(made, shape)
    writer.line(f"{part_of(whole, tuple(places)).text} = {x.text}", node)
    return whole


PRINTERS: Final[dict[str, Printer]] = {
    "broadcast": _broadcast,
    "reshape": _reshape,
    "transpose": _transpose,
    "slice": _slice,
    "flip": _flip,
    "concatenate": _concatenate,
    "pad": _pad,
}
"""How each is written."""
