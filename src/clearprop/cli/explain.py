"""``clearprop explain``: every derivative of an expression, forward and reverse."""

from __future__ import annotations

import difflib
import html as markup
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from clearprop.cli.lazily import load
from clearprop.cli.output import console, note, print_json, write_files
from clearprop.cli.tables import explanation_tables
from clearprop.errors import ArgumentError, ExpressionError

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }}
h1 {{ font: 600 1.1rem ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
  overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def explain(
    expression: Annotated[
        str,
        typer.Argument(
            metavar="EXPRESSION",
            help='Statements separated by semicolons; the last is the result: "c=a+b; c*sin(a)".',
        ),
    ],
    values: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=VALUE",
            help="A number for each variable: a=2 b=1e-3 x=pi/4.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the graph as a picture.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save picture and tables as a web page.")
    ] = None,
    paths: Annotated[
        int | None,
        typer.Option(metavar="K", min=1, help="List the K paths that contribute most."),
    ] = None,
) -> None:
    """Show every derivative of an expression, forward and reverse.

    For example: clearprop explain "c=a+b; d=b+1; c*d" a=2 b=1
    """
    text = expression.strip()
    numbers = _numbers(values or [])
    read = load("explain.expressions").read_expression(text)
    graph = read.graph(numbers)
    point = [numbers[place.name] for place in graph.inputs]
    explanation = load("explain").function(graph, *point)
    listed = None if paths is None else explanation.paths(paths)
    files: dict[Path, str] = {}
    if svg is not None:
        files[svg] = explanation.svg(title=_title(text), legend=True)
    if html is not None:
        body = explanation._repr_html_()
        files[html] = _PAGE.format(title=markup.escape(_title(text)), body=body)
    write_files(files)
    if json:
        found = explanation.to_dict()
        print_json(found if listed is None else {**found, "top_paths": _plain(listed)})
    else:
        terminal = console()
        for part in explanation_tables(text, explanation, listed, terminal.width):
            terminal.print(part)
    for file in files:
        note(f"wrote {file}")


def _numbers(words: Sequence[str]) -> dict[str, float]:
    """``a=2 b=1`` as numbers by name.

    Raises:
        ArgumentError: A word is no such pair, or a name comes twice.
    """
    numbers: dict[str, float] = {}
    for word in map(str.strip, words):
        name, equals, value = map(str.strip, word.partition("="))
        if not (equals and name.isidentifier() and value):
            raise _no_value(word)
        name = unicodedata.normalize("NFKC", name)  # as Python and the expression have it
        if name in numbers:
            raise ArgumentError(
                f"{name!r} is given two values, {numbers[name]:g} and {value}",
                remedy="Remove one of them.",
            )
        numbers[name] = _number(name, value)
    return numbers


def _number(name: str, text: str) -> float:
    try:
        number: float = load("explain.expressions").read_number(text)
    except ExpressionError:
        raise ArgumentError(
            f"the value of {name}, {text!r}, is not a number",
            remedy="Write one, such as 2, 0.5, 1e-3 or pi/4.",
        ) from None
    return number


def _no_value(word: str) -> ArgumentError:
    """The complaint about a word that is no ``name=value``."""
    if word.startswith("--"):
        near = difflib.get_close_matches(word, ("--json", "--svg", "--html", "--paths"), 1)
        return ArgumentError(
            f"there is no option {word!r}",
            remedy=f"Did you mean {near[0]}?" if near else "See clearprop explain -h.",
        )
    return ArgumentError(
        f"{word!r} gives no variable a value",
        remedy="Write name=number after the expression, which stands in quotes as one word.",
    )


def _title(text: str) -> str:
    """The expression in one line, not too long for a heading."""
    line = "; ".join(part.strip() for part in text.splitlines() if part.strip())
    return line if len(line) <= 80 else line[:79] + "…"


def _plain(paths: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {"names": path.names, "partials": path.factors, "product": path.product} for path in paths
    ]
