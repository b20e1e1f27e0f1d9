"""What a training run leaves behind, as plain data.

The loop fills in a :class:`RunRecord`; the report draws it, ``--json`` prints it. Nothing here
computes more than a ratio.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One pass over the training part.

    Attributes:
        epoch: Counted from 1; 0 is the network before any update.
        train_loss: Mean loss over the training part.
        test_loss: Mean loss over the test part; NaN without one.
        train_accuracy: Share of right classes, 0 to 1; None for regression.
        test_accuracy: The same on the test part.
        gradient_norms: Per layer, in the order of the network, the Euclidean norm of the
            gradient of the loss by all of the layer's parameters.
        validation_loss: Mean loss over the validation part; None without one.
        validation_accuracy: Share of right classes on the validation part.
    """

    epoch: int
    train_loss: float
    test_loss: float
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    gradient_norms: Mapping[str, float] = field(default_factory=dict)
    validation_loss: float | None = None
    validation_accuracy: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """A test example that the network got wrong.

    Attributes:
        features: float64, shape (n,), before standardization.
        truth: Name of its class.
        predicted: Name of the class the network gave it.
        probability: What the network gave the predicted class, 0 to 1.
    """

    features: NDArray[np.float64]
    truth: str
    predicted: str
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """Predicted against true values of one quantity, for regression.

    Attributes:
        name: The quantity.
        truth: float64, shape (m,).
        predicted: float64, shape (m,).
    """

    name: str
    truth: NDArray[np.float64]
    predicted: NDArray[np.float64]

    @property
    def rmse(self) -> float:
        """The root of the mean squared error, in the units of the quantity."""
        return float(np.sqrt(np.mean((self.predicted - self.truth) ** 2)))

    @property
    def r_squared(self) -> float:
        """The share of the variance explained; NaN where the truth never changes.

        >>> Scatter("y", np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])).r_squared
        0.5
        """
        spread = float(np.sum((self.truth - self.truth.mean()) ** 2))
        error = float(np.sum((self.predicted - self.truth) ** 2))
        return 1.0 - error / spread if spread else math.nan


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How one class fared on the test part; NaN stands for 0/0.

    Attributes:
        name: The class.
        precision: Of the examples given this class, the share that are of it.
        recall: Of the examples of this class, the share given it.
        examples: How many test examples are of this class.
    """

    name: str
    precision: float
    recall: float
    examples: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class RunRecord:
    """A training run, finished or interrupted.

    Attributes:
        title: The heading of the report.
        dataset: What was learned from, in words.
        network: What learned it, in words.
        command: The command line that repeats the run.
        seed: Of every random draw.
        seconds: Wall time of the training loop.
        epochs: One record per finished epoch; empty when interrupted in the first.
        parameter_counts: Per layer, in the order of the network, its number of parameters.
        train_examples: Size of the part that was learned from.
        test_examples: Size of the test part.
        class_names: For classification; None for regression.
        confusion: Test counts, int, shape (classes, classes): rows are the truth, columns the
            prediction; None for regression.
        mistakes: Up to 12 wrong test examples, the most confident first.
        feature_names: Names of the features in each mistake.
        image_shape: (rows, columns) when the features are the pixels of an image.
        scatter: For regression, the test part of each predicted quantity.
        notes: Sentences worth saying: stopped by Ctrl-C, best epoch kept, …
        validation_examples: Size of the validation part; 0 without one.
    """

    title: str
    dataset: str
    network: str
    command: str
    seed: int
    seconds: float
    epochs: tuple[EpochRecord, ...]
    parameter_counts: Mapping[str, int]
    train_examples: int
    test_examples: int
    class_names: tuple[str, ...] | None = None
    confusion: NDArray[np.int64] | None = None
    mistakes: tuple[Mistake, ...] = ()
    feature_names: tuple[str, ...] = ()
    image_shape: tuple[int, int] | None = None
    scatter: tuple[Scatter, ...] = ()
    notes: tuple[str, ...] = ()
    validation_examples: int = 0

    @property
    def test_accuracy(self) -> float | None:
        """By the confusion matrix (the weights kept), else of the last epoch; 0 to 1."""
        if self.confusion is not None and self.confusion.sum():
            return float(np.trace(self.confusion) / self.confusion.sum())
        return self.epochs[-1].test_accuracy if self.epochs else None

    def class_scores(self) -> Iterator[ClassScore]:
        """Yields precision and recall of each class, by the confusion matrix."""
        if self.confusion is None or self.class_names is None:
            return
        right = np.diag(self.confusion)
        given, true = self.confusion.sum(axis=0), self.confusion.sum(axis=1)
        for index, name in enumerate(self.class_names):
            yield ClassScore(
                name,
                precision=float(right[index] / given[index]) if given[index] else math.nan,
                recall=float(right[index] / true[index]) if true[index] else math.nan,
                examples=int(true[index]),
            )

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as JSON's own types; NaN and infinities become None."""
        exported: dict[str, Any] = _plain(self)
        return {**exported, "test_accuracy": self.test_accuracy}


def _plain(value: Any) -> Any:
    """Dataclasses to dictionaries, arrays and tuples to lists, NumPy numbers to Python's."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if is_dataclass(value):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
