"""``clearprop compare``: how many hidden layers, how wide? Structures by their validation loss."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from clearprop.cli import learning
from clearprop.cli.exits import INTERRUPTED
from clearprop.cli.lazily import load
from clearprop.cli.output import console, indented, print_json


def compare(
    source: learning.Source,
    hidden: Annotated[
        list[str] | None,
        typer.Option(
            metavar="UNITS",
            help='A structure, as in 128,64; "none" for no hidden layer. Say it once for each; '
            "by default none, 16, 64, 256 and 64,64.",
            show_default=False,
        ),
    ] = None,
    target: learning.Target = None,
    seed: learning.Seed = 0,
    folds: Annotated[
        int, typer.Option(help="How many fifths take a turn as validation part, 1 to 5.")
    ] = 1,
    activation: learning.Activation = "relu",
    optimizer: learning.Optimizer = "adam",
    learning_rate: learning.LearningRate = None,
    batch_size: learning.BatchSize = 32,
    epochs: learning.Epochs = None,
    regularization: learning.Regularization = 1.0,
    patience: learning.Patience = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Leave a page with a picture there, and the best model."),
    ] = None,
    json: learning.Json = False,
) -> None:
    """Compare structures of networks by their loss on a validation part.

    All learn from the same examples. Only the best of them meets the test part.
    Ctrl-C shows what was done.
    """
    train = load("train")
    comparison = train.compare(
        source,
        [learning.units(text) for text in hidden] if hidden else train.STRUCTURES,
        target=target,
        seed=seed,
        folds=folds,
        activation=activation,
        optimizer=optimizer,
        learning_rate=learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        regularization=regularization,
        patience=patience,
        out=out,
    )
    if json:
        print_json(comparison.to_dict())
    else:
        _show(comparison)
    if comparison.interrupted:
        raise typer.Exit(INTERRUPTED)


def _show(comparison: Any) -> None:
    """The text, with the best in green."""
    text = Text(f"\n{comparison.text()}")
    text.highlight_regex(r"(?m)^(hidden .*| +training .*)$", "bold")
    if comparison.best is not None:
        name = comparison.best.name
        text.highlight_regex(rf"(?m)^{name} +\d.*$", "bold green")
        text.highlight_regex(r"right on [\d.]+%", "bold green")
    terminal = console()
    terminal.print(text)
    if comparison.files:
        facts = Table.grid(padding=(0, 3, 0, 0))
        facts.add_column(style="cyan", no_wrap=True)
        facts.add_column(overflow="fold")
        for what, path in comparison.files.items():
            facts.add_row(what, path)
        terminal.print(indented(facts))
