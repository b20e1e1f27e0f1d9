"""The words that commands which learn have in common: what from, and how."""

from __future__ import annotations

from typing import Annotated

import typer

from clearprop.errors import ArgumentError

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="digits, iris, wine, breast_cancer, or a CSV file with a header row.",
    ),
]
Target = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="The column of the CSV file to predict.")
]
Seed = Annotated[int, typer.Option(min=0, help="Of the split, the weights and the shuffles.")]
Activation = Annotated[
    str, typer.Option(metavar="NAME", help="Of the hidden layers: relu, tanh or sigmoid.")
]
Optimizer = Annotated[str, typer.Option(metavar="NAME", help="adam, momentum or gradient_descent.")]
LearningRate = Annotated[
    float | None, typer.Option(help="By default the optimizer's own.", show_default=False)
]
BatchSize = Annotated[int, typer.Option(help="Examples per update.")]
Epochs = Annotated[
    int | None,
    typer.Option(
        help="Passes over the data; by default enough for 2,700 updates.", show_default=False
    ),
]
Regularization = Annotated[
    float, typer.Option("--regularization", "--l2", help="λ, on the weights off the biases.")
]
Patience = Annotated[
    int | None,
    typer.Option(help="Stop after so many epochs without a better validation loss."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def units(text: str) -> tuple[int, ...]:
    """``128,64`` as numbers.

    Raises:
        ArgumentError: It is something else.

    >>> units("128, 64"), units("none")
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
