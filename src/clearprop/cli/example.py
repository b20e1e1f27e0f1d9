"""``clearprop example``: the worked examples of the source texts, figure by figure."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Final, final

import typer
from rich.table import Table
from rich.text import Text

from clearprop.cli import texts
from clearprop.cli.lazily import load
from clearprop.cli.output import console, indented, new_table, print_json
from clearprop.errors import ArgumentError

Figures = Mapping[str, Any]

_MOST_DIGITS: Final = 20
"""Longer integers are shown by both ends."""


@final
@dataclass(frozen=True, slots=True)
class Example:
    """A worked example.

    Attributes:
        title: What it shows.
        module: Where it is computed, and the function there.
        function: See ``module``.
        sections: What the text prints.
        notes: Sentences about the figures.
    """

    title: str
    module: str
    function: str
    sections: tuple[texts.Section, ...]
    notes: Callable[[Figures], Sequence[str]]

    def run(self) -> Figures:
        """All its figures by name; what computes them is loaded only now."""
        figures: Figures = getattr(load(self.module), self.function)()
        return figures


def example(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Which to run; without it, they are listed.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a worked example, its figures beside the text's; or list them.

    Exits with 1 if a figure does not agree with the text.
    """
    if not name:
        _list(json)
        return
    if name not in EXAMPLES:
        near = difflib.get_close_matches(name, EXAMPLES, 1)
        raise ArgumentError(
            f"there is no example {name!r}",
            remedy=f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(EXAMPLES)}.",
        )
    chosen = EXAMPLES[name]
    figures = chosen.run()
    quotes = [quote for _, section in chosen.sections for quote in section]
    agreeing = sum(_agrees(figures, quote) for quote in quotes)
    if json:
        print_json({"example": name, "agrees": agreeing == len(quotes), **figures})
    else:
        _show(name, chosen, figures)
        _conclude(agreeing, len(quotes))
    if agreeing < len(quotes):
        raise typer.Exit(1)


def _list(json: bool) -> None:
    if json:
        print_json({"examples": {name: entry.title for name, entry in EXAMPLES.items()}})
        return
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 3, 0, 0))
    for name, entry in EXAMPLES.items():
        table.add_row(Text(name, "bold cyan"), entry.title)
    terminal = console()
    terminal.print()
    terminal.print(table)
    terminal.print("\nRun one: clearprop example worked-example\n", style="dim")


def _show(name: str, chosen: Example, figures: Figures) -> None:
    terminal = console()
    terminal.print(Text.assemble("\n", (name, "bold"), ("\n" + chosen.title + "\n", "dim")))
    table = new_table()
    table.add_column("figure", no_wrap=True)
    table.add_column("the text", justify="right")
    table.add_column("here", justify="right")
    table.add_column("")
    for place, (heading, section) in enumerate(chosen.sections):
        if place:
            table.add_row()
        table.add_row(Text(heading, "italic cyan"))
        for quote in section:
            here = texts.rounded(texts.found(figures, quote.key), quote.printed)
            agrees = here == quote.printed
            mark = Text("✓", "green") if agrees else Text("✗", "bold red")
            cells = [_ends(quote.printed), _ends(here)]
            table.add_row("  " + quote.label, cells[0], Text(cells[1], "bold"), mark)
    terminal.print(indented(table))
    for note in chosen.notes(figures):
        terminal.print(
            Text(
                textwrap.fill(
                    note, min(terminal.width, 100), initial_indent="  ", subsequent_indent="  "
                )
            )
        )


def _conclude(agreeing: int, count: int) -> None:
    style = "bold green" if agreeing == count else "bold red"
    console().print(f"\n{agreeing} of {count} figures agree with the text\n", style=style)


def _agrees(figures: Figures, quote: texts.Quote) -> bool:
    return texts.rounded(texts.found(figures, quote.key), quote.printed) == quote.printed


def _ends(digits: str) -> str:
    if len(digits) <= _MOST_DIGITS:
        return digits
    return f"{digits[:8]}…{digits[-8:]}"


# What is worth saying about each ----------------------------------------------------------------


def _worked_notes(figures: Figures) -> list[str]:
    values = " ".join(f"{name}={value:g}" for name, value in figures["inputs"].items())
    return [f'All of it: clearprop explain "{figures["expression"]}" {values}']


def _nine_notes(figures: Figures) -> list[str]:
    terms = " + ".join(figures["products"])
    letters = "  ".join(f"{name} = {value:g}" for name, value in figures["edges"].items())
    return [
        letters,
        f"{terms} = {figures['sum']:g}",
        f"(α + β + γ)(δ + ε + ζ) = {figures['factored']:g}",
    ]


def _stages_notes(figures: Figures) -> list[str]:
    shares = ", ".join(f"{partial:g}" for partial in figures["partials"])
    top = ", ".join(f"{path['product']:.4g}" for path in figures["top"])
    return [
        f"3³⁰⁰ = {figures['paths']}",
        f"With {shares} on the edges of each stage the derivative is {figures['derivative']:.10g}.",
        f"The products of the paths that contribute most: {top}.",
        f"Listing them all is refused: {figures['refused']}",
    ]


def _hand_notes(figures: Figures) -> list[str]:
    start = figures["biases_held"]["updates_0"]
    notes = []
    for weight in ("w5", "w1"):
        first, second, third = start[f"factors_{weight}"]
        notes.append(
            f"∂E/∂{weight} = ∂E/∂out · ∂out/∂net · ∂net/∂{weight} = {first:.8f} · {second:.8f} · "
            f"{third:.8f} = {start[f'dE_d{weight}']:.8f}"
        )
    return notes


def _layer_notes(figures: Figures) -> list[str]:
    return [
        f"λ = {strength}: D is the engine's gradient to "
        f"{figures[f'lambda_{strength}']['largest_difference']['gradient']:.1e}, the numerical one "
        f"to {figures[f'lambda_{strength}']['largest_difference']['numerical']:.1e}."
        for strength in ("0", "0.5")
    ]


_OF_PATHS, _OF_NETWORKS = "explain.examples", "nn.examples"

EXAMPLES: Final[Mapping[str, Example]] = MappingProxyType(
    {
        "worked-example": Example(
            "e = (a+b)(b+1): forward and reverse, side by side",
            _OF_PATHS,
            "worked_example",
            texts.WORKED_EXAMPLE,
            _worked_notes,
        ),
        "nine-paths": Example(
            "the sum over nine paths, and its factored form",
            _OF_PATHS,
            "nine_paths",
            texts.NINE_PATHS,
            _nine_notes,
        ),
        "three-hundred-stages": Example(
            "3³⁰⁰ paths, counted and not listed",
            _OF_PATHS,
            "three_hundred_stages",
            texts.THREE_HUNDRED_STAGES,
            _stages_notes,
        ),
        "two-layer-by-hand": Example(
            "a network of eight weights, through 10,000 updates",
            _OF_NETWORKS,
            "two_layer_by_hand",
            texts.TWO_LAYER,
            _hand_notes,
        ),
        "four-layer": Example(
            "back-propagation over a training set, in matrices",
            _OF_NETWORKS,
            "four_layer",
            texts.FOUR_LAYER,
            _layer_notes,
        ),
    }
)
"""The worked examples by name."""
