"""``clearprop predict``: what a trained network says of new examples."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Group
from rich.text import Text

from clearprop.cli.lazily import load
from clearprop.cli.output import console, indented, new_table, note, print_json, write_files
from clearprop.errors import ArgumentError

_MOST_ROWS: Final = 20


def predict(
    model: Annotated[
        Path,
        typer.Argument(metavar="MODEL", help="The model.safetensors that clearprop train left."),
    ],
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="A CSV file with the columns that the model was trained on; or digits, iris, …",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save all predictions as a CSV file.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Predict with a trained network."""
    if out is not None:
        _refuse_overwriting(out, model, data)
    bundled = data in load("train.data").BUNDLED
    source = load("train.data").load(data).features if bundled else data
    predictions = load("train").predict(model, source)
    if out is not None:
        write_files({out: _csv(predictions)})
    if json:
        print_json(predictions.to_dict())
    else:
        _show(predictions)
    if out is not None:
        note(f"wrote {out}")


def _refuse_overwriting(out: Path, model: Path, data: str) -> None:
    """A slip of the hand must not cost the data.

    Raises:
        ArgumentError: The file to write is one to read.
    """
    if any(os.path.abspath(out) == os.path.abspath(path) for path in (model, data)):
        raise ArgumentError(
            f"--out {out} would replace what the predictions are made from",
            remedy="Name another file.",
        )


def _show(predictions: Any) -> None:
    terminal = console()
    terminal.print(
        Text.assemble("\n", (predictions.target, "bold"), f" of {_tally(predictions)}\n")
    )
    table = new_table()
    table.add_column("example", justify="right")
    table.add_column("prediction", justify="left" if predictions.class_names else "right")
    if predictions.class_names:
        table.add_column("sure", justify="right")
        table.add_column("else", style="dim")
    for place, value in enumerate(predictions.values[:_MOST_ROWS]):
        table.add_row(f"{place + 1}", *_cells(predictions, place, value))
    left_out = len(predictions) - _MOST_ROWS
    remark = Text(f"and {left_out:,} more; --out FILE saves them all", "dim")
    terminal.print(indented(Group(table, remark) if left_out > 0 else table))


def _tally(predictions: Any) -> str:
    """How many of each class; else how many there are."""
    count = len(predictions)
    examples = f"{count:,} example{'s' * (count != 1)}"
    if not predictions.class_names:
        return examples
    counts = Counter(predictions.values.tolist())
    parts = [f"{name}: {counts[name]:,}" for name in predictions.class_names if counts[name]]
    return f"{examples}  ({', '.join(parts)})"


def _cells(predictions: Any, place: int, value: Any) -> list[str | Text]:
    """The prediction; for a class how sure it is, and what it would be else."""
    if not predictions.class_names:
        return [Text(_number(value), "cyan")]
    shares = predictions.probabilities[place]
    first, *others = sorted(range(len(shares)), key=lambda i: -shares[i])
    second = f"{predictions.class_names[others[0]]} {shares[others[0]]:.1%}" if others else ""
    return [Text(str(value), "cyan"), f"{shares[first]:.1%}", second]


def _number(value: Any) -> str:
    """One quantity, or several."""
    return f"{value:.6g}" if value.ndim == 0 else "  ".join(f"{part:.6g}" for part in value)


def _csv(predictions: Any) -> str:
    """All predictions, and the probability of each class."""
    found = predictions.to_dict()
    target, values = found["target"], found["predictions"]
    if found["class_names"]:
        heads = [target, *(f"p({name})" for name in found["class_names"])]
        rows = [[value, *p] for value, p in zip(values, found["probabilities"], strict=True)]
    elif values and isinstance(values[0], list):
        heads = [f"{target}[{place}]" for place in range(len(values[0]))]
        rows = values
    else:
        heads, rows = [target], [[value] for value in values]
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([heads, *rows])
    return stream.getvalue()
