"""How many hidden layers, how wide? Structures are trained alike and ranked by validation loss."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from clearprop.errors import ArgumentError
from clearprop.train.comparison import Candidate, Comparison, ranked
from clearprop.train.data import Dataset, load
from clearprop.train.folder import output_folder
from clearprop.train.job import FILES as RUN_FILES
from clearprop.train.options import settled
from clearprop.train.outcome import call, command_line
from clearprop.train.progress import rounds_for
from clearprop.train.soundness import refuse_unsound
from clearprop.train.trials import Trials, trials_of, tried, won
from clearprop.train.weights import write_atomically

STRUCTURES: Final = ((), (16,), (64,), (256,), (64, 64))
"""What is compared if nothing is said: from none at all to wide, and deep."""
FILES: Final[Mapping[str, str]] = MappingProxyType(
    {"page": "comparison.html", "figures": "comparison.json"}
)
"""What a comparison leaves in its folder, besides the files of the winner's run."""


def compare(
    source: str | Path | Dataset,
    structures: Sequence[Sequence[int]] = STRUCTURES,
    *,
    target: str | None = None,
    seed: int = 0,
    folds: int = 1,
    activation: str = "relu",
    optimizer: str = "adam",
    learning_rate: float | None = None,
    batch_size: int = 32,
    epochs: int | None = None,
    regularization: float = 1.0,
    patience: int | None = None,
    out: str | Path | None = None,
    progress: bool | None = None,
) -> Comparison:
    """Train several structures alike and rank them by their loss on a validation part.

    First a fifth of the examples is put aside as test part, the same that
    :func:`clearprop.train.run` tests on. The rest is dealt into five parts, with the classes'
    proportions kept. Every structure learns from the same four of them, from the same seed, and
    is measured on the fifth; with more ``folds``, the other parts take their turn, and the
    examples of all turns count alike (cross-validation: M. Stone, *Journal of the Royal
    Statistical Society B* 36, 1974).

    The winner is then trained once more, on all but the test part, and tested: what
    :func:`clearprop.train.run` gives for it. No other structure meets the test part.

    Args:
        source: As for :func:`clearprop.train.run`.
        structures: The units of each hidden layer, for each structure; empty for none.
        target: The column of the CSV file to predict.
        seed: Of the cuts, the first parameters and the shuffles: same seed, same ranking.
        folds: How many of the five parts take a turn as validation part, 1 to 5.
        activation: Of the hidden layers.
        optimizer: ``"adam"``, ``"momentum"`` or ``"gradient_descent"``.
        learning_rate: By default the optimizer's own.
        batch_size: Examples per update.
        epochs: Passes over what is learned from; by default as many as make 2,700 updates.
        regularization: λ.
        patience: Stop after so many epochs without a new smallest validation loss, and count
            that one.
        out: A folder for ``comparison.html``, ``comparison.json`` and what a run leaves of the
            winner; by default nothing is written.
        progress: Whether to show a bar; by default if the error stream is a terminal.

    Returns:
        The ranking. Ctrl-C ends it early, with the structures that were done and no test.

    Raises:
        DataError: The data set cannot be trained on.
        ArgumentError: An option is wrong, or ``out`` is a file.
        DivergedError: The loss of every structure became no finite number.

    >>> found = compare("iris", [(), (8,)], epochs=30)
    >>> [one.parameters for one in found.candidates], found.best.hidden
    ([67, 15], (8,))
    """
    options = settled(locals(), optional=_usually_none())
    _refuse_repeated(options["structures"])
    dataset = source if isinstance(source, Dataset) else load(source, target)
    refuse_unsound(dataset)
    trials = trials_of(dataset, options)
    if out is None:
        return _compared(source, dataset, trials, options, None)
    with output_folder(out, [*FILES.values(), *RUN_FILES.values()]) as folder:
        comparison = _compared(source, dataset, trials, options, folder)
        _write(folder, comparison)
    return comparison


def _compared(
    source: str | Path | Dataset,
    dataset: Dataset,
    trials: Trials,
    options: Mapping[str, Any],
    folder: Path | None,
) -> Comparison:
    """The ranking; the files of the winner's run are left in the folder, if any."""
    tasks = next(iter(trials.values()))
    done: list[Candidate] = []
    final, interrupted = None, False
    with rounds_for(options["progress"], len(trials) * len(tasks) + 1) as shown:
        try:
            for entry in trials.values():
                done.append(tried(entry, options, shown))
            final = won(source, dataset, ranked(done)[0], options, shown, folder)
        except KeyboardInterrupt:
            interrupted = True
    names = {} if folder is None else {**FILES, **(RUN_FILES if final else {})}
    return Comparison(
        source=dataset.name,
        target=dataset.target_name,
        seed=options["seed"],
        folds=len(tasks),
        learning_examples=len(dataset) - len(tasks[0].test),
        validation_examples=sum(len(task.validation or ()) for task in tasks),
        test_examples=len(tasks[0].test),
        asked=len(trials),
        candidates=ranked(done),
        final=final,
        interrupted=interrupted,
        command=_command(source, options),
        files={name: f"{folder}/{file}" for name, file in names.items()},
    )


def _refuse_repeated(structures: Sequence[tuple[int, ...]]) -> None:
    """A structure that is asked for twice is a slip of the hand."""
    for hidden, count in Counter(structures).items():
        if count > 1:
            raise ArgumentError(
                f"the structure {','.join(map(str, hidden)) or 'none'} is given {count} times",
                remedy="Give each structure once.",
            )


def _write(folder: Path, comparison: Comparison) -> None:
    """The page and the figures.

    Raises:
        ArgumentError: They cannot be written.
    """
    figures = json.dumps(comparison.to_dict(), ensure_ascii=False, allow_nan=False, indent=1)
    try:
        write_atomically(folder / FILES["page"], comparison.page().encode())
        write_atomically(folder / FILES["figures"], figures.encode())
    except OSError as error:
        raise ArgumentError(
            f"the comparison cannot be written to {folder}",
            why=f"The system says: {error.strerror}",
            remedy="Give a folder that may be written to and has room.",
        ) from error


def _command(source: str | Path | Dataset, options: Mapping[str, Any]) -> str:
    """What repeats a comparison: the structures, the seed, and what is not at its default."""
    usual = compare.__kwdefaults__ or {}
    telling = [
        (name, value)
        for name, value in options.items()
        if name == "seed" or (name in usual and name != "progress" and value != usual[name])
    ]
    structures = options["structures"]
    if isinstance(source, Dataset):
        return call("compare", [("structures", structures), *telling])
    telling += [("hidden", hidden) for hidden in structures]
    return command_line("compare", os.fspath(source), telling)


def _usually_none() -> set[str]:
    """The options that may be None: those that are by default."""
    return {name for name, value in (compare.__kwdefaults__ or {}).items() if value is None}
