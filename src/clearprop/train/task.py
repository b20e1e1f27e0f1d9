"""A data set and a network, brought together: cut, standardized, built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import ArgumentError, WeightsError
from clearprop.nn import Network
from clearprop.train import model as models
from clearprop.train.data import Dataset, Standardizer, split, standardize
from clearprop.train.loop import Result
from clearprop.train.model import Architecture, Model, prepared
from clearprop.train.soundness import refuse_unsound

Array = NDArray[Any]
MOST_PARAMETERS: Final = 2**30
RESUMABLE: Final = "Use the same data set, seed, layers and activation, or train from the start."


@final
@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A data set cut in two and made ready for a network.

    Attributes:
        name: Of the data set.
        train: The training part, as it is.
        test: The part held out, as it is.
        architecture: How the network is built.
        net: The network.
        standardizer: Of the features, fitted to the training part.
        target_scale: For quantities, fitted likewise; None for classes.
        seed: Of the run.
        first_params: Parameters to go on from; None for new ones.
        first_epoch: How many epochs they have behind them.
    """

    name: str
    train: Dataset
    test: Dataset
    architecture: Architecture
    net: Network
    standardizer: Standardizer
    target_scale: Standardizer | None
    seed: int
    first_params: Any
    first_epoch: int

    @property
    def train_features(self) -> Array:
        """What the network sees of the training part, shape (m, n)."""
        return prepared(self.train.features, self.standardizer)

    @property
    def test_features(self) -> Array:
        """What the network sees of the part held out."""
        return prepared(self.test.features, self.standardizer)

    @property
    def train_targets(self) -> Array:
        """What it learns: class indices, or standardized quantities."""
        return self._scaled(self.train.targets)

    @property
    def test_targets(self) -> Array:
        """The same of the part held out."""
        return self._scaled(self.test.targets)

    def _scaled(self, targets: Array) -> Array:
        return targets if self.target_scale is None else self.target_scale.apply(targets)

    def model(self, result: Result) -> Model:
        """The model with what was learned."""
        metadata = {"dataset": self.name, "seed": str(self.seed), "epochs": str(result.kept_epoch)}
        return Model(
            self.architecture,
            result.params,
            self.standardizer,
            self.train.feature_names,
            self.train.class_names,
            self.train.target_name,
            self.target_scale,
            metadata,
        )


def prepare(
    dataset: Dataset,
    seed: int,
    hidden: tuple[int, ...],
    activation: str,
    regularization: float,
    resume: str | Path | None,
) -> Task:
    """Cut a data set, standardize it, and build a network for it.

    Args:
        dataset: The data set.
        seed: Of the split.
        hidden: Units of each hidden layer.
        activation: Of the hidden layers.
        regularization: λ.
        resume: A model file to go on from, or None.

    Raises:
        DataError, ArgumentError, WeightsError: Something does not fit; the message names it.
    """
    refuse_unsound(dataset)
    classes = dataset.class_names
    outputs = dataset.targets.shape[1] if classes is None else len(classes)
    architecture = Architecture(
        (dataset.features.shape[1], *hidden, outputs),
        activation,
        "identity" if classes is None else "softmax",
        "squared_error" if classes is None else "cross_entropy",
        float(regularization),
    )
    net = architecture.build()
    _refuse_giant(net)
    train, test = split(dataset, seed=seed)
    standardizer = standardize(train.features)
    scale = standardize(train.targets) if classes is None else None
    params, first_epoch = None, 0
    if resume is not None:
        saved = models.load(resume)
        _refuse_other(saved, str(resume), architecture, dataset, seed)
        _refuse_other_examples(saved, str(resume), standardizer)
        params, first_epoch = saved.params, saved.epochs
    return Task(
        dataset.name, train, test, architecture, net, standardizer, scale, seed, params, first_epoch
    )


def _refuse_giant(net: Network) -> None:
    """Better a word now than no memory later."""
    count = sum(net.parameter_counts.values())
    if count > MOST_PARAMETERS:
        raise ArgumentError(
            f"the network would have {count:,} parameters",
            why=f"More than {MOST_PARAMETERS:,} are not tried: training keeps several numbers of "
            "8 bytes for each",
            remedy="Use fewer hidden units.",
        )


def _refuse_other(
    saved: Model, path: str, architecture: Architecture, dataset: Dataset, seed: int
) -> None:
    """Resuming is sound only where the same examples are held out and mean the same."""
    pairs = {
        "layers": (saved.architecture.sizes, architecture.sizes),
        "activation": (saved.architecture.hidden, architecture.hidden),
        "features": (saved.feature_names, dataset.feature_names),
        "classes": (saved.class_names, dataset.class_names),
        "seed": (saved.metadata.get("seed"), str(seed)),
    }
    for name, (had, has) in pairs.items():
        if had != has:
            raise WeightsError(
                f"{path} cannot be resumed with {name} {_brief(has)}: it has {_brief(had)}",
                why="Another seed would hold out examples that the model has learned."
                if name == "seed"
                else "The weights fit only the network and data they were learned with.",
                remedy=RESUMABLE,
            )


def _refuse_other_examples(saved: Model, path: str, standardizer: Standardizer) -> None:
    """The means of the features tell whether the training part is still the same."""
    for had, has in (
        (saved.standardizer.mean, standardizer.mean),
        (saved.standardizer.scale, standardizer.scale),
    ):
        if not np.allclose(had, has, rtol=1e-9, atol=0):
            raise WeightsError(
                f"{path} cannot be resumed: it has learned from other examples",
                why="Others would be held out now, some of which it has learned.",
                remedy=RESUMABLE,
            )


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
