"""``clearprop train``: from a data set to a trained network and its report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from clearprop.cli import learning
from clearprop.cli.exits import INTERRUPTED
from clearprop.cli.lazily import load
from clearprop.cli.output import console, indented, new_table, print_json

_FOLDER: Final = Path("runs")


def train(
    source: learning.Source,
    target: learning.Target = None,
    seed: learning.Seed = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where model and report go; by default a folder of runs/."
        ),
    ] = None,
    hidden: Annotated[
        str, typer.Option(metavar="UNITS", help='Hidden layers, as in 128,64; "none" for none.')
    ] = "256",
    activation: learning.Activation = "relu",
    optimizer: learning.Optimizer = "adam",
    learning_rate: learning.LearningRate = None,
    batch_size: learning.BatchSize = 32,
    epochs: learning.Epochs = None,
    regularization: learning.Regularization = 1.0,
    target_error: Annotated[
        float | None,
        typer.Option("--target-error", "--error", help="Stop once the mean loss is at most this."),
    ] = None,
    patience: learning.Patience = None,
    validation_fraction: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Of the training part, held out for validation; a tenth with --patience.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="MODEL", help="Go on from a saved model.")
    ] = None,
    json: learning.Json = False,
) -> None:
    """Train a network on a data set; leave the model and a report.

    A fifth of the examples is held out to test on. Ctrl-C saves what was learned.
    """
    summary: dict[str, Any] = load("train").run(
        source,
        target=target,
        seed=seed,
        out=_FOLDER / Path(source).stem if out is None else out,
        hidden=learning.units(hidden),
        activation=activation,
        optimizer=optimizer,
        learning_rate=learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        regularization=regularization,
        target_error=target_error,
        patience=patience,
        validation_fraction=validation_fraction,
        resume=resume,
    )
    if json:
        print_json(summary)
    else:
        _show(summary)
    if summary["interrupted"]:
        raise typer.Exit(INTERRUPTED)


def _show(summary: dict[str, Any]) -> None:
    terminal = console()
    terminal.print(Text.assemble("\n", _verdict(summary), "\n"))
    terminal.print(indented(_parts(summary)))
    facts = Table.grid(padding=(0, 3, 0, 0))
    facts.add_column(style="cyan", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("network", f"{summary['network']}; {summary['parameters']:,} parameters")
    facts.add_row("training", _ending(summary))
    facts.add_row("model", summary["model"])
    facts.add_row("report", summary["report"])
    terminal.print(indented(facts))


def _parts(summary: dict[str, Any]) -> Table:
    """What each part of the data says."""
    heads = {"train": "to learn from", "validation": "to choose by", "test": "held out to test"}
    shown = [part for part in heads if summary[f"{part}_examples"]]
    table = new_table()
    table.add_column("")
    for part in shown:
        table.add_column(heads[part], justify="right")
    table.add_row("examples", *(f"{summary[f'{part}_examples']:,}" for part in shown))
    table.add_row("loss", *(_number(summary[f"{part}_loss"]) for part in shown))
    if summary["test_accuracy"] is not None:
        *others, last = (f"{100 * summary[f'{part}_accuracy']:.2f}%" for part in shown)
        table.add_row("accuracy", *others, Text(last, "bold green"))
    return table


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
