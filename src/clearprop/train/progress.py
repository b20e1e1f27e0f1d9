"""What a person sees while a network learns: a bar with loss, accuracy and the time left."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Protocol, final

from clearprop.train.record import EpochRecord

_EVERY = 0.05  # seconds between two movements of the bar


class Progress(Protocol):
    """A context in which training reports how far it is."""

    def __enter__(self) -> Progress:
        """Begin to show."""

    def __exit__(self, *stop: object) -> None:
        """Leave the terminal in order."""

    def batch(self, epoch: int, done: int) -> None:
        """A batch was learned; ``done`` of all the run's batches are."""

    def epoch(self, record: EpochRecord) -> None:
        """An epoch was finished."""


@final
class Silent:
    """Shows nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *stop: object) -> None:
        pass

    def batch(self, epoch: int, done: int) -> None:
        """Nothing."""

    def epoch(self, record: EpochRecord) -> None:
        """Nothing."""


@final
class Bar:
    """A bar on the error stream, so that the output stays free for results.

    Args:
        epochs: How many there will be at most.
        batches: In each epoch.
    """

    def __init__(self, epochs: int, batches: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._epochs = epochs
        self._shown = 0.0
        self._bar = RichProgress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task(
            "training", total=epochs * batches, epoch=f"0/{epochs}", figures=""
        )

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self._bar.stop()

    def batch(self, epoch: int, done: int) -> None:
        """Move the bar, twenty times a second at most."""
        now = time.monotonic()
        if now - self._shown >= _EVERY:
            self._shown = now
            self._bar.update(self._task, completed=done, epoch=f"{epoch}/{self._epochs}")

    def epoch(self, record: EpochRecord) -> None:
        """Show the epoch's figures."""
        self._bar.update(self._task, figures=figures(record))


def figures(record: EpochRecord) -> str:
    """An epoch's losses and accuracies in a few words.

    >>> figures(EpochRecord(3, 0.25, 0.5, 0.9, 0.875))
    'loss 0.2500 (test 0.5000), accuracy 90.0% (test 87.5%)'
    """

    def pair(name: str, train: str, test: str) -> str:
        return f"{name} {train}" + (f" (test {test})" if test else "")

    def percent(share: float | None) -> str:
        return "" if share is None else f"{100 * share:.1f}%"

    test_loss = "" if record.test_loss != record.test_loss else f"{record.test_loss:.4f}"
    parts = [pair("loss", f"{record.train_loss:.4f}", test_loss)]
    if record.train_accuracy is not None:
        parts.append(
            pair("accuracy", percent(record.train_accuracy), percent(record.test_accuracy))
        )
    return ", ".join(parts)


def progress_for(asked: bool | None, epochs: int, batches: int) -> Any:
    """A bar if one is asked for, or if nothing is said and the error stream is a terminal."""
    wanted = sys.stderr.isatty() if asked is None else asked
    return Bar(epochs, batches) if wanted else Silent()
