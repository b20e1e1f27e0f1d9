"""``clearprop check``: a function's gradient against a numerical one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from rich.text import Text

import clearprop as cp
from clearprop.cli.output import console, indented, new_table, print_json
from clearprop.cli.subject import find_function, read_arguments, try_call

_MOST_ROWS: Final = 24
"""Beyond these, only the worst derivatives are listed."""


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
    rtol: Annotated[float, typer.Option(help="Relative tolerance.")] = 1e-6,
    atol: Annotated[float, typer.Option(help="Absolute tolerance.")] = 1e-8,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check a function's gradient against a numerical one.

    Exits with 0 if they agree, 1 if they do not, and 2 if they cannot be compared.
    """
    subject = find_function(function)
    arguments = read_arguments(subject, args or [])
    given = find_function(grad) if grad else None
    try_call(subject, arguments)
    result = cp.check_grads(subject, *arguments, grad=given, rtol=rtol, atol=atol, raises=False)
    if json:
        print_json({"function": function, "arguments": arguments, **result.to_dict()})
    else:
        _show(function, arguments, result)
    if not result.ok:
        raise typer.Exit(1)


def _show(function: str, arguments: Sequence[Any], result: Any) -> None:
    """A row for each derivative, a column for each way to it."""
    terminal = console()
    modes = list(dict.fromkeys(element.mode for element in result.elements))
    rows: dict[tuple[str, tuple[int, ...]], list[Any]] = {}
    for element in result.elements:
        rows.setdefault((element.name, element.index), []).append(element)
    shown = sorted(rows.items(), key=lambda row: min(map(_margin, row[1])))[:_MOST_ROWS]
    kept = {key for key, _ in shown}
    table = new_table()
    table.add_column("by")
    for heading in (*modes, "numerical", "difference", "allowed"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for key, elements in rows.items():
        if key in kept:
            table.add_row(*_row(key, elements))
    terminal.print(
        Text.assemble("\n", (function, "bold"), ("\nat ", "dim"), _point(arguments), "\n")
    )
    terminal.print(indented(table))
    if len(rows) > len(shown):
        terminal.print(f"and {len(rows) - len(shown)} derivatives that agree better", style="dim")
    if result.skipped:
        terminal.print(f"{result.skipped} elements were not compared", style="dim")
    wrong = sum(not all(element.ok for element in elements) for elements in rows.values())
    if wrong:
        terminal.print(f"FAILED: {wrong} of {len(rows)} derivatives disagree\n", style="bold red")
    else:
        terminal.print(f"ok: {len(rows)} of {len(rows)} derivatives agree\n", style="bold green")


def _row(key: tuple[str, tuple[int, ...]], elements: Sequence[Any]) -> list[Text]:
    name, index = key
    place = f"[{', '.join(map(str, index))}]" if index else ""
    worst = min(elements, key=_margin)
    ok = all(element.ok for element in elements)
    cells = [Text(name + place, "cyan")]
    cells += [Text(f"{e.analytic:.10g}", "" if e.ok else "bold red") for e in elements]
    cells += [Text(f"{worst.numerical:.10g}")]
    cells += [Text(f"{worst.error:.1e}", "" if ok else "bold red"), Text(f"{worst.allowed:.1e}")]
    return [*cells, Text("ok", "green") if ok else Text("FAILS", "bold red")]


def _margin(element: Any) -> float:
    """How far a derivative is from failing; the least comes first."""
    if not element.ok:
        return -1.0
    error = float(element.error)
    return 1.0 - error / element.allowed if error == error and element.allowed else 1.0


def _point(arguments: Sequence[Any]) -> str:
    texts = [" ".join(str(argument).split()) for argument in arguments]
    return ", ".join(text if len(text) <= 60 else text[:59] + "…" for text in texts)
