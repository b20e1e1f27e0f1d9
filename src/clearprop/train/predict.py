"""Predictions of a trained model for new data."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import DataError
from clearprop.train.csv_table import Table, listed, numbers, read, refuse_missing
from clearprop.train.figures import decide
from clearprop.train.model import Model, load


@final
@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What a model says of m examples.

    Attributes:
        target: What is predicted.
        values: The names of the classes, str, shape (m,), or quantities, float64, shape (m,);
            for several quantities (m, k).
        probabilities: Of each class, shape (m, classes); None for quantities.
        class_names: The classes, in the order of the probabilities; None for quantities.
    """

    target: str
    values: NDArray[Any]
    probabilities: NDArray[np.float64] | None
    class_names: tuple[str, ...] | None

    def __len__(self) -> int:
        return len(self.values)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON's own types."""
        shares = None if self.probabilities is None else self.probabilities.tolist()
        return {
            "target": self.target,
            "predictions": self.values.tolist(),
            "probabilities": shares,
            "class_names": None if self.class_names is None else list(self.class_names),
        }


def predict(model_path: str | Path, source: Any) -> Predictions:
    """What a trained model says of new examples.

    Args:
        model_path: The ``model.safetensors`` that :func:`clearprop.train.run` wrote.
        source: The path of a CSV file that has the model's columns, in any order and among
            others; or an array of shape (m, features), or (features,) for one example.

    Returns:
        The predictions, one for each example.

    Raises:
        WeightsError: The model cannot be read.
        DataError: The file lacks a column, a number is missing, or the shape does not fit.

    >>> from tempfile import TemporaryDirectory
    >>> from clearprop.train import run
    >>> with TemporaryDirectory() as folder:
    ...     done = run("iris", out=folder, epochs=20, progress=False)
    ...     predict(done["model"], [5.1, 3.5, 1.4, 0.2]).values
    array(['setosa'], dtype='<U10')
    """
    model = load(model_path)
    features = (
        _from_file(model, read(Path(source)))
        if isinstance(source, (str, Path))
        else _from_array(model, source)
    )
    outputs = model.outputs(features)
    if model.class_names is None:
        values = outputs[:, 0] if outputs.shape[1] == 1 else outputs
        return Predictions(model.target_name, values, None, None)
    names = np.array(model.class_names)
    return Predictions(model.target_name, names[decide(outputs)], outputs, model.class_names)


def _from_file(model: Model, table: Table) -> NDArray[np.float64]:
    """The model's columns, found by name."""
    absent = [name for name in model.feature_names if name not in table.header]
    if absent:
        close = difflib.get_close_matches(absent[0], table.header, n=1)
        near = f" The nearest in the file to {absent[0]!r} is {close[0]!r}." if close else ""
        raise DataError(
            f"{table.path} lacks {len(absent)} of the {len(model.feature_names)} columns that the "
            f"model was trained on: {listed(map(repr, absent))}",
            remedy=f"Add or rename columns.{near}",
        )
    if not table.rows:
        raise DataError(f"{table.path} has no examples, only a header", remedy="Add rows.")
    columns = [table.header.index(name) for name in model.feature_names]
    refuse_missing(table, columns)
    return np.stack([numbers(table, column) for column in columns], axis=1)


def _from_array(model: Model, source: Any) -> NDArray[np.float64]:
    wanted = len(model.feature_names)
    try:
        features = np.asarray(source, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"the examples are no array of numbers: {error}",
            remedy=f"Give an array of shape (examples, {wanted}), or the path of a CSV file.",
        ) from None
    if features.ndim == 1 and features.shape[0] == wanted:
        features = features[np.newaxis]
    if features.ndim != 2 or features.shape[1] != wanted:
        raise DataError(
            f"the examples have shape {features.shape}; the model wants (examples, {wanted})",
            remedy=f"Its features are {listed(map(repr, model.feature_names))}.",
        )
    holes = np.argwhere(~np.isfinite(features))
    if holes.size:
        row, column = holes[0].tolist()
        raise DataError(
            f"example {row} has {features[row, column]} as {model.feature_names[column]!r}",
            remedy="Fill it in, or leave the example out.",
        )
    return features
