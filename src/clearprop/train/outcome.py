"""What a run amounts to: the record for the report, the history, and a summary in figures."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import ClearpropError
from clearprop.train.data import Dataset
from clearprop.train.figures import decide
from clearprop.train.loop import Result
from clearprop.train.model import Model
from clearprop.train.record import Mistake, RunRecord, Scatter
from clearprop.train.task import Task
from clearprop.train.threads import one_thread
from clearprop.train.weights import write_atomically

MOST_MISTAKES = 12

Array = NDArray[Any]


def record_of(task: Task, result: Result, model: Model, command: str) -> RunRecord:
    """What the report shows, measured with the weights kept.

    Args:
        task: What was learned from.
        result: What training gave.
        model: The model with the weights kept.
        command: The command line that repeats the run.
    """
    test, classes = task.test, task.train.class_names
    outputs = model.outputs(test.features)
    confusion = None
    if classes is not None:
        confusion = np.zeros((len(classes), len(classes)), np.int64)
        np.add.at(confusion, (test.targets, decide(outputs)), 1)
    scatter = () if classes is not None else tuple(_scatter(task, outputs))
    sizes = " – ".join(map(str, task.architecture.sizes))
    shape = (8, 8) if task.name == "digits" and task.train.features.shape[1] == 64 else None
    return RunRecord(
        title=Path(task.name).stem.replace("_", " ").capitalize(),
        dataset=f"{task.name}, {test.features.shape[1]} features",
        network=f"{sizes}, {task.architecture.hidden}, {task.architecture.output}",
        command=command,
        seed=task.seed,
        seconds=result.seconds,
        epochs=result.epochs,
        parameter_counts=task.net.parameter_counts,
        train_examples=len(task.train),
        validation_examples=0 if task.validation is None else len(task.validation),
        test_examples=len(test),
        class_names=classes,
        confusion=confusion,
        mistakes=() if classes is None else _mistakes(test, outputs, classes),
        feature_names=test.feature_names,
        image_shape=shape,
        scatter=scatter,
        notes=tuple(_notes(result)),
    )


def _mistakes(test: Dataset, shares: Array, classes: Sequence[str]) -> tuple[Mistake, ...]:
    """The wrong test examples of which the network is surest."""
    given = decide(shares)
    sure = shares[np.arange(len(given)), given]
    wrong = np.flatnonzero(given != test.targets)
    first = wrong[np.argsort(-sure[wrong], kind="stable")][:MOST_MISTAKES]
    return tuple(
        Mistake(
            test.features[place],
            classes[test.targets[place]],
            classes[given[place]],
            float(sure[place]),
        )
        for place in first
    )


def _scatter(task: Task, outputs: Array) -> Iterator[Scatter]:
    """One for each quantity."""
    name, count = task.train.target_name, outputs.shape[1]
    for place in range(count):
        title = name if count == 1 else f"{name}[{place}]"
        yield Scatter(title, task.test.targets[:, place], outputs[:, place])


def _notes(result: Result) -> list[str]:
    last = result.epochs[-1].epoch if result.epochs else 0
    texts = {
        "interrupted": f"Stopped by Ctrl-C after epoch {last}; what was learned is kept.",
        "target": f"Stopped after epoch {last}: the requested error was met.",
        "patience": f"Stopped after epoch {last}: the validation loss no longer fell.",
        "diverged": f"After epoch {last} the loss was no finite number; the last finite weights "
        "are kept. Try a smaller learning rate.",
    }
    notes = [texts[result.stopped]] if result.stopped in texts else []
    if result.kept_epoch != last:
        notes.append(f"The weights of epoch {result.kept_epoch} were kept, the best of them.")
    return notes


def summary_of(task: Task, result: Result, record: RunRecord, model: Model) -> dict[str, Any]:
    """The run in a few figures, as JSON's own types."""
    found: dict[str, Any] = {
        "source": task.name,
        "target": task.train.target_name,
        "network": record.network,
        "parameters": sum(task.net.parameter_counts.values()),
        "train_examples": record.train_examples,
        "validation_examples": record.validation_examples,
        "test_examples": record.test_examples,
        "seed": task.seed,
        "epochs": result.epochs[-1].epoch if result.epochs else task.first_epoch,
        "kept_epoch": result.kept_epoch,
        "stopped": result.stopped,
        "interrupted": result.interrupted,
        "seconds": result.seconds,
    }
    parts = {"train": task.train, "validation": task.validation, "test": task.test}
    found |= {f"{name}_loss": _loss(task, part, model) for name, part in parts.items()}
    found |= {f"{name}_accuracy": _accuracy(part, model) for name, part in parts.items()}
    if record.scatter:
        found |= {"rmse": record.scatter[0].rmse, "r_squared": record.scatter[0].r_squared}
    return {name: _finite(value) for name, value in found.items()}


def write_history(path: Path, record: RunRecord) -> None:
    """Write the record as JSON, whole or not at all.

    Raises:
        ClearpropError: It cannot be written.
    """
    text = json.dumps(record.to_dict(), ensure_ascii=False, allow_nan=False, indent=1)
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise ClearpropError(
            f"the history {path} cannot be written",
            why=f"The system says: {error.strerror}",
            remedy="Give a folder that may be written to and has room.",
        ) from error


def command_line(command: str, name: str, options: Iterable[tuple[str, Any]]) -> str:
    """The command that repeats what was done with a data set.

    >>> options = [("target", "price"), ("seed", 0), ("hidden", (64, 32))]
    >>> command_line("train", "my data.csv", options)
    "clearprop train 'my data.csv' --target price --seed 0 --hidden 64,32"
    >>> command_line("compare", "-1.csv", [("target", "-y"), ("hidden", ()), ("hidden", (8,))])
    'clearprop compare ./-1.csv --target=-y --hidden none --hidden 8'
    """
    words = ["clearprop", command, f"./{name}" if name.startswith("-") else name]
    for option, value in options:
        listed = isinstance(value, tuple)
        text = ",".join(map(str, value)) or "none" if listed else str(value)
        word = f"--{option.replace('_', '-')}"
        words += [f"{word}={text}"] if text.startswith("-") else [word, text]
    return shlex.join(words)


def call(function: str, options: Iterable[tuple[str, Any]]) -> str:
    """The call that repeats what was done with a data set of one's own.

    >>> call("run", [("seed", 0), ("out", Path("made")), ("hidden", (8,))])
    "clearprop.train.run(dataset, seed=0, out='made', hidden=(8,))"
    """
    plain = [(name, str(value) if isinstance(value, Path) else value) for name, value in options]
    words = [f"{name}={value!r}" for name, value in plain]
    return f"clearprop.train.{function}({', '.join(['dataset', *words])})"


def _loss(task: Task, part: Dataset | None, model: Model) -> float | None:
    """The mean loss; None where there is no such part."""
    return None if part is None else float(losses_of(task, part, model.params).mean())


def losses_of(task: Task, part: Dataset, params: Any) -> Array:
    """The loss of each example of a part, shape (m,)."""
    with np.errstate(all="ignore"), one_thread():
        return np.asarray(task.net.example_losses(params, *task.seen(part)))


def _accuracy(part: Dataset | None, model: Model) -> float | None:
    """The share of right classes; None for quantities, and where there is no such part."""
    if part is None or model.class_names is None:
        return None
    return float((decide(model.outputs(part.features)) == part.targets).mean())


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
