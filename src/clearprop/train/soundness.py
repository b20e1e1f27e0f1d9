"""Data sets that were made by hand, held to what files are held to."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.errors import DataError
from clearprop.train.data import FEWEST_EXAMPLES, Dataset


def refuse_unsound(dataset: Dataset) -> None:
    """Refuse a data set that cannot be trained on.

    Raises:
        DataError: Naming the data set, and the array or the value that is wrong.
    """
    _refuse_features(dataset)
    if len(dataset) < FEWEST_EXAMPLES:
        raise DataError(
            f"{dataset.name} has too few examples ({len(dataset)})",
            why=f"Training and testing need at least {FEWEST_EXAMPLES}",
            remedy="Add examples.",
        )
    if dataset.class_names is None:
        _refuse_quantities(dataset)
    else:
        _refuse_classes(dataset, len(dataset.class_names))


def _refuse_features(dataset: Dataset) -> None:
    features: Any = dataset.features
    names = dataset.feature_names
    if (
        not isinstance(features, np.ndarray)
        or features.ndim != 2
        or features.dtype.kind not in "fiu"
    ):
        raise DataError(
            f"the features of {dataset.name} are {_described(features)}",
            remedy="Give an array of numbers of shape (examples, features).",
        )
    if not features.shape[1] or len(names) != features.shape[1]:
        raise DataError(
            f"{dataset.name} has {features.shape[1]} columns of features and {len(names)} names "
            "for them",
            remedy="Give one name for each column, and at least one column.",
        )
    holes = np.argwhere(~np.isfinite(features))
    if holes.size:
        row, column = holes[0].tolist()
        raise DataError(
            f"example {row} of {dataset.name} has {features[row, column]} as {names[column]!r}",
            remedy="Fill it in, or leave the example out.",
        )


def _refuse_quantities(dataset: Dataset) -> None:
    targets: Any = dataset.targets
    sound = isinstance(targets, np.ndarray) and targets.dtype.kind in "fiu" and targets.ndim == 2
    if not sound or len(targets) != len(dataset) or not targets.shape[1]:
        raise DataError(
            f"the targets of {dataset.name} are {_described(targets)}",
            why="There are no class names, so they are quantities",
            remedy=f"Give numbers of shape ({len(dataset)}, k), as targets[:, None] are, or class "
            "names.",
        )
    if not np.isfinite(targets).all():
        row = int(np.argwhere(~np.isfinite(targets))[0, 0])
        raise DataError(
            f"example {row} of {dataset.name} has {targets[row].tolist()} as its target",
            remedy="Fill it in, or leave the example out.",
        )


def _refuse_classes(dataset: Dataset, classes: int) -> None:
    targets: Any = dataset.targets
    sound = isinstance(targets, np.ndarray) and targets.dtype.kind in "iu" and targets.ndim == 1
    if not sound or len(targets) != len(dataset):
        raise DataError(
            f"the targets of {dataset.name} are {_described(targets)}",
            why="There are class names, so they are class indices",
            remedy=f"Give whole numbers of shape ({len(dataset)},), or None as class names.",
        )
    outside = np.flatnonzero((targets < 0) | (targets >= classes))
    if outside.size:
        row = int(outside[0])
        raise DataError(
            f"example {row} of {dataset.name} is of class {targets[row]}",
            why=f"It has {classes} class names, so classes are 0 to {classes - 1}",
            remedy="Correct it, or name the class.",
        )
    if len(np.unique(targets)) < 2:
        raise DataError(
            f"{dataset.name} has only one class",
            why="There is nothing to learn",
            remedy="Add examples of another class.",
        )


def _described(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    return f"of type {type(value).__name__}"
