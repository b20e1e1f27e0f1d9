"""Signals that arrive while native code runs."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Handler = Callable[[int, Any], object]


@contextmanager
def signals(handler: Handler, after: float = 0.02, every: float = 0.0) -> Iterator[None]:
    """A signal once the process has computed for so many seconds, and again each time after more.

    Time in which other processes run does not count, so the signal meets a call that computes for
    longer than that wherever the call is what the process does.
    """
    before = signal.signal(signal.SIGVTALRM, handler)
    signal.setitimer(signal.ITIMER_VIRTUAL, after, every)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
