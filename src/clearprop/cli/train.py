"""``clearprop train``: from a data set to a trained network and its report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from clearprop.cli.lazily import load
from clearprop.cli.output import INTERRUPTED, console, indented, new_table, print_json
from clearprop.errors import ArgumentError

_FOLDER: Final = Path("runs")


def train(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="digits, iris, wine, breast_cancer, or a CSV file with a header row.",
        ),
    ],
    target: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="The column of the CSV file to predict."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Of the split, the weights and the shuffles.")
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where model and report go; by default a folder of runs/."
        ),
    ] = None,
    hidden: Annotated[
        str, typer.Option(metavar="UNITS", help='Hidden layers, as in 128,64; "none" for none.')
    ] = "256",
    activation: Annotated[
        str, typer.Option(metavar="NAME", help="Of the hidden layers: relu, tanh or sigmoid.")
    ] = "relu",
    optimizer: Annotated[
        str, typer.Option(metavar="NAME", help="adam, momentum or gradient_descent.")
    ] = "adam",
    learning_rate: Annotated[
        float | None, typer.Option(help="By default the optimizer's own.", show_default=False)
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Examples per update.")] = 32,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Passes over the data; by default enough for 2,700 updates.", show_default=False
        ),
    ] = None,
    regularization: Annotated[
        float, typer.Option("--regularization", "--l2", help="λ, on the weights off the biases.")
    ] = 1.0,
    target_error: Annotated[
        float | None,
        typer.Option("--target-error", "--error", help="Stop once the mean loss is at most this."),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(help="Stop after so many epochs without a better validation loss."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="MODEL", help="Go on from a saved model.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Train a network on a data set; leave the model and a report.

    A fifth of the examples is held out to test on. Ctrl-C saves what was learned.
    """
    summary: dict[str, Any] = load("train").run(
        source,
        target=target,
        seed=seed,
        out=_FOLDER / Path(source).stem if out is None else out,
        hidden=_units(hidden),
        activation=activation,
        optimizer=optimizer,
        learning_rate=learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        regularization=regularization,
        target_error=target_error,
        patience=patience,
        resume=resume,
    )
    if json:
        print_json(summary)
    else:
        _show(summary)
    if summary["interrupted"]:
        raise typer.Exit(INTERRUPTED)


def _units(text: str) -> tuple[int, ...]:
    """``128,64`` as numbers.

    Raises:
        ArgumentError: It is something else.

    >>> _units("128, 64"), _units("none")
    ((128, 64), ())
    """
    words = [] if text.strip() == "none" else [word.strip() for word in text.split(",")]
    digits = all(word.isascii() and word.isdigit() and len(word) < 20 for word in words)
    if not digits or not all(map(int, words)):
        raise ArgumentError(
            f"--hidden {text!r} is no list of layers",
            remedy="Write the units of each hidden layer, such as 128,64; or none.",
        )
    return tuple(map(int, words))


def _show(summary: dict[str, Any]) -> None:
    terminal = console()
    terminal.print(Text.assemble("\n", _verdict(summary), "\n"))
    table = new_table()
    for head in ("", "to learn from", "held out to test"):
        table.add_column(head, justify="right" if head else "left")
    table.add_row("examples", f"{summary['train_examples']:,}", f"{summary['test_examples']:,}")
    table.add_row("loss", _number(summary["train_loss"]), _number(summary["test_loss"]))
    if summary["test_accuracy"] is not None:
        right = [f"{100 * summary[f'{part}_accuracy']:.2f}%" for part in ("train", "test")]
        table.add_row("accuracy", right[0], Text(right[1], "bold green"))
    terminal.print(indented(table))
    facts = Table.grid(padding=(0, 3, 0, 0))
    facts.add_column(style="cyan", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("network", f"{summary['network']}; {summary['parameters']:,} parameters")
    facts.add_row("training", _ending(summary))
    facts.add_row("model", summary["model"])
    facts.add_row("report", summary["report"])
    terminal.print(indented(facts))


def _verdict(summary: dict[str, Any]) -> Text:
    """What came of it, in one line."""
    source = (summary["source"], "bold")
    if summary["test_accuracy"] is not None:
        share = f"{100 * summary['test_accuracy']:.2f}%"
        return Text.assemble(source, "  right on ", (share, "bold green"), " of what was held out")
    error = _number(summary["rmse"])
    return Text.assemble(
        source,
        f"  {summary['target']} is off by ",
        (error, "bold green"),
        f" (root mean square), R² = {_number(summary['r_squared'])}",
    )


def _ending(summary: dict[str, Any]) -> str:
    why = {
        "interrupted": ", ended by Ctrl-C",
        "target": ", the requested error met",
        "patience": f", the best of them {summary['kept_epoch']}",
    }.get(summary["stopped"], "")
    count = summary["epochs"]
    time = f"{count:,} epoch{'s' * (count != 1)} in {summary['seconds']:.1f} s"
    return f"{time}{why}; seed {summary['seed']}"


def _number(value: float | None) -> str:
    """In four digits, or in all before the point.

    >>> _number(0.0123456), _number(21056.3), _number(2e12), _number(None)
    ('0.01235', '21,056', '2e+12', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e9 else f"{value:.4g}"
