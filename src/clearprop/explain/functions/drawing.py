"""An explanation as a picture: values on the nodes, partials on the edges."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from clearprop.errors import ExplainError
from clearprop.explain.functions.tables import place as short_place
from clearprop.explain.numbers.entries import EdgeEntry, NodeEntry, brief, output_name
from clearprop.explain.numbers.jacobians import Jacobian
from clearprop.explain.numbers.study import Study
from clearprop.explain.pictures.lettering import figure
from clearprop.explain.pictures.picture import Arrow, Box, Kind, Picture
from clearprop.graph import Constant, Node

MOST_BOXES: Final = 200
"""Larger graphs are not drawn: nobody could read the picture."""


def picture(
    study: Study,
    nodes: Sequence[NodeEntry],
    edges: Sequence[EdgeEntry],
    *,
    only: Collection[int] | None = None,
    marked: Collection[tuple[int, int]] = (),
) -> Picture:
    """The graph as boxes and arrows.

    Args:
        study: The numbers.
        nodes: What is said of each node.
        edges: What is said of each edge.
        only: Places of the nodes to show; None for all.
        marked: The edges to mark, each as the place of its target and the operand slot.

    Raises:
        ExplainError: If there are more than :data:`MOST_BOXES` nodes.
    """
    shown = range(len(nodes)) if only is None else sorted(only)
    if len(shown) > MOST_BOXES:
        raise ExplainError(
            f"a picture of {len(shown):,} nodes",
            why=f"Nobody could read it; at most {MOST_BOXES} are drawn.",
            remedy="Look at .text(), or explain a smaller part of the function.",
        )
    largest = _largest(study)
    name = output_name(study)
    boxes = [_box(study, nodes[i], i, name, largest) for i in shown]
    arrows = [
        _arrow(study, edges[i], (edge.target, edge.slot) in marked)
        for i, edge in enumerate(study.wiring.wires)
        if {edge.source, edge.target} <= set(shown)
    ]
    return Picture(tuple(boxes), (*arrows, *_pathless(study, set(shown), marked)))


def _box(study: Study, entry: NodeEntry, at: int, output: str, largest: float) -> Box:
    title = f"{entry.name} = {entry.expression}" if entry.expression else entry.name
    lines = [title, brief(entry.value)]
    if entry.reverse is None:
        lines.append("no path")
    elif at != study.output:
        lines.append(f"∂{output}/∂{entry.name} = {brief(entry.reverse)}")
    accent = None
    if study.scalar and entry.reverse is not None:
        slope = float(entry.reverse)
        accent = slope / (largest or 1.0) if math.isfinite(slope) else math.nan
    kind: Kind = "operation" if isinstance(study.values[at], Node) else "input"
    if at == study.output:
        kind = "output"
    where = f"\nline {entry.location}" if entry.location else ""
    return Box(entry.name, tuple(lines), kind, accent, f"{title}\n{brief(entry.value)}{where}")


def _arrow(study: Study, edge: EdgeEntry, marked: bool) -> Arrow:
    partial = edge.partial
    weight = partial if isinstance(partial, float) else None
    label = figure(partial) if isinstance(partial, float) else _jacobian_label(partial)
    where = f"\n{short_place(edge.location)}" if edge.location else ""
    tip = f"∂{edge.target}/∂{edge.source} = {brief(partial)}{where}"
    return Arrow(edge.source, edge.target, label, weight, tip, marked)


def _jacobian_label(jacobian: Jacobian) -> str:
    return "" if jacobian.norm is None else f"‖J‖ {figure(jacobian.norm, 4)}"


def _pathless(
    study: Study, shown: Collection[int], marked: Collection[tuple[int, int]]
) -> Iterator[Arrow]:
    """Operand slots through which no derivative passes: drawn, without a number."""
    wired = {(edge.target, edge.slot) for edge in study.wiring.wires}
    for target, node in enumerate(study.values):
        if not isinstance(node, Node) or target not in shown:
            continue
        for slot, operand in enumerate(node.operands):
            source = None if isinstance(operand, Constant) else study.places.get(operand)
            if source in shown and source is not None and (target, slot) not in wired:
                tip = f"no path from {study.names[source]} to {study.names[target]}"
                label = "no path" if (target, slot) in marked else ""
                yield Arrow(
                    study.names[source],
                    study.names[target],
                    label,
                    tooltip=tip,
                    highlighted=bool(label),
                )


def _largest(study: Study) -> float:
    """The largest finite |derivative| of a graph of scalars, to which tints are scaled."""
    if not study.scalar:
        return 0.0
    sizes = [abs(float(slope)) for slope in study.reverse if slope is not None]
    return max(filter(math.isfinite, sizes), default=0.0)


def around(study: Study, places: Sequence[int], most: int) -> set[int]:
    """Some nodes, the inputs and the output, and as many neighbours as there is room for.

    Args:
        study: The numbers.
        places: Places of the nodes.
        most: How many nodes to show, if those are not more already.
    """
    shown = {study.output, *(column.place for column in study.columns), *places}
    edge = list(shown)
    while edge and len(shown) < most:
        following = []
        for place in edge:
            for neighbour in _neighbours(study, place):
                if neighbour not in shown and len(shown) < most:
                    shown.add(neighbour)
                    following.append(neighbour)
        edge = following
    return shown


def _neighbours(study: Study, place: int) -> list[int]:
    """Operands, and the nodes that derivatives lead on to."""
    value = study.values[place]
    wires, leaving = study.wiring.wires, study.wiring.leaving[place]
    operands = value.operands if isinstance(value, Node) else ()
    return [
        *(study.places[x] for x in operands if x in study.places),
        *(wires[edge].target for edge in leaving),
    ]
