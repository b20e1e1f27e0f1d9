"""The whole job from a data set to a folder with a model, a report and a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from clearprop.train import model as models
from clearprop.train.data import Dataset, load
from clearprop.train.folder import output_folder
from clearprop.train.loop import DivergedError, fit
from clearprop.train.outcome import command_line, record_of, summary_of, write_history
from clearprop.train.report import write_report
from clearprop.train.task import prepare

MODEL, REPORT, HISTORY = "model.safetensors", "report.html", "history.json"
UPDATES: Final = 2700
"""How many updates a run makes at least, unless ``epochs`` says otherwise."""
FEWEST_EPOCHS, MOST_EPOCHS = 20, 600


def run(
    source: str | Dataset,
    *,
    target: str | None = None,
    seed: int = 0,
    out: str | Path,
    hidden: Sequence[int] = (256,),
    activation: str = "relu",
    optimizer: str = "adam",
    learning_rate: float | None = None,
    batch_size: int = 32,
    epochs: int | None = None,
    regularization: float = 1.0,
    target_error: float | None = None,
    patience: int | None = None,
    resume: str | Path | None = None,
    progress: bool | None = None,
) -> dict[str, Any]:
    """Train a network on a data set and leave model, report and history in a folder.

    A fifth of the examples is held out for testing, with the classes' proportions kept; features
    are standardized on the rest. Classes are learned with a softmax output and cross-entropy,
    quantities with an identity output and the squared error of the standardized target.

    The defaults were chosen on validation parts cut from the training parts of ten seeds (three
    each) of digits, never on test parts: there 256 relu units with λ = 1 and features cut at five
    deviations were right on 98.1%, against 97.7% for 128 units uncut. Small sets need updates
    more than epochs (iris: 87% after 60 epochs, 95% after 600), hence :data:`UPDATES`.
    On the parts held out, the means over seeds 0 to 4 are then: digits 98.2%, iris 97.3%, wine
    97.2%, breast_cancer 97.2%, in one to two seconds each on one core.

    Args:
        source: ``digits``, ``iris``, ``wine``, ``breast_cancer``, the path of a CSV file, or a
            :class:`~clearprop.train.data.Dataset`.
        target: The column of the CSV file to predict.
        seed: Of the split, the first weights and the shuffles: same seed, same bits.
        out: The folder for the results, made if need be; files of an earlier run are replaced.
        hidden: Units of each hidden layer; empty for none.
        activation: Of the hidden layers.
        optimizer: ``"adam"``, ``"momentum"`` or ``"gradient_descent"``.
        learning_rate: By default the optimizer's own.
        batch_size: Examples per update.
        epochs: Passes over the training part; by default as many as make 2,700 updates, at least
            20 and at most 600.
        regularization: λ.
        target_error: Stop once the mean loss over the training part is at most this.
        patience: Stop early by a validation part; see :func:`clearprop.train.fit`.
        resume: A model file to go on from; it needs the same data set, seed and layers.
        progress: Whether to show a bar; by default if the error stream is a terminal.

    Returns:
        What happened, as JSON's own types: ``test_accuracy`` and ``train_accuracy`` (None for
        quantities, which have ``rmse`` and ``r_squared``), ``test_loss``, ``train_loss``,
        ``epochs``, ``seconds``, ``stopped``, ``interrupted``, the paths ``model``, ``report`` and
        ``history``, and more.

    Raises:
        DataError: The data set cannot be trained on.
        ArgumentError: An option is wrong, or ``out`` is a file.
        DivergedError: The loss was no finite number; the last finite weights are saved.
    """
    options = dict(locals())
    dataset = source if isinstance(source, Dataset) else load(source, target)
    task = prepare(dataset, seed, tuple(hidden), activation, regularization, resume)
    with output_folder(out) as folder:
        try:
            result = fit(
                task.net,
                (task.train_features, task.train_targets),
                (task.test_features, task.test_targets),
                optimizer=optimizer,
                learning_rate=learning_rate,
                batch_size=batch_size,
                epochs=_epochs(len(task.train), batch_size) if epochs is None else epochs,
                target_error=target_error,
                patience=patience,
                params=task.first_params,
                first_epoch=task.first_epoch,
                seed=seed,
                progress=progress,
            )
        except DivergedError as error:
            if error.result is not None:
                models.save(folder / MODEL, task.model(error.result))
                error = _with_place(error, folder / MODEL)
            raise error from None
        model = task.model(result)
        record = record_of(task, result, model, command_line(dataset.name, _telling(options)))
        models.save(folder / MODEL, model)
        write_history(folder / HISTORY, record)
        write_report(folder / REPORT, record)
    paths = {"model": MODEL, "report": REPORT, "history": HISTORY}
    shown = {name: str(folder / file) for name, file in paths.items()}
    return summary_of(task, result, record, model) | shown


def _epochs(examples: int, batch_size: int) -> int:
    """As many as make :data:`UPDATES`.

    >>> _epochs(1437, 32), _epochs(120, 32), _epochs(10, 32), _epochs(100_000, 32)
    (60, 600, 600, 20)
    """
    if batch_size < 1:
        return 1  # fit says what is wrong
    return min(MOST_EPOCHS, max(FEWEST_EPOCHS, -(-UPDATES // -(-examples // batch_size))))


def _telling(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that a command line must name: those not at their default, seed and folder."""
    usual = run.__kwdefaults__ or {}
    return {
        name: value
        for name, value in options.items()
        if name in ("seed", "out")
        or (name not in ("source", "progress") and value != usual.get(name))
    }


def _with_place(error: DivergedError, path: Path) -> DivergedError:
    """The error, saying where the last finite weights are."""
    remedy = f"{error.remedy} The last finite weights are in {path}."
    told = DivergedError(error.what, why=error.why, remedy=remedy)
    told.result = error.result
    return told
