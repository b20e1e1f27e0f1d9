"""A data set and a network, brought together: cut, standardized, built."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import ArgumentError, WeightsError
from clearprop.nn import Network
from clearprop.train import model as models
from clearprop.train.data import Dataset, Standardizer, standardize
from clearprop.train.loop import Result
from clearprop.train.model import Architecture, Model, prepared
from clearprop.train.parts import refuse_few, split
from clearprop.train.soundness import refuse_unsound

Array = NDArray[Any]
MOST_PARAMETERS: Final = 2**30
RESUMABLE: Final = (
    "Use the same data set, seed, layers, activation and validation part, or train from the start."
)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A data set cut in parts and made ready for a network.

    Attributes:
        name: Of the data set.
        train: The part to learn from, as it is.
        validation: The part to choose by, as it is, or None.
        test: The test part, as it is.
        architecture: How the network is built.
        net: The network.
        standardizer: Of the features, fitted to what is learned from.
        target_scale: For quantities, fitted likewise; None for classes.
        seed: Of the run.
        validation_fraction: The share that was held out for validation, or None.
        first_params: Parameters to go on from; None for new ones.
        first_epoch: How many epochs they have behind them.
    """

    name: str
    train: Dataset
    validation: Dataset | None
    test: Dataset
    architecture: Architecture
    net: Network
    standardizer: Standardizer
    target_scale: Standardizer | None
    seed: int
    validation_fraction: float | None = None
    first_params: Any = None
    first_epoch: int = 0

    def seen(self, part: Dataset) -> tuple[Array, Array]:
        """What the network sees of a part, shape (m, n), and what it is to answer.

        The answers are class indices, (m,), or standardized quantities, (m, k).
        """
        scale, targets = self.target_scale, part.targets
        answers = targets if scale is None else scale.apply(targets)
        return prepared(part.features, self.standardizer), answers

    def model(self, result: Result) -> Model:
        """The model with what was learned."""
        metadata = {
            "dataset": self.name,
            "seed": str(self.seed),
            "epochs": str(result.kept_epoch),
            "validation_fraction": str(self.validation_fraction),
        }
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
    validation_fraction: float | None,
    resume: str | Path | None,
) -> Task:
    """Cut a data set, standardize it, and build a network for it.

    Args:
        dataset: The data set.
        seed: Of the cuts.
        hidden: Units of each hidden layer.
        activation: Of the hidden layers.
        regularization: λ.
        validation_fraction: The share of the training part to hold out, or None.
        resume: A model file to go on from, or None.

    Raises:
        DataError, ArgumentError, WeightsError: Something does not fit; the message names it.
    """
    refuse_unsound(dataset)
    architecture = architecture_for(dataset, hidden, activation, regularization)
    (train, test), validation = split(dataset, seed=seed), None
    if validation_fraction is not None:
        refuse_few(len(train), validation_fraction)
        train, validation = split(train, validation_fraction, seed)
    task = assembled(architecture, train, validation, test, seed)
    task = replace(task, validation_fraction=validation_fraction)
    if resume is None:
        return task
    saved = models.load(resume)
    _refuse_other(saved, str(resume), task)
    _refuse_other_examples(saved, str(resume), task.standardizer)
    return replace(task, first_params=saved.params, first_epoch=saved.epochs)


def architecture_for(
    dataset: Dataset, hidden: tuple[int, ...], activation: str, regularization: float
) -> Architecture:
    """A stack whose inputs are the features and whose outputs fit the targets."""
    classes = dataset.class_names
    outputs = dataset.targets.shape[1] if classes is None else len(classes)
    return Architecture(
        (dataset.features.shape[1], *hidden, outputs),
        activation,
        "identity" if classes is None else "softmax",
        "squared_error" if classes is None else "cross_entropy",
        float(regularization),
    )


def assembled(
    architecture: Architecture,
    train: Dataset,
    validation: Dataset | None,
    test: Dataset,
    seed: int,
) -> Task:
    """The parts of a data set, standardized by the first of them, and a network.

    Raises:
        ArgumentError: The network would be too large, or its activation is unknown.
    """
    net = architecture.build()
    _refuse_giant(net)
    scale = standardize(train.targets) if train.class_names is None else None
    return Task(
        train.name,
        *(train, validation, test),
        *(architecture, net),
        standardize(train.features),
        scale,
        seed,
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


def _refuse_other(saved: Model, path: str, task: Task) -> None:
    """Resuming is sound only where the same examples are held out and mean the same."""
    told, train = saved.metadata, task.train
    pairs = {
        "layers": (saved.architecture.sizes, task.architecture.sizes),
        "activation": (saved.architecture.hidden, task.architecture.hidden),
        "features": (saved.feature_names, train.feature_names),
        "classes": (saved.class_names, train.class_names),
        "seed": (told.get("seed"), str(task.seed)),
        "validation_fraction": (
            told.get("validation_fraction", "None"),
            str(task.validation_fraction),
        ),
    }
    for name, (had, has) in pairs.items():
        if had != has:
            raise WeightsError(
                f"{path} cannot be resumed with {name} {_brief(has)}: it has {_brief(had)}",
                why=f"Another {name} would hold out examples that the model has learned."
                if name in ("seed", "validation_fraction")
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
