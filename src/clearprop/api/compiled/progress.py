"""What a person sees of a call that takes long: a bar, which goes away with the call."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, final

from clearprop.errors import ArgumentError
from clearprop.execute.native.polling import Progress
from clearprop.tracing import user_line

if TYPE_CHECKING:
    import rich.progress

PATIENCE: Final = 1.0
"""After so many seconds a call is one that takes long."""


@final
class Bars:
    """Bars on the error stream, one for each call that takes long.

    It is told how far a call is by the thread that calls; the main thread's calls are shown.

    Args:
        title: What is called.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._of_thread = threading.local()

    def __reduce__(self) -> Any:
        return Bars, (self._title,)

    def __call__(self, done: int, total: int | None) -> None:
        """Show how far the thread's call is."""
        bar = getattr(self._of_thread, "bar", None)
        if bar is not None:
            bar.show(done, total)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with a bar for each of its calls."""

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._bar():
                return function(*args, **kwargs)

        return call

    @contextmanager
    def _bar(self) -> Iterator[None]:
        """A bar while open; a call within a call has the thread's to itself meanwhile."""
        if threading.current_thread() is not threading.main_thread() or not sys.stderr.isatty():
            yield
            return
        before = getattr(self._of_thread, "bar", None)
        bar = self._of_thread.bar = _Bar(self._title)
        try:
            yield
        finally:
            self._of_thread.bar = before
            bar.close()


@final
class _Bar:
    """The bar of a call, drawn only when something is to be shown."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._began = time.monotonic()
        self._shown: rich.progress.Progress | None = None

    def show(self, done: int, total: int | None) -> None:
        """Draw it, if the call takes long already."""
        if time.monotonic() - self._began < PATIENCE:
            return
        if self._shown is None:
            self._shown = _drawn()
            self._shown.add_task(self._title, total=total)
            self._shown.start()
        self._shown.update(self._shown.task_ids[0], completed=done, refresh=True)

    def close(self) -> None:
        """Let it go away."""
        if self._shown is not None:
            self._shown.stop()


def reporter(progress: Any, title: str) -> Progress | None:
    """What is told how far a call is.

    Args:
        progress: What the user asked for.
        title: What is called.

    Raises:
        ArgumentError: If it is nothing that can be told.
    """
    if progress is None or progress is False:
        return None
    if progress is True:
        return Bars(title)
    if not callable(progress):
        raise ArgumentError(
            f"progress={progress!r} cannot be called",
            where=user_line(),
            remedy="Use True for a bar, or a function of the trips done and the trips in all.",
        )
    found: Progress = progress
    return found


def _drawn() -> rich.progress.Progress:
    """A bar without a thread of its own, which would need the interpreter's lock."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Display

    columns = (
        *(TextColumn("{task.description}", markup=False), BarColumn()),
        *(MofNCompleteColumn(), TimeRemainingColumn()),
    )
    return Display(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
