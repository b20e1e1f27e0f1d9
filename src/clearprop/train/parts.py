"""Parts of a data set: to learn from, to choose by, and to test on.

What is learned from says how well it was learned; which structure or which epoch is best shows only
on a *validation part*, which took no part in learning; and what was chosen by that part looks
better on it than it is, so that the figure to believe comes from a *test part*, which took no part
in anything (C. M. Bishop, *Pattern recognition and machine learning*, 2006, section 1.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import ArgumentError, DataError
from clearprop.nn.initializers import stream
from clearprop.train.data import Dataset
from clearprop.train.figures import Examples

Array = NDArray[Any]
HELD_OUT: Final = 0.1
"""The share of the training part that patience holds out for validation, if given no other."""
FOLDS: Final = 5
"""Into so many a training part is dealt, for each of them to be its validation part in turn."""


def split(dataset: Dataset, fraction: float = 0.2, seed: int = 0) -> tuple[Dataset, Dataset]:
    """Shuffles and cuts a data set in two: to learn from, and a part held out.

    Classes keep their proportions (largest-remainder rounding), and each class of two or more
    examples stands on both sides. The same seed gives the same cut on every machine. Cut once for
    a test part, and the rest once more for a validation part.

    Args:
        dataset: At least two examples.
        fraction: The share held out, strictly between 0 and 1.
        seed: Of a Philox generator used for nothing else.

    Returns:
        The larger part and the part held out, both shuffled.

    Raises:
        DataError: The fraction is not between 0 and 1, or one side would be empty.

    >>> from clearprop.train import load
    >>> train, test = split(load("iris"))
    >>> len(train), len(test), np.bincount(test.targets)
    (120, 30, array([10, 10, 10]))
    """
    if not 0 < fraction < 1:
        raise DataError(f"the share {fraction} is not between 0 and 1", remedy="Use 0.2.")
    labels = _labels(dataset)
    counts = np.bincount(labels)
    if counts.max(initial=0) < 2:
        raise DataError(
            f"{dataset.name} cannot be split into a part to learn from and one held out",
            why=f"none of its {len(counts)} classes has two examples",
            remedy="Add examples.",
        )
    order = np.random.Generator(np.random.Philox(seed)).permutation(len(dataset))
    held = _held(labels, fraction, order)[order]
    return dataset.pick(order[~held]), dataset.pick(order[held])


def share_held_out(given: float | None, patience: int | None) -> float | None:
    """The share to hold out for validation: patience needs one, and takes a tenth.

    >>> share_held_out(None, 5), share_held_out(0.3, 5), share_held_out(None, None)
    (0.1, 0.3, None)
    """
    return HELD_OUT if given is None and patience is not None else given


def refuse_few(count: int, fraction: float) -> None:
    """Refuse to hold out a share that is not even one example.

    Raises:
        ArgumentError: Saying how many there are.
    """
    if round(fraction * count) < 1:
        raise ArgumentError(
            f"{count} examples are too few to hold some out for validation",
            why=f"A share of {fraction:g} of them is not one example",
            remedy="Add examples, or leave patience and validation_fraction out.",
        )


def hold_out(whole: Examples, fraction: float, seed: int) -> tuple[Examples, Examples]:
    """Examples without a share of them, and the share, in the order in which they were.

    Raises:
        ArgumentError: They are too few.
    """
    refuse_few(len(whole), fraction)
    labels = whole.classes
    if labels is None or np.bincount(labels).max() < 2:  # no proportions to keep
        labels = np.zeros(len(whole), np.int64)
    held = _held(labels, fraction, stream(seed, 2).permutation(len(whole)))
    return whole.pick(np.flatnonzero(~held)), whole.pick(np.flatnonzero(held))


def folds(dataset: Dataset, seed: int) -> Iterator[tuple[Dataset, Dataset]]:
    """Each fifth of a data set in turn as validation part, after the rest of it to learn from.

    The classes are dealt out like cards, so that the fifths differ by one example at most, in all
    and in each class.

    Raises:
        DataError: There are fewer than five examples.

    >>> from clearprop.train import load
    >>> [np.bincount(held.targets).tolist() for _, held in folds(load("iris"), 0)][:2]
    [[10, 10, 10], [10, 10, 10]]
    """
    if len(dataset) < FOLDS:
        raise DataError(
            f"{dataset.name} has too few examples to learn from ({len(dataset)})",
            why=f"They are dealt into {FOLDS} parts, each to validate what is learned from others",
            remedy="Add examples.",
        )
    labels = _labels(dataset)
    order = stream(seed, 3).permutation(len(dataset))
    turns = np.empty(len(dataset), np.int64)
    turns[order[np.argsort(labels[order], kind="stable")]] = np.arange(len(dataset)) % FOLDS
    for turn in range(FOLDS):
        yield dataset.pick(turns != turn), dataset.pick(turns == turn)


def _labels(dataset: Dataset) -> Array:
    """The class of each example; quantities are all of one class."""
    return np.zeros(len(dataset), np.int64) if dataset.class_names is None else dataset.targets


def _held(labels: Array, fraction: float, order: Array) -> Array:
    """Whether each example is held out: of every class, as many as its share, the first in order.

    Args:
        labels: The class of each example, int64, shape (m,).
        fraction: The share to hold out.
        order: A permutation of the examples.
    """
    counts = np.bincount(labels)
    quota = counts * fraction
    take = np.floor(quota).astype(np.int64)
    left_over = int(np.rint(quota.sum())) - int(take.sum())
    take[np.argsort(take - quota, kind="stable")[:left_over]] += 1
    take = np.clip(take, counts >= 2, np.maximum(counts - 1, 0))
    held = np.zeros(len(labels), dtype=np.bool_)
    for label, size in enumerate(take):
        held[order[labels[order] == label][:size]] = True
    return held
