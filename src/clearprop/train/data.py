"""Data sets: read, checked, split and standardized.

Four sets come with scikit-learn and are known by name; anything else is the path of a CSV file
with a header row. A file that cannot be trained on is refused here, at the border, by a
:class:`~clearprop.errors.DataError` of one paragraph that names file, line, column and value.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import DataError, MissingExtraError

BUNDLED = ("digits", "iris", "wine", "breast_cancer")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "?"})  # "none" may be an honest class
LARGEST = 1e150  # squares of larger numbers overflow when columns are standardized
MOST_CLASSES = 20  # a whole-number target with more distinct values than this is a quantity
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


def load(source: str, target: str | None = None) -> Dataset:
    """Loads a bundled data set by name, or a CSV file by path.

    A CSV file is UTF-8 with a header row; commas, semicolons or tabs separate its cells. All
    columns but the target are numbers. The target names a class when it is text, or whole
    numbers of which few are distinct; otherwise it is a quantity (regression).

    Args:
        source: ``digits``, ``iris``, ``wine`` or ``breast_cancer``, or the path of a CSV file.
        target: The column to predict; a CSV file needs it, the bundled sets know their own.

    Raises:
        DataError: The data cannot be trained on; the message names the culprit.
        MissingExtraError: A bundled set was asked for and scikit-learn is not installed.

    >>> iris = load("iris")
    >>> iris.features.shape, iris.targets.shape, iris.class_names
    ((150, 4), (150,), ('setosa', 'versicolor', 'virginica'))
    """
    if source in BUNDLED:
        return _bundled(source, target)
    table = _read(Path(source))
    chosen = _target_column(table, target)
    columns = [column for column in range(len(table.header)) if column != chosen]
    if not columns:
        raise DataError(
            f"{source} has no feature columns",
            why=f"{target!r} is its only column, so there is nothing to predict it from",
            remedy="Add columns, or check that commas, semicolons or tabs separate them.",
        )
    _refuse_missing(table)
    targets, class_names = _targets(table, chosen)
    features = np.stack([_numbers(table, column) for column in columns], axis=1)
    names = tuple(table.header[column] for column in columns)
    _refuse_constant(source, features, names)
    return Dataset(source, features, targets, names, class_names, table.header[chosen])


def split(dataset: Dataset, fraction: float = 0.2, seed: int = 0) -> tuple[Dataset, Dataset]:
    """Shuffles and cuts a data set into a training and a test part.

    Classes keep their proportions (largest-remainder rounding), and each class of two or more
    examples stands on both sides. The same seed gives the same cut on every machine.

    Args:
        dataset: At least two examples.
        fraction: The share of the test part, strictly between 0 and 1.
        seed: Of a Philox generator used for nothing else.

    Raises:
        DataError: The fraction is not between 0 and 1, or one side would be empty.

    >>> train, test = split(load("iris"))
    >>> len(train), len(test), np.bincount(test.targets)
    (120, 30, array([10, 10, 10]))
    """
    if not 0 < fraction < 1:
        raise DataError(f"the test share {fraction} is not between 0 and 1", remedy="Use 0.2.")
    classified = dataset.class_names is not None
    labels = dataset.targets if classified else np.zeros(len(dataset), dtype=np.int64)
    counts = np.bincount(labels)
    if counts.max(initial=0) < 2:
        raise DataError(
            f"{dataset.name} cannot be split into a training and a test part",
            why=f"none of its {len(counts)} classes has two examples",
            remedy="Add examples.",
        )
    quota = counts * fraction
    take = np.floor(quota).astype(np.int64)
    left_over = int(np.rint(quota.sum())) - int(take.sum())
    take[np.argsort(take - quota, kind="stable")[:left_over]] += 1
    take = np.clip(take, counts >= 2, np.maximum(counts - 1, 0))
    order = np.random.Generator(np.random.Philox(seed)).permutation(len(dataset))
    in_test = np.zeros(len(dataset), dtype=np.bool_)
    for label, size in enumerate(take):
        in_test[order[labels[order] == label][:size]] = True
    return _rows(dataset, order[~in_test[order]]), _rows(dataset, order[in_test[order]])


def standardize(features: NDArray[np.float64]) -> Standardizer:
    """Fits a :class:`Standardizer`; fit it on the training part only.

    A column that never changes (a corner pixel that is always 0) gets scale 1, so it becomes 0
    rather than 0/0.

    >>> fitted = standardize(np.array([[1.0, 5.0], [3.0, 5.0]]))
    >>> fitted.apply(np.array([[1.0, 5.0], [3.0, 5.0]]))
    array([[-1.,  0.],
           [ 1.,  0.]])
    """
    constant = features.max(axis=0) == features.min(axis=0)
    mean = np.where(constant, features[0], features.mean(axis=0))
    scale = features.std(axis=0)
    return Standardizer(mean, np.where(constant | (scale == 0), 1.0, scale))


def _rows(dataset: Dataset, chosen: NDArray[np.int64]) -> Dataset:
    return replace(dataset, features=dataset.features[chosen], targets=dataset.targets[chosen])


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


@dataclass(frozen=True, slots=True)
class _Table:
    """The cells of a CSV file, as text, each row with the line it began on."""

    path: Path
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def at(self, row: int, column: int) -> str:
        return f"{self.path}, line {self.lines[row]}, column {self.header[column]!r}"


def _read(path: Path) -> _Table:
    text = _text(path)
    rows: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        mark = _delimiter(text)
        stream = io.StringIO(text, newline="")
        reader = csv.reader(stream, delimiter=mark, skipinitialspace=True, strict=True)
        for cells in reader:
            if len(cells) > 1 or any(map(str.strip, cells)):  # blank lines are skipped
                rows.append([cell.strip() for cell in cells])
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{path} is not a valid CSV file",
            where=f"line {line}",
            why=f"Python's csv module says: {error}",
            remedy='Close every quote, and write a quote inside a quoted cell as "".',
        ) from error
    if not rows:
        raise DataError(f"{path} is empty", remedy="Write a header row and one row per example.")
    table = _Table(path, rows[0], rows[1:], lines[1:])
    _refuse_header(table, lines[0])
    _refuse_rows(table)
    return table


def _delimiter(text: str) -> str:
    """Returns the mark that cuts the header, the first line not blank, into most columns."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=lambda mark: len(next(csv.reader([header], delimiter=mark), ())))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        nearby = [str(file) for file in path.parent.glob("*.csv")]
        raise DataError(
            f"there is no data set and no file named {str(path)!r}",
            remedy=f"{_guess(str(path), [*BUNDLED, *nearby])}Give the path of a CSV file, or one "
            f"of {_listed(BUNDLED)}.",
        ) from error
    except OSError as error:
        why = "It is a folder" if path.is_dir() else f"The system says: {error.strerror}"
        raise DataError(
            f"{path} cannot be read", why=why, remedy="Give the path of a CSV file."
        ) from error
    try:
        if b"\0" in raw:
            raise UnicodeDecodeError("utf-8", raw, raw.index(0), raw.index(0) + 1, "a zero byte")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8 text",
            where=f"line {raw.count(10, 0, error.start) + 1}, byte {error.start}: "
            f"0x{raw[error.start]:02x}",
            why="It is a binary file, or text in another encoding",
            remedy='Save it as "CSV UTF-8".',
        ) from error


