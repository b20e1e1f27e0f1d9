"""An explanation on a terminal: nodes, edges, paths and costs, in its width and its colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearprop.cli.lazily import load
from clearprop.cli.output import indented, new_table

_MOST_NODES: Final = 40
_MOST_EDGES: Final = 60
_LISTED: Final = 10  # so many paths are listed without being asked for
_TOP: Final = 5  # of more than that, so many

_CHAIN: Final = 12  # nodes of a path that are written out
_FORMULA: Final = 30  # the widest that an expression gets
_GAP: Final = 3  # columns of a terminal between those of a table

_NAME, _FORWARD, _REVERSE, _FAINT = "cyan", "blue", "magenta", "dim"


def explanation_tables(
    text: str, explanation: Any, paths: Sequence[Any] | None, width: int
) -> Iterator[RenderableType]:
    """The parts of an explanation, from top to bottom.

    Args:
        text: The expression.
        explanation: What is known of it.
        paths: The paths to list; None to choose.
        width: Of the terminal, in columns.
    """
    yield _heading(text, explanation)
    yield indented(_nodes(explanation, width - 2))
    yield Text("partials on the edges", style="bold")
    yield indented(_edges(explanation))
    yield from _paths(explanation, paths)
    yield indented(_costs(explanation))


def _brief(value: Any) -> Text:
    """A number in a few characters; a dash where no path leads."""
    text = load("explain.numbers.entries").brief(value)
    return Text(text, style=_FAINT if value is None else "")


def _heading(text: str, explanation: Any) -> Text:
    """The question and the answer."""
    inputs = [node for node in explanation.nodes if not node.expression]
    point = ", ".join(f"{node.name} = {_brief(node.value)}" for node in inputs)
    slopes = ", ".join(
        f"∂{explanation.output}/∂{name} = {_brief(slope)}"
        for name, slope in explanation.gradient.items()
    )
    value = f"{explanation.output} = {_brief(explanation.value)}"
    return Text.assemble(
        ("\n" + text, "bold"),
        ("\nat ", _FAINT),
        point,
        "\n",
        (f"{value}   {slopes}\n", "bold green"),
    )


def _nodes(explanation: Any, width: int) -> RenderableType:
    """Values, and the derivatives in both directions side by side."""
    shown, left_out = _ends(explanation.nodes, _MOST_NODES)
    labels = list(explanation.gradient)
    values = [_brief(node.value) for node in shown]
    effects = [_brief(node.reverse) for node in shown]
    fixed = [
        ["node", *(node.name for node in shown)],
        ["expression", *(node.expression[:_FORMULA] for node in shown)],
        ["value", *values],
        [f"∂{explanation.output}/∂node", *effects],
    ]
    room = width + _GAP - sum(_GAP + max(map(len, column)) for column in fixed)
    forward: list[tuple[str, list[Text]]] = []
    for label in labels:
        cells = [_brief(node.forward[label]) for node in shown]
        room -= _GAP + max(len(f"∂node/∂{label}"), *map(len, cells))
        if room < 0 and forward:
            break
        forward.append((label, cells))

    table = new_table()
    table.add_column("\nnode", style=_NAME, no_wrap=True)
    table.add_column("\nexpression", max_width=_FORMULA)
    table.add_column("\nvalue", justify="right", no_wrap=True)
    for place, (label, _) in enumerate(forward):
        head = f"{'forward' if not place else ''}\n∂node/∂{label}"
        table.add_column(Text(head, _FORWARD), justify="right", style=_FORWARD, no_wrap=True)
    head = f"reverse\n∂{explanation.output}/∂node"
    table.add_column(Text(head, _REVERSE), justify="right", style=_REVERSE, no_wrap=True)
    for row, node in enumerate(shown):
        cells = [cells[row] for _, cells in forward]
        table.add_row(node.name, node.expression, values[row], *cells, effects[row])
    remarks = [f"{left_out:,} more nodes"] * bool(left_out)
    if len(forward) < len(labels):
        remarks.append(f"{len(labels) - len(forward):,} more inputs")
    return Group(table, Text("and " + ", ".join(remarks), _FAINT)) if remarks else table


def _edges(explanation: Any) -> RenderableType:
    shown, left_out = _ends(explanation.edges, _MOST_EDGES)
    parallel = Counter((edge.source, edge.target) for edge in explanation.edges)
    cells = []
    for edge in shown:
        several = parallel[edge.source, edge.target] > 1
        slot = f" (operand {edge.slot + 1})" if several else ""
        cells.append(
            Text.assemble(
                (f"∂{edge.target}/∂{edge.source}", _NAME), f" = {_brief(edge.partial)}{slot}"
            )
        )
    if left_out:
        cells.append(Text(f"and {left_out:,} more", _FAINT))
    return Columns(cells, padding=(0, 3))


def _paths(explanation: Any, paths: Sequence[Any] | None) -> Iterator[RenderableType]:
    counted = load("explain.numbers.paths").counted
    total = sum(explanation.path_counts.values())
    counts = ", ".join(f"{counted(n)} from {name}" for name, n in explanation.path_counts.items())
    yield Text.assemble((f"paths to {explanation.output}", "bold"), f"  {counts}")
    if paths is None:
        paths = explanation.paths() if total <= _LISTED else explanation.paths(_TOP)
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(style=_NAME)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    for path in paths:
        factors = [str(_brief(factor)) for factor in path.factors]
        row = (_joined(path.names, " → "), _joined(factors, " · "), f"= {path.product_text}")
        table.add_row(*row)
    remark = Text("the largest; --paths K lists K of them", _FAINT)
    yield indented(Group(table, remark) if len(paths) < total else table)


def _costs(explanation: Any) -> RenderableType:
    """The four costs."""
    counted = load("explain.numbers.paths").counted
    passes = len(explanation.gradient)
    table = new_table()
    table.add_column("cost of the derivative", no_wrap=True)
    table.add_column("multiplications", justify="right")
    table.add_column("additions", justify="right")
    for label, style, cost in (
        (f"forward, {passes} pass{'es' * (passes != 1)}", _FORWARD, explanation.cost.forward),
        ("reverse, 1 pass", _REVERSE, explanation.cost.reverse),
        ("path by path", "", explanation.cost.paths_unfactored),
        ("paths, factored", "", explanation.cost.paths_factored),
    ):
        table.add_row(Text(label, style), counted(cost.multiplications), counted(cost.additions))
    return table


def _joined(parts: Sequence[str], between: str) -> str:
    """A chain, its middle left out if it is long."""
    if len(parts) > _CHAIN:
        parts = [*parts[: _CHAIN // 2], "…", *parts[-_CHAIN // 2 :]]
    return between.join(parts)


def _ends(entries: Sequence[Any], most: int) -> tuple[list[Any], int]:
    """The first and the last of many, and how many are left out."""
    if len(entries) <= most:
        return list(entries), 0
    tail = most // 4
    return [*entries[: most - tail], *entries[-tail:]], len(entries) - most
