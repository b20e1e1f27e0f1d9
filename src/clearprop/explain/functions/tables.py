"""An explanation as text: aligned tables that fit 100 columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Final, TypeVar

from clearprop.explain.numbers.costs import Costs
from clearprop.explain.numbers.entries import (
    EdgeEntry,
    NodeEntry,
    brief,
    output_name,
)
from clearprop.explain.numbers.paths import counted
from clearprop.explain.numbers.study import Column, Study
from clearprop.explain.pictures.lettering import shortened
from clearprop.graph import Location

WIDTH: Final = 100
_GAP: Final = "  "
_NAME, _FORMULA, _NUMBER, _LINE = 16, 30, 20, 20  # the widest that each column gets
_LABEL, _FORWARD = 12, 22  # of what heads a column; and of the first column of forward mode
_END, _JACOBIAN = 24, 26
_LISTED_PATHS: Final = 10

Item = TypeVar("Item")


def overview(
    study: Study, nodes: Sequence[NodeEntry], edges: Sequence[EdgeEntry], rows: int
) -> str:
    """The whole explanation: nodes, edges, paths and costs.

    Args:
        study: The numbers.
        nodes: What is said of each node.
        edges: What is said of each edge.
        rows: How many nodes and how many edges to show at most.
    """
    parts = [heading(study), node_table(study, nodes, rows), edge_table(edges, rows)]
    parts.append(path_table(study))
    parts.append(cost_table(study))
    return "\n\n".join(part for part in parts if part) + "\n"


def heading(study: Study) -> str:
    """The function, its value and its point, in one line."""
    inputs = study.names[: len(study.point.graph.inputs)]
    point = ", ".join(f"{name} = {brief(study.number(i))}" for i, name in enumerate(inputs))
    name = output_name(study)
    value = brief(study.value)
    arguments = ", ".join(inputs)
    call = f"{study.point.name}({arguments if len(arguments) <= 40 else f'{len(inputs)} inputs'})"
    return shortened(f"{name} = {call} = {value}  at  {point}", WIDTH)


def node_table(study: Study, nodes: Sequence[NodeEntry], rows: int) -> str:
    """Forward mode and reverse mode side by side."""
    shown, left_out = _middle_cut(nodes, rows)
    name = _inside_cut(output_name(study), _LABEL)
    before = [
        ["", "node", *(_inside_cut(entry.name, _NAME) for entry in shown)],
        ["", "expression", *(entry.expression for entry in shown)],
        ["", "value", *(shortened(brief(entry.value), _NUMBER) for entry in shown)],
    ]
    back = (shortened(brief(entry.reverse), _NUMBER) for entry in shown)
    after = [
        ["reverse", f"∂{name}/∂node", *back],
        ["", "line", *(shortened(place(entry.location), _LINE) for entry in shown)],
    ]
    others = sum(_width(cells) for cells in (before[0], before[2], *after))
    widest = max(10, min(_FORMULA, WIDTH - others - _width([]) - _FORWARD))
    before[1] = [shortened(cell, widest) for cell in before[1]]
    forward = _forward_columns(study.columns, shown, WIDTH - others - _width(before[1]))
    columns = [*before, *forward, *after]
    notes = []
    if left_out:
        notes.append(f"{left_out:,} more nodes in between")
    if len(forward) < len(study.columns):
        notes.append(f"{len(study.columns) - len(forward):,} more inputs")
    if any(brief(None) in cells for cells in columns):
        notes.append(f"{brief(None)} is 0 for want of a path")
    text = _aligned(zip(*columns, strict=True), left={0, 1, len(columns) - 1})
    return "\n".join([text, *([f"({'; '.join(notes)})"] if notes else [])])


def edge_table(edges: Sequence[EdgeEntry], rows: int) -> str:
    """The number on each edge."""
    if not edges:
        return ""
    shown, left_out = _middle_cut(edges, rows)
    table = [["edge", "∂to/∂from", "line"]]
    table += [
        [
            f"{_inside_cut(edge.source, _END)} → {_inside_cut(edge.target, _END)}",
            shortened(brief(edge.partial), _JACOBIAN),
            shortened(place(edge.location), _LINE),
        ]
        for edge in shown
    ]
    text = _aligned(table, left={0, 2})
    return f"{text}\n({left_out:,} more edges in between)" if left_out else text


def path_table(study: Study) -> str:
    """The number of paths from each input, and the paths where they are few."""
    name = output_name(study)
    places = list(dict.fromkeys(column.place for column in study.columns))
    counts = [(place, study.counts[place]) for place in places]
    lines = [f"paths to {name}"]
    for start in range(0, min(len(counts), 24), 6):
        row = counts[start : start + 6]
        lines.append(_GAP.join(f"from {study.names[p]}: {counted(count)}" for p, count in row))
    if len(counts) > 24:
        lines.append(f"({len(counts) - 24:,} more inputs)")
    if not study.scalar:
        lines.append("(arrays are counted as one value each; .expand() counts numbers)")
    elif 0 < sum(count for _, count in counts) <= _LISTED_PATHS:
        lines += [f"{_GAP}{path}" for path in study.finder.all(places)]
    return "\n".join(shortened(line, WIDTH) for line in lines)


def cost_table(study: Study) -> str:
    """The four costs, one below the other."""
    costs: Costs = study.costs
    rows = [
        (f"forward, {_passes(study)}", costs.forward),
        ("reverse, 1 pass", costs.reverse),
        ("path by path", costs.paths_unfactored),
        ("paths factored", costs.paths_factored),
    ]
    table = [["cost", "multiplications", "additions"]]
    table += [[label, counted(c.multiplications), counted(c.additions)] for label, c in rows]
    return _aligned(table, left={0})


def place(location: Location | None) -> str:
    """A line of source, short.

    >>> place(Location("folder/model.py", 12, "f", "y = x"))
    'model.py:12'
    """
    return "" if location is None else f"{PurePath(location.file).name}:{location.line}"


def _passes(study: Study) -> str:
    count = sum(
        1 if column.index is not None else study.values[column.place].type.size
        for column in study.columns
    )
    return f"{count:,} pass" + "es" * (count != 1)


def _forward_columns(
    columns: Sequence[Column], shown: Sequence[NodeEntry], room: int
) -> list[list[str]]:
    """As many columns of forward derivatives as there is room for."""
    made: list[list[str]] = []
    for column in columns:
        slopes = (shortened(brief(entry.forward[column.label]), _NUMBER) for entry in shown)
        head = f"∂node/∂{_inside_cut(column.label, _LABEL)}"
        cells = ["" if made else "forward", head, *slopes]
        room -= _width(cells)
        if room < 0:
            break
        made.append(cells)
    return made


def _width(cells: Sequence[str]) -> int:
    """How wide a column is, with the gap before it."""
    return max(map(len, cells), default=0) + len(_GAP)


def _middle_cut(items: Sequence[Item], rows: int) -> tuple[list[Item], int]:
    """The first and the last of a long list, and how many are left out."""
    if len(items) <= rows:
        return list(items), 0
    tail = rows // 4
    return [*items[: rows - tail], *items[len(items) - tail :]], len(items) - rows


def _inside_cut(name: str, longest: int) -> str:
    """A name without its middle, if it is too long: often it is the end that tells it apart.

    >>> _inside_cut("params['weight_12']", 12), _inside_cut("x", 12)
    ("para…ht_12']", 'x')
    """
    if len(name) <= longest:
        return name
    start = (longest - 1) * 2 // 5
    return f"{name[:start]}…{name[start + 1 - longest :]}"


def _aligned(table: Iterable[Sequence[str]], left: set[int]) -> str:
    """Columns side by side; numbers end at the right, words begin at the left."""
    rows = [list(row) for row in table]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        _GAP.join(
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
