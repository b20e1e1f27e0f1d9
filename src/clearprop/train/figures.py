"""What is measured of a network on a set of examples: loss, accuracy, gradient sizes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from clearprop.nn import Network
from clearprop.train.record import EpochRecord
from clearprop.train.steps import MOST_ROWS, Compiled, Flat, Tree, count, pieces, rows

Array = NDArray[Any]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """A set of examples, ready for training.

    Attributes:
        X: The features, float64, (m, inputs), or a list of such.
        Y: The targets as the losses take them, (m, K), or a list of such.
        classes: The class index of each example, (m,); None where nothing is classified.
    """

    X: Tree
    Y: Tree
    classes: Array | None

    def __len__(self) -> int:
        return count(self.X)

    def pick(self, chosen: Any) -> Examples:
        """Some of the examples."""
        classes = None if self.classes is None else self.classes[chosen]
        return Examples(rows(self.X, chosen), rows(self.Y, chosen), classes)


def examples_of(net: Network, given: Any) -> Examples:
    """A data set, or a pair (X, Y), as :class:`Examples` that fit the network.

    Raises:
        ShapeError, DtypeError, ArgumentError: They do not fit.
    """
    X, Y = (given.features, given.targets) if hasattr(given, "features") else given
    inputs = net.inputs_of(X)
    targets = net.targets_of(Y, count(inputs))
    return Examples(inputs, targets, _classes(net, Y, targets))


def _classes(net: Network, Y: Any, targets: Tree) -> Array | None:
    """Class indices where one output classifies: by softmax, one sigmoid, or given as indices."""
    if isinstance(targets, list):
        return None
    indices = np.ndim(Y) == 1 and np.asarray(Y).dtype.kind in "iu" and targets.shape[1] > 1
    if net.loss_names == ["cross_entropy"] and targets.shape[1] == 1:
        return np.asarray(targets[:, 0] > 0.5, np.int64)
    if indices or (net.loss_names == ["cross_entropy"] and np.all(targets.sum(axis=1) == 1)):
        return np.asarray(targets.argmax(axis=1), np.int64)
    return None


def decide(outputs: Array) -> Array:
    """The class that outputs of shape (m, K) stand for: the largest; above ½ for K = 1.

    >>> decide(np.array([[0.1, 0.9], [0.7, 0.3]])), decide(np.array([[0.6], [0.4]]))
    (array([1, 0]), array([1, 0]))
    """
    if outputs.shape[1] == 1:
        return np.asarray(outputs[:, 0] > 0.5, np.int64)
    return np.asarray(outputs.argmax(axis=1), np.int64)


@final
class Meter:
    """Measures a network; each function is derived once.

    Args:
        net: The network.
        flat: Its parameters.
        train: The training part.
        validation: The validation part, or None.
        test: The test part, or None.
    """

    def __init__(
        self,
        net: Network,
        flat: Flat,
        train: Examples,
        validation: Examples | None,
        test: Examples | None,
    ) -> None:
        self._net = net
        self._flat = flat
        self._train, self._validation, self._test = train, validation, test
        whole = len(train)

        def learned(params: Any, X: Any, Y: Any) -> Any:
            outputs, losses = net.outputs_and_losses(params, X, Y)
            return net.total(params, losses, whole), losses, outputs

        def held(params: Any, X: Any, Y: Any) -> Any:
            outputs, losses = net.outputs_and_losses(params, X, Y)
            return losses, outputs

        self._learned = Compiled(learned, flat.tree(), slopes=True)
        self._held = Compiled(held, flat.tree(), slopes=False)

    def record(self, epoch: int) -> EpochRecord:
        """The figures after an epoch."""
        train_loss, train_right, gradient = self._over_train()
        validation_loss, validation_right = self._over(self._validation)
        test_loss, test_right = self._over(self._test)
        return EpochRecord(
            epoch,
            train_loss,
            math.nan if test_loss is None else test_loss,
            train_right,
            test_right,
            gradient,
            validation_loss,
            validation_right,
        )

    def _over(self, examples: Examples | None) -> tuple[float | None, float | None]:
        """Mean loss and accuracy on some examples; None where there are none."""
        if examples is None:
            return None, None
        loss, right = 0.0, 0
        start = 0
        for size, (X, Y) in pieces((examples.X, examples.Y), MOST_ROWS):
            losses, *outputs = self._held(self._flat.views, X, Y)
            loss += float(losses.sum())
            if examples.classes is not None:
                right += int((decide(outputs[0]) == examples.classes[start : start + size]).sum())
            start += size
        total = len(examples)
        return loss / total, None if examples.classes is None else right / total

    def _over_train(self) -> tuple[float, float | None, Mapping[str, float]]:
        """Mean loss, accuracy, and the norm of the gradient of J by layer."""
        train, leaves = self._train, self._flat.views
        loss, right, start = 0.0, 0, 0
        sums = [np.zeros_like(leaf) for leaf in leaves]
        for size, (X, Y) in pieces((train.X, train.Y), MOST_ROWS):
            _, losses, *rest = self._learned(leaves, X, Y)
            outputs, slopes = rest[: -len(leaves)], rest[-len(leaves) :]
            loss += float(losses.sum())
            if train.classes is not None:
                right += int((decide(outputs[0]) == train.classes[start : start + size]).sum())
            for total, slope in zip(sums, slopes, strict=True):
                total += slope * (size / len(train))
            start += size
        norms = self._by_layer(sums)
        accuracy = None if train.classes is None else right / len(train)
        return loss / len(train), accuracy, norms

    def _by_layer(self, slopes: list[Array]) -> dict[str, float]:
        tree = self._flat.like(slopes)
        return {
            name: float(np.sqrt(sum(float(np.sum(entry**2)) for entry in tree[name].values())))
            for name in self._net.layers
        }
