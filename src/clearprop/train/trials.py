"""The trainings of a comparison: every structure in each fold, and the winner once more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from clearprop.errors import DivergedError
from clearprop.train.comparison import Candidate
from clearprop.train.data import Dataset
from clearprop.train.job import command_of, concluded, epochs_for, learned, prepared
from clearprop.train.loop import Result
from clearprop.train.outcome import losses_of
from clearprop.train.parts import folds, split
from clearprop.train.progress import Rounds, Silent
from clearprop.train.task import Task, architecture_for, assembled

Trials = Mapping[tuple[int, ...], Sequence[Task]]
"""For each structure, a task in each fold."""
UNUSED: Final = MappingProxyType(
    {"target_error": None, "validation_fraction": None, "resume": None, "progress": False}
)
"""Options of a run that a comparison has no use for."""


def trials_of(dataset: Dataset, options: Mapping[str, Any]) -> Trials:
    """All that is to be trained, built before any of it is, so that mistakes show at once.

    Raises:
        DataError, ArgumentError: Something does not fit; the message names it.
    """
    seed = options["seed"]
    learning, test = split(dataset, seed=seed)
    parts = list(folds(learning, seed))[: options["folds"]]
    found = {}
    for hidden in options["structures"]:
        architecture = architecture_for(
            dataset, hidden, options["activation"], options["regularization"]
        )
        found[hidden] = [
            assembled(architecture, train, validation, test, seed) for train, validation in parts
        ]
    return found


def tried(tasks: Sequence[Task], options: Mapping[str, Any], shown: Rounds | Silent) -> Candidate:
    """How a structure fares in every fold.

    Args:
        tasks: One for each fold.
        options: Those of the comparison.
        shown: Where to show progress.

    Raises:
        KeyboardInterrupt: Ctrl-C ended its training.
    """
    try:
        results = [_trained(task, options, shown, tested=False) for task in tasks]
    except DivergedError:
        return Candidate(
            hidden=tasks[0].architecture.sizes[1:-1],
            parameters=_parameters(tasks[0]),
            train_loss=math.inf,
            validation_loss=math.inf,
            losses=np.empty(0),
        )
    kept = [result.kept for result in results if result.kept is not None]
    losses = [_losses(task, result) for task, result in zip(tasks, results, strict=True)]
    sizes = [len(entry) for entry in losses]
    return Candidate(
        hidden=tasks[0].architecture.sizes[1:-1],
        parameters=_parameters(tasks[0]),
        train_loss=float(np.mean([entry.train_loss for entry in kept])),
        validation_loss=float(np.mean(np.concatenate(losses))),
        losses=np.concatenate(losses),
        epochs=round(float(np.mean([result.epochs[-1].epoch for result in results]))),
        seconds=sum(result.seconds for result in results),
        train_accuracy=_mean([entry.train_accuracy for entry in kept], [1] * len(kept)),
        validation_accuracy=_mean([entry.validation_accuracy for entry in kept], sizes),
    )


def won(
    source: str | Path | Dataset,
    dataset: Dataset,
    best: Candidate,
    options: Mapping[str, Any],
    shown: Rounds | Silent,
    folder: Path | None,
) -> dict[str, Any]:
    """The winner's own run, tested: what :func:`clearprop.train.run` returns.

    Args:
        source: What the comparison was given.
        dataset: All its examples.
        best: The winner.
        options: Those of the comparison.
        shown: Where to show progress.
        folder: Where to leave model, report and history; None for nowhere.

    Raises:
        DivergedError: Not even the best was trained to its end.
        KeyboardInterrupt: Ctrl-C ended its training.
    """
    if best.diverged:
        raise DivergedError(
            "the loss of every structure became no finite number",
            why="The updates grew beyond what numbers hold.",
            remedy="Use a smaller learning rate.",
        )
    chosen = {**UNUSED, **options, "hidden": best.hidden, "progress": False}
    task = prepared(dataset, chosen)
    result = _trained(task, chosen, shown, tested=True)
    return concluded(task, result, command_of(source, chosen), folder)


def _trained(
    task: Task, options: Mapping[str, Any], shown: Rounds | Silent, *, tested: bool
) -> Result:
    """One training, on the bar; one that Ctrl-C ended is none."""
    name = ",".join(map(str, task.architecture.sizes[1:-1])) or "none"
    shown.training(name, epochs_for(len(task.train), options))
    result = learned(task, {**options, **UNUSED}, on_epoch=shown.epoch, tested=tested)
    if result.interrupted:
        raise KeyboardInterrupt
    return result


def _losses(task: Task, result: Result) -> Any:
    """The loss of each validation example."""
    assert task.validation is not None, "every fold has a validation part"
    return losses_of(task, task.validation, result.params)


def _parameters(task: Task) -> int:
    return sum(task.net.parameter_counts.values())


def _mean(shares: Sequence[float | None], weights: Sequence[int]) -> float | None:
    """The mean share of the folds, by their sizes; None for quantities."""
    known = [share for share in shares if share is not None]
    return float(np.average(known, weights=weights)) if known else None
