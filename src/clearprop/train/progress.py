"""What a person sees while a network learns: a bar with loss, accuracy and the time left."""

from __future__ import annotations

import math
import sys
import time
from types import TracebackType
from typing import final

from clearprop.train.record import EpochRecord

_EVERY = 0.05  # seconds between two movements of the bar


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
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._epochs, self._batches = epochs, batches
        self._done = 0
        self._shown = 0.0
        self._bar = RichProgress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=12),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
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
        self._done = done
        now = time.monotonic()
        if now - self._shown >= _EVERY:
            self._shown = now
            self._bar.update(self._task, completed=done, epoch=f"{epoch}/{self._epochs}")

    def epoch(self, record: EpochRecord) -> None:
        """Show the epoch's figures."""
        epoch = f"{self._done // self._batches}/{self._epochs}"
        self._bar.update(self._task, completed=self._done, epoch=epoch, figures=figures(record))


def figures(record: EpochRecord) -> str:
    """An epoch in a few words; the accuracy is that of the test part, where there is one.

    >>> figures(EpochRecord(3, 0.25, 0.5, 0.9, 0.875))
    'loss 0.2500, test 0.5000, accuracy 87.5%'
    >>> figures(EpochRecord(3, 0.25, math.nan))
    'loss 0.2500'
    """
    parts = [f"loss {record.train_loss:.4f}"]
    if not math.isnan(record.test_loss):
        parts.append(f"test {record.test_loss:.4f}")
    shares = (record.test_accuracy, record.train_accuracy)
    share = next((share for share in shares if share is not None), None)
    if share is not None:
        parts.append(f"accuracy {100 * share:.1f}%")
    return ", ".join(parts)


def progress_for(asked: bool | None, epochs: int, batches: int) -> Bar | Silent:
    """A bar if one is asked for, or if nothing is said and the error stream is a terminal."""
    wanted = sys.stderr.isatty() if asked is None else asked
    return Bar(epochs, batches) if wanted else Silent()