def _refuse_header(table: _Table, line: int) -> None:
    where = f"{table.path}, line {line}"
    for place, name in enumerate(table.header):
        if not name:
            raise DataError(
                f"column {place + 1} has no name", where=where, remedy="Name it, or remove it."
            )
        if name in table.header[:place]:
            raise DataError(
                f"two columns are named {name!r}",
                where=f"{where}, columns {table.header.index(name) + 1} and {place + 1}",
                remedy="Rename one of them.",
            )
    counted = [str(place) for place in range(len(table.header))]  # what pandas calls its columns
    if table.header != counted and None not in map(_number, table.header):
        raise DataError(
            "the header row is missing",
            where=where,
            why=f"The first line holds only numbers: {_listed(map(repr, table.header))}",
            remedy="Put the column names on a line of their own before the first example.",
        )


def _refuse_rows(table: _Table) -> None:
    for cells, line in zip(table.rows, table.lines, strict=True):
        if len(cells) != len(table.header):
            raise DataError(
                f"this row has {len(cells)} cells, the header has {len(table.header)}",
                where=f"{table.path}, line {line}, beginning {cells[0]!r}",
                remedy="Add or remove cells; quote a cell that contains the separator.",
            )
    if len(table.rows) < FEWEST_EXAMPLES:
        count = len(table.rows) or "none, only a header"
        raise DataError(
            f"{table.path} has too few examples ({count})",
            why=f"Training and testing need at least {FEWEST_EXAMPLES}",
            remedy="Add rows.",
        )


def _refuse_missing(table: _Table) -> None:
    holes = [
        (row, column)
        for row, cells in enumerate(table.rows)
        for column, cell in enumerate(cells)
        if cell.lower() in MISSING
    ]
    if holes:
        row, column = holes[0]
        raise DataError(
            f"{len(holes)} value{'s are' if len(holes) > 1 else ' is'} missing "
            f"in {len({row for row, _ in holes})} of {len(table.rows)} rows",
            where=f"first: {table.at(row, column)}, {table.rows[row][column]!r}",
            remedy="Fill them in, or remove those rows or columns.",
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
            f"column{'s' * several} {_listed(constant)} never change{'' if several else 's'}",
            where=source,
            why="A constant column cannot tell one example from another",
            remedy=f"Remove {'them' if several else 'it'} from the file.",
        )


def _target_column(table: _Table, target: str | None) -> int:
    if target in table.header:
        return table.header.index(target)
    if target is None:
        what, hint = "no target is given", "Say which column to predict with --target NAME. "
    else:
        what, hint = f"there is no column {target!r}", _guess(target, table.header)
    raise DataError(
        what,
        where=str(table.path),
        remedy=f"{hint}The columns are {_listed(map(repr, table.header))}.",
    )


def _targets(table: _Table, column: int) -> tuple[NDArray[Any], tuple[str, ...] | None]:
    """Returns class indices with class names, or quantities of shape (m, 1) with None."""
    texts = [row[column] for row in table.rows]
    numbers = [_number(text) for text in texts]
    most = max(2, len(texts) // 2)
    if None in numbers and len(set(numbers)) <= MOST_CLASSES:
        values: NDArray[Any] = np.array(texts)
    else:
        values = _numbers(table, column)
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


def _numbers(table: _Table, column: int) -> NDArray[np.float64]:
    values = np.empty(len(table.rows))
    for row, cells in enumerate(table.rows):
        value = _number(cells[column])
        if value is None:
            raise DataError(
                f"{cells[column]!r} is not a number",
                where=table.at(row, column),
                why="All columns but a target of classes must be numeric",
                remedy="Write numbers with a decimal point, or remove the column.",
            )
        if not abs(value) <= LARGEST:
            raise DataError(
                f"{cells[column]!r} is not finite, or beyond ±{LARGEST:g}",
                where=table.at(row, column),
                remedy="Correct it, or remove the row.",
            )
        values[row] = value
    return values


def _number(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _guess(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]!r}? " if close else ""


def _listed(names: Iterable[str], most: int = 12) -> str:
    """Joins names for a sentence; a wide table does not flood it."""
    listed = list(names)
    rest = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest
