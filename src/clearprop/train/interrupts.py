"""Ctrl-C that waits for the end of a step."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """While open, the first Ctrl-C only sets a flag; the second raises, as it always did.

    Signals reach the main thread only; elsewhere, and where somebody else handles them, nothing
    changes.
    """
    asked = threading.Event()
    own = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )

    def note(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if own:
        signal.signal(signal.SIGINT, note)
    try:
        yield asked.is_set
    finally:
        if own:
            signal.signal(signal.SIGINT, signal.default_int_handler)
