"""What belongs to a call whose loops ask: its words in memory, and what is raised in the end.

The function that loops call is made once per process. What it has to know of the process is the
main thread's number, which is another one in some children of :func:`os.fork`, and whether the
interpreter is about to end: then nobody may ask for its lock any more.
"""

from __future__ import annotations

import atexit
import ctypes
import functools
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Final, final

import numpy as np

from clearprop.execute.native.cache import ObjectCache
from clearprop.execute.native.library import address_of, load
from clearprop.execute.native.machine import machine
from clearprop.execute.native.polling.text import LIBC, PLACES, PYTHON, WORDS, look_text
from clearprop.execute.native.polling.work import BUDGET
from clearprop.execute.native.shared import Shared

Progress = Callable[[int, int | None], object]
"""``progress(done, total)``: how many trips are done, of how many; None if nobody knows."""

_EVER: Final = 2**63 - 1
"""A budget that is never used up."""


@final
class Watch:
    """What a program's calls start with.

    Args:
        progress: What is told how far a call is; None for nothing.
        total: How many trips the outermost loops make; None if nobody knows.
        cache: Where compiled code is kept.

    Attributes:
        words: The words of a call before it begins, to be copied.
    """

    def __init__(
        self, progress: Progress | None, total: int | None, cache: ObjectCache | None
    ) -> None:
        self._kept = progress, total
        self.words = np.zeros(WORDS, np.int64)
        look = _SHARED.get(cache).address if _supported() else 0
        self._set("budget", BUDGET if look else _EVER)
        self._set("look", look)
        self._set("total", id(total))
        self._set("progress", 0 if progress is None else id(progress))

    def _set(self, name: str, word: int) -> None:
        self.words[PLACES[name] // 8] = word


def raise_if_stopped(words: Any) -> None:
    """Raise what ended a call, if something did.

    Args:
        words: Those of the call, after it.
    """
    if words[PLACES["stopped"] // 8]:
        raised = ctypes.PYFUNCTYPE(None, *[ctypes.c_void_p] * 3)(
            ("PyErr_Restore", ctypes.pythonapi)
        )
        raised(*(int(word) or None for word in words[PLACES["error"] // 8 :]))


@final
class _Look:
    """The function, and what it knows of the process."""

    def __init__(self, cache: ObjectCache | None) -> None:
        host = machine()
        imports = {name: address_of(getattr(ctypes.pythonapi, name)) for name in PYTHON}
        imports[LIBC] = address_of(getattr(ctypes.CDLL(None), LIBC))
        text = look_text(host, time.CLOCK_MONOTONIC)
        self._library = load(text, ["look", "state"], host, imports=imports, cache=cache, level=0)
        self.address = self._library.addresses["look"]
        self._state = (ctypes.c_int64 * 2).from_address(self._library.addresses["state"])
        self._know_main_thread()

    def attend(self) -> None:
        """Be there when the process ends, and in its children."""
        atexit.register(self._close)
        os.register_at_fork(after_in_child=self._know_main_thread)

    def _know_main_thread(self) -> None:
        self._state[0] = threading.main_thread().ident or 0

    def _close(self) -> None:
        self._state[1] = 1


_SHARED: Final = Shared(_Look)


@functools.cache
def _supported() -> bool:
    """Whether there are the interpreter's functions, and a clock that tells the time like this."""
    cpython = sys.implementation.name == "cpython" and sys.maxsize == 2**63 - 1
    return cpython and sys.platform in ("linux", "darwin")
