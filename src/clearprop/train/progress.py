"""What a person sees while a network learns: one line with a bar, the figures and the time left."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Final, final

from clearprop.train.record import EpochRecord

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_SHORTEST, _LONGEST = 8, 40  # columns of the bar
_GAP: Final = "  "
_NAME: Final = 12  # columns for what is trained
_A_SECOND: Final = 10  # frames


@final
class Silent:
    """Shows nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *stop: object) -> None:
        pass

    def batch(self, done: int) -> None:
        """Nothing."""

    def epoch(self, record: EpochRecord) -> None:
        """Nothing."""

    def training(self, name: str, epochs: int) -> None:
        """Nothing."""


@final
class Bar:
    """A bar on the error stream, so that the output stays free for results.

    Args:
        epochs: How many there will be at most.
        batches: In each epoch.
        console: Where to show it; by default the error stream.
    """

    def __init__(self, epochs: int, batches: int, console: Console | None = None) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = console or Console(stderr=True, highlight=False)
        self._epochs, self._batches = epochs, batches
        self._done = 0
        self._record: EpochRecord | None = None
        self._began = time.monotonic()
        self._ended = False
        self._live = Live(
            console=self._console, get_renderable=self._line, refresh_per_second=_A_SECOND
        )

    def __enter__(self) -> Bar:
        self._began = time.monotonic()
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self._ended = True
        self._live.stop()
        if not self._console.is_interactive:
            self._console.print()  # in a file, rich leaves the line open

    def batch(self, done: int) -> None:
        """Note how many batches are done in all; the next frame shows it."""
        self._done = done

    def epoch(self, record: EpochRecord) -> None:
        """Note the epoch's figures."""
        self._record = record

    def _line(self) -> Text:
        """The frame of this moment."""
        share = self._done / (self._epochs * self._batches)
        seconds = time.monotonic() - self._began
        if self._ended:
            clock = f"in {duration(seconds)}"
        elif self._done:
            clock = f"{duration(seconds * (1 / share - 1))} left"
        else:
            clock = ""
        epoch, epochs = str(-(-self._done // self._batches)), str(self._epochs)
        head = f"epoch {epoch.rjust(len(epochs))}/{epochs}"  # as wide in every frame
        said = [] if self._record is None else figures(self._record)
        return line(head, share, said, clock.rjust(9), self._console.width)


@final
class Rounds:
    """A bar over several trainings, one after the other, with the figures of the one under way.

    Args:
        trainings: How many there will be.
        console: Where to show it; by default the error stream.
    """

    def __init__(self, trainings: int, console: Console | None = None) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = console or Console(stderr=True, highlight=False)
        self._trainings, self._number, self._name = trainings, 0, ""
        self._share = 0.0  # of the training under way
        self._epochs = 1
        self._said: list[str] = []
        self._began = time.monotonic()
        self._live = Live(
            console=self._console, get_renderable=self._line, refresh_per_second=_A_SECOND
        )

    def __enter__(self) -> Rounds:
        self._began = time.monotonic()
        self._live.start()
        return self

    def __exit__(self, *stop: object) -> None:
        self._live.stop()
        if not self._console.is_interactive:
            self._console.print()  # in a file, rich leaves the line open

    def training(self, name: str, epochs: int) -> None:
        """Begin the next training.

        Args:
            name: Of what is trained.
            epochs: How many it takes at most.
        """
        self._number += 1
        self._name, self._epochs = name, epochs
        self._share, self._said = 0.0, []

    def epoch(self, record: EpochRecord) -> None:
        """Note an epoch of the training."""
        self._share = min(1.0, record.epoch / self._epochs)
        self._said = figures(record)

    def _line(self) -> Text:
        """The frame of this moment."""
        share = (max(0, self._number - 1) + self._share) / self._trainings
        seconds = time.monotonic() - self._began
        left = f"{duration(seconds * (1 / share - 1))} left" if share else ""
        clock = left if share < 1 else f"in {duration(seconds)}"
        count = str(self._number).rjust(len(str(self._trainings)))
        head = f"{count}/{self._trainings}  {self._name[:_NAME].ljust(_NAME)}"
        return line(head, share, self._said, clock.rjust(9), self._console.width)


def line(head: str, share: float, said: Sequence[str], clock: str, width: int) -> Text:
    """One line of exactly that width or less: as many figures as leave room for a bar.

    Args:
        head: Where training is.
        share: How much is done, 0 to 1.
        said: The figures, in the order in which they are shown; the last matters most.
        clock: The time, left or taken.
        width: Columns of the terminal.

    >>> said = ["loss 0.2500", "test 0.5000", "accuracy 87.5%"]
    >>> line("epoch 3/4", 0.75, said, "0:01 left", 60).plain
    'epoch 3/4  ━━━━━━╸──  test 0.5000, accuracy 87.5%  0:01 left'
    """
    from rich.text import Text

    while True:
        words = [word for word in (", ".join(said), clock) if word]
        room = width - len(_GAP.join([head, "", *words]))
        if room >= _SHORTEST or not said:
            break
        said = said[1:]
    bar = min(room, _LONGEST)
    found = Text(head, no_wrap=True, overflow="crop")
    if bar >= _SHORTEST:
        halves = math.floor(2 * bar * share)
        drawn = "━" * (halves // 2) + "╸" * (halves % 2)
        found.append(_GAP).append(drawn, "green" if share == 1 else "cyan")
        found.append("─" * (bar - len(drawn)), "dim")
    for word, style in ((", ".join(said), ""), (clock, "dim")):
        if word:
            found.append(_GAP).append(word, style)
    found.truncate(width)
    return found


def figures(record: EpochRecord) -> list[str]:
    """An epoch in a few words; the accuracy is that of the last part that there is.

    >>> figures(EpochRecord(3, 0.25, math.nan, 0.9, None, {}, 0.75, 0.5))
    ['loss 0.2500', 'validation 0.7500', 'accuracy 50.0%']
    >>> figures(EpochRecord(3, 0.25, 0.5, 0.9, 0.875))
    ['loss 0.2500', 'test 0.5000', 'accuracy 87.5%']
    >>> figures(EpochRecord(3, 12345.0, math.nan))
    ['loss 1.234e+04']
    """
    parts = [f"loss {brief(record.train_loss)}"]
    if record.validation_loss is not None:
        parts.append(f"validation {brief(record.validation_loss)}")
    if not math.isnan(record.test_loss):
        parts.append(f"test {brief(record.test_loss)}")
    shares = (record.test_accuracy, record.validation_accuracy, record.train_accuracy)
    share = next((share for share in shares if share is not None), None)
    if share is not None:
        parts.append(f"accuracy {100 * share:.1f}%")
    return parts


def duration(seconds: float) -> str:
    """A time as on a clock.

    >>> duration(1.6), duration(75.0), duration(7260.0)
    ('0:02', '1:15', '2:01:00')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def brief(loss: float) -> str:
    """A loss in four decimals, or in four digits if it is large."""
    return f"{loss:.4f}" if abs(loss) < 1000 else f"{loss:.3e}"


def progress_for(asked: bool | None, epochs: int, batches: int) -> Bar | Silent:
    """A bar if one is asked for, or if nothing is said and the error stream is a terminal."""
    return Bar(epochs, batches) if _wanted(asked) else Silent()


def rounds_for(asked: bool | None, trainings: int) -> Rounds | Silent:
    """The same over several trainings."""
    return Rounds(trainings) if _wanted(asked) else Silent()


def _wanted(asked: bool | None) -> bool:
    return sys.stderr.isatty() if asked is None else asked
