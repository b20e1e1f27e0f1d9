"""Data sets: read, checked and standardized.

Four sets come with scikit-learn and are known by name; anything else is the path of a CSV file
with a header row. A file that cannot be trained on is refused here, at the border, by a
:class:`~clearprop.errors.DataError` of one paragraph that names file, line, column and value.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import DataError, MissingExtraError
from clearprop.train.csv_table import Table, guess, listed, number, numbers, read, refuse_missing
from clearprop.train.options import PATH, Rule, refuse_one

BUNDLED = ("digits", "iris", "wine", "breast_cancer")
MOST_CLASSES = 20  # a whole-number target with more distinct values than this is a quantity
SOURCE = Rule(PATH.holds, "the name of a data set or the path of a CSV file")
FEWEST_EXAMPLES = 4  # two for each side of the split


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Examples with their targets.

    Attributes:
        name: What the user called it: ``"iris"``, or the path of a file.
        features: float64, shape (m, n): one row per example.
        targets: int64 class indices of shape (m,), or float64 quantities of shape (m, k).
        feature_names: The n column names.
        class_names: The name of each class, or None for regression.
        target_name: What is predicted.
    """

    name: str
    features: NDArray[np.float64]
    targets: NDArray[Any]
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...] | None
    target_name: str

    def __len__(self) -> int:
        return len(self.features)

    def pick(self, chosen: NDArray[Any]) -> Dataset:
        """Some of the examples, by their indices or by a mask."""
        return replace(self, features=self.features[chosen], targets=self.targets[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class Standardizer:
    """The affine map that gives each column of the training part mean 0 and deviation 1.

    Attributes:
        mean: float64, shape (n,).
        scale: float64, shape (n,), nowhere 0: a column that never changes has scale 1.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    def apply(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns ``(features - mean) / scale``; features have shape (..., n)."""
        return (features - self.mean) / self.scale


def load(source: str | Path, target: str | None = None) -> Dataset:
    """Loads a bundled data set by name, or a CSV file by path.

    A CSV file is UTF-8 with a header row; commas, semicolons or tabs separate its cells. All
    columns but the target are numbers. The target names a class when it is text, or whole
    numbers of which few are distinct; otherwise it is a quantity (regression).

    Args:
        source: ``digits``, ``iris``, ``wine`` or ``breast_cancer``, or the path of a CSV file.
        target: The column to predict; a CSV file needs it, the bundled sets know their own.

    Returns:
        The data set: features of shape (m, n) and m targets, with their names.

    Raises:
        ArgumentError: The source is neither.
        DataError: The data cannot be trained on; the message names the culprit.
        MissingExtraError: A bundled set was asked for and scikit-learn is not installed.

    >>> iris = load("iris")
    >>> iris.features.shape, iris.targets.shape, iris.class_names
    ((150, 4), (150,), ('setosa', 'versicolor', 'virginica'))
    """
    refuse_one("source", source, SOURCE)
    source = os.fspath(source)
    if source in BUNDLED:
        return _bundled(source, target)
    table = read(Path(source), BUNDLED)
    _refuse_few(table)
    chosen = _target_column(table, target)
    columns = [column for column in range(len(table.header)) if column != chosen]
    if not columns:
        raise DataError(
            f"{source} has no feature columns",
            why=f"{target!r} is its only column, so there is nothing to predict it from",
            remedy="Add columns, or check that commas, semicolons or tabs separate them.",
        )
    refuse_missing(table)
    targets, class_names = _targets(table, chosen)
    features = np.stack([numbers(table, column) for column in columns], axis=1)
    names = tuple(table.header[column] for column in columns)
    _refuse_constant(source, features, names)
    return Dataset(source, features, targets, names, class_names, table.header[chosen])


def standardize(features: NDArray[np.float64]) -> Standardizer:
    """Fits a :class:`Standardizer`; fit it on the training part only.

    A column that never changes (a corner pixel that is always 0) gets scale 1, so it becomes 0
    rather than 0/0.

    Args:
        features: The examples, a row each, float64, shape (m, n).

    Returns:
        What subtracts the mean of each column and divides by its standard deviation.

    >>> fitted = standardize(np.array([[1.0, 5.0], [3.0, 5.0]]))
    >>> fitted.apply(np.array([[1.0, 5.0], [3.0, 5.0]]))
    array([[-1.,  0.],
           [ 1.,  0.]])
    """
    constant = features.max(axis=0) == features.min(axis=0)
    mean = np.where(constant, features[0], features.mean(axis=0))
    scale = features.std(axis=0)
    return Standardizer(mean, np.where(constant | (scale == 0), 1.0, scale))


def _bundled(name: str, target: str | None) -> Dataset:
    if target not in (None, "target"):
        raise DataError(
            f"{name} has no column {target!r} to predict",
            why="The bundled data sets know their own target",
            remedy="Leave --target out.",
        )
    try:
        from sklearn import datasets
    except ImportError as error:
        raise MissingExtraError(
            f"the data set {name!r} comes with scikit-learn, which is not installed",
            remedy='Run: pip install "clearprop[train]"',
        ) from error
    bunch = getattr(datasets, f"load_{name}")()
    return Dataset(
        name=name,
        features=np.asarray(bunch.data, dtype=np.float64),
        targets=np.asarray(bunch.target, dtype=np.int64),
        feature_names=tuple(map(str, bunch.feature_names)),
        class_names=tuple(map(str, bunch.target_names)),
        target_name="target",
    )


def _refuse_few(table: Table) -> None:
    if len(table.rows) < FEWEST_EXAMPLES:
        count = len(table.rows) or "none, only a header"
        raise DataError(
            f"{table.path} has too few examples ({count})",
            why=f"Training and testing need at least {FEWEST_EXAMPLES}",
            remedy="Add rows.",
        )


def _refuse_constant(source: str, features: NDArray[np.float64], names: Sequence[str]) -> None:
    constant = [
        f"{name!r} (always {column[0]:g})"
        for name, column in zip(names, features.T, strict=True)
        if column.max() == column.min()
    ]
    if constant:
        several = len(constant) > 1
        raise DataError(
            f"column{'s' * several} {listed(constant)} never change{'' if several else 's'}",
            where=source,
            why="A constant column cannot tell one example from another",
            remedy=f"Remove {'them' if several else 'it'} from the file.",
        )


def _target_column(table: Table, target: str | None) -> int:
    if target in table.header:
        return table.header.index(target)
    why = ""
    if target is None:
        what, hint = "no target is given", "Say which column to predict with --target NAME. "
    else:
        what, hint = f"there is no column {target!r}", guess(target, table.header)
    if len(table.header) == 1:
        why, hint = "Its whole first line is one column", "Separate cells by commas. "
    raise DataError(
        what,
        where=str(table.path),
        why=why,
        remedy=f"{hint}The columns are {listed(map(repr, table.header))}.",
    )


def _targets(table: Table, column: int) -> tuple[NDArray[Any], tuple[str, ...] | None]:
    """Returns class indices with class names, or quantities of shape (m, 1) with None."""
    texts = [row[column] for row in table.rows]
    parsed = [number(text) for text in texts]
    most = max(2, len(texts) // 2)
    if None in parsed and len(set(parsed)) <= MOST_CLASSES:
        values: NDArray[Any] = np.array(texts)
    else:
        values = numbers(table, column)
        most = min(most, MOST_CLASSES)
    classes, indices = np.unique(values, return_inverse=True)
    where = f"{table.path}, column {table.header[column]!r}"
    if len(classes) == 1:
        raise DataError(
            f"the target has only one class or value, {texts[0]!r}",
            where=where,
            why="There is nothing to learn",
            remedy="Add examples of another class, or choose another target.",
        )
    words = values.dtype.kind == "U"
    if words and len(classes) > most:
        raise DataError(
            f"{len(texts)} examples are too few for {len(classes)} classes",
            where=where,
            why="A class needs at least two examples; names and identifiers are no classes",
            remedy="Add examples, or choose another target.",
        )
    if words:
        return indices, tuple(map(str, classes))
    if len(classes) <= most and np.array_equal(classes, np.rint(classes)):
        return indices, tuple(str(int(value)) for value in classes)
    return values[:, np.newaxis], None
