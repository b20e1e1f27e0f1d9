"""Reading and writing at computed positions, and order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clearprop.execute.source.python.expression import (
    ATOM,
    Expression,
    called,
    name,
    part_of,
)
from clearprop.execute.source.python.lifting import lifted
from clearprop.execute.source.python.writer import Printer, Writer
from clearprop.graph import Node, Value


def _gather(writer: Writer, node: Node) -> Expression:
    """The elements at positions."""

    def make(x: Expression, *indices: Expression) -> Expression:
        inside = ", ".join(index.text for index in indices)
        return Expression(f"{x.within(ATOM)}[{inside}]", ATOM, node.type.shape)

    return writer.build(node.operands, make)


def _scatter(writer: Writer, node: Node) -> Expression:
    """A copy, written to at positions."""
    made = _copy(writer, node)
    update, inside = writer.exact(node.operands[1]).text, _positions(writer, node.operands[2:])
    writer.line(f"{made.text}[{inside}] = {update}", node)
    return made


def _scatter_add(writer: Writer, node: Node) -> Expression:
    """A copy, added to at positions."""
    made = _copy(writer, node)
    update, inside = writer.exact(node.operands[1]).text, _positions(writer, node.operands[2:])
    if len(node.operands) > 3:
        inside = f"({inside})"
    writer.line(f"np.add.at({made.text}, {inside}, {update})", node)
    return made


def _assign(writer: Writer, node: Node) -> Expression:
    """A copy, a part of which is written."""
    params = dict(node.params)
    place = tuple(map(slice, params["start"], params["stop"], params["step"]))
    if not place:
        return writer.exact(node.operands[1])
    made = _copy(writer, node)
    update = writer.exact(node.operands[1]).text
    writer.line(f"{part_of(made, place).text} = {update}", node)
    return made


def _copy(writer: Writer, node: Node) -> Expression:
    """A new array of the base's numbers, once all operands have short forms."""
    for value in node.operands[1:]:
        if len(writer.exact(value).text) > 30:
            writer.named(value)
    base = writer.build(node.operands[:1], lambda x: x)
    new = writer.get(node.operands[0]).literal
    made = writer.fresh(node)
    writer.line(f"{made} = {base.text if new else f'{base.within(ATOM)}.copy()'}", node)
    return name(made, node.type.shape)


def _positions(writer: Writer, indices: Sequence[Value]) -> str:
    return ", ".join(writer.exact(x).text for x in indices)


def _sort(writer: Writer, node: Node) -> list[Expression]:
    """The order, and the elements in it."""
    axis, x = dict(node.params)["axis"], writer.named(node.operands[0])
    along = f", axis={axis}" if len(x.shape) > 1 else ""
    order = writer.fresh(node, 1)
    writer.line(f'{order} = np.argsort({x.text}{along}, kind="stable")', node)
    if 0 not in writer.items(node):
        return [x, name(order, x.shape)]
    made = writer.fresh(node, 0)
    if along:
        writer.line(f"{made} = np.take_along_axis({x.text}, {order}{along})", node)
    else:
        writer.line(f"{made} = {x.text}[{order}]", node)
    return [name(made, x.shape), name(order, x.shape)]


def _argsort(writer: Writer, node: Node) -> Expression:
    """Places in order."""
    params = dict(node.params)
    options = [f"axis={params['axis']}", f'kind="{params["kind"]}"']
    return writer.build(node.operands, lambda x: called("np.argsort", node.type.shape, x, *options))


def _searchsorted(writer: Writer, node: Node) -> Expression:
    """NumPy's; of several rows the catalogue's own loop."""
    if node.operands[0].type.ndim > 1:
        found = lifted(writer, node)
        assert isinstance(found, Expression), "one result"
        return found
    side = ['"right"'] if dict(node.params)["right"] else []
    return writer.build(
        node.operands, lambda x, v: called("np.searchsorted", node.type.shape, x, v, *side)
    )


PRINTERS: Final[dict[str, Printer]] = {
    "gather": _gather,
    "scatter": _scatter,
    "scatter_add": _scatter_add,
    "assign": _assign,
    "sort": _sort,
    "argsort": _argsort,
    "searchsorted": _searchsorted,
}
"""How each is written."""
