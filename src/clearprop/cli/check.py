"""``clearprop check``: a function's gradient against a numerical one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

import clearprop as cp
from clearprop.cli.output import console, indented, new_table, print_json
from clearprop.cli.subject import find_function, read_arguments, try_call
from clearprop.errors import ArgumentError

_MOST_ROWS: Final = 24
"""Beyond these, only the worst derivatives are listed."""

_WIDE: Final = 100
"""From this width on there is room for ten digits, else for six."""

_STYLES: Final = {"ok": "green", "kink": "yellow", "unknown": "yellow", "fails": "bold red"}
_WORDS: Final = {"ok": "ok", "kink": "kink", "unknown": "?", "fails": "FAILS"}
_SEVERITY: Final = ("ok", "kink", "unknown", "fails")


def check(
    function: Annotated[
        str, typer.Argument(metavar="MODULE:FUNCTION", help="What to check; also FILE.py:FUNCTION.")
    ],
    args: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ARGS",
            help="Its arguments, as numbers or lists such as [1, 2.5]. Without them: the function's"
            " attribute example_args, its defaults, or numbers made up.",
            show_default=False,
        ),
    ] = None,
    grad: Annotated[
        str,
        typer.Option(
            metavar="MODULE:FUNCTION",
            help="Check this gradient instead of ours: hand-written, of PyTorch, of JAX.",
            show_default=False,
        ),
    ] = "",
    order: Annotated[int, typer.Option(min=1, help="Up to this order: 2 for Hessians too.")] = 1,
    rtol: Annotated[
        float | None, typer.Option(help="Relative tolerance: 1e-6, for float32 1e-3.")
    ] = None,
    atol: Annotated[
        float | None, typer.Option(help="Absolute tolerance, on top of what rounding explains.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check a function's gradient against a numerical one.

    Exits with 0 if they agree, 1 if they do not, and 2 if they cannot be compared.
    """
    subject = find_function(function)
    arguments = read_arguments(subject, args or [])
    given = find_function(grad) if grad else None
    try_call(subject, arguments)
    result = cp.check_grads(
        subject, *arguments, grad=given, order=order, rtol=rtol, atol=atol, raises=False
    )
    if not result.ok and not result.failures:
        error = result.error()
        raise ArgumentError(error.what, remedy=error.remedy)
    if json:
        print_json({"function": function, "arguments": arguments, **result.to_dict()})
    else:
        _show(function, arguments, result)
    if not result.ok:
        raise typer.Exit(1)


def _show(function: str, arguments: Sequence[Any], result: Any) -> None:
    """A table per order, what needs a word, and the verdict."""
    terminal = console()
    heading = Text.assemble("\n", (function, "bold"), ("\nat ", "dim"), _point(arguments), "\n")
    terminal.print(heading)
    shown = [e for e in result.checks if e in result.elements or not e.ok]
    for order in sorted({element.order for element in shown}):
        _show_order(terminal, [element for element in shown if element.order == order], order)
    if agreeing := len({e.title for e in result.checks}) - len({e.title for e in shown}):
        terminal.print(f"{agreeing} derivatives along random directions agree", style="dim")
    for remark in result.remarks:
        terminal.print(Text(remark))
    count = len({element.title for element in result.checks})
    wrong = len({element.title for element in result.failures})
    if result.ok:
        terminal.print(f"ok: {count} of {count} derivatives agree\n", style="bold green")
    else:
        terminal.print(f"FAILED: {wrong} of {count} derivatives disagree\n", style="bold red")


def _show_order(terminal: Console, checks: Sequence[Any], order: int) -> None:
    """The derivatives of one order, the worst of them if there are many."""
    derivatives: dict[str, list[Any]] = {}
    for element in checks:
        derivatives.setdefault(element.title, []).append(element)
    rows = list(derivatives.values())
    kept = sorted(rows, key=lambda row: max(map(_urgency, row)), reverse=True)[:_MOST_ROWS]
    modes = list(dict.fromkeys(element.mode for element in checks))
    table = _table(terminal, modes if order == 1 else ["analytic"])
    for row in rows:
        if any(row is one for one in kept):
            table.add_row(*_cells(row, all_modes=order == 1, digits=_digits(terminal)))
    if order > 1:
        terminal.print(Text(f"order {order}: {', '.join(modes)}", "bold"))
    terminal.print(indented(table))
    if len(rows) > len(kept):
        terminal.print(f"and {len(rows) - len(kept)} derivatives that agree better", style="dim")


def _table(terminal: Console, analytic: Sequence[str]) -> Table:
    table = new_table()
    table.add_column("by", overflow="fold", min_width=8)
    for heading in (*analytic, "numerical", "difference", "allowed"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    return table


def _cells(row: Sequence[Any], all_modes: bool, digits: int) -> list[Text]:
    """A line of the table: each mode, or of many the worst."""
    worst = max(row, key=_urgency)
    place = f"{worst.output} by {worst.place}" if worst.output else worst.place
    cells = [Text(place, "cyan")]
    for element in row if all_modes else [worst]:
        style = "bold red" if element.status == "fails" else ""
        cells.append(Text(f"{element.analytic:.{digits}g}", style))
    style = _STYLES[worst.status]
    cells += [Text(f"{worst.numerical:.{digits}g}")]
    cells += [Text(f"{worst.error:.1e}", style if worst.status == "fails" else "")]
    return [*cells, Text(f"{worst.allowed:.1e}"), Text(_WORDS[worst.status], style)]


def _urgency(element: Any) -> tuple[int, float]:
    """How much a reader should see it."""
    return _SEVERITY.index(element.status), float(element.severity)


def _digits(terminal: Console) -> int:
    return 10 if terminal.width >= _WIDE else 6


def _point(arguments: Sequence[Any]) -> str:
    texts = [" ".join(str(argument).split()) for argument in arguments]
    return ", ".join(text if len(text) <= 60 else text[:59] + "…" for text in texts)
