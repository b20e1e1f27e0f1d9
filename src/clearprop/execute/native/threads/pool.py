"""The process's workers, and crews of them.

Workers are threads of the system that never touch Python: they start when a step is first shared,
sleep in between, and end before the interpreter does. A child of :func:`os.fork` starts its own.
"""

from __future__ import annotations

import atexit
import ctypes
import functools
import os
import sys
from typing import Any, Final, final

from clearprop.execute.native.cache import ObjectCache
from clearprop.execute.native.library import address_of, load
from clearprop.execute.native.machine import machine
from clearprop.execute.native.shared import Shared
from clearprop.execute.native.threads.text import BYTES, IMPORTS, MOST, PLACES, pool_text


def available() -> int:
    """How many processors this process may use; 1 where there are no workers."""
    if not _supported():
        return 1
    return max(1, len(os.sched_getaffinity(0)))


def crew(threads: int, cache: ObjectCache | None = None) -> int:
    """What a module's variable is set to, for work by at most so many threads.

    Args:
        threads: How many, the one that calls among them.
        cache: Where the pool's compiled code is kept, if it is not made yet.

    Returns:
        An address that stays valid; 0 where the thread that calls does everything.
    """
    return _SHARED.get(cache).crew(threads) if threads > 1 and _supported() else 0


@final
class Pool:
    """Workers, who sleep until a step is shared.

    Args:
        cache: Where its compiled code is kept.
    """

    def __init__(self, cache: ObjectCache | None) -> None:
        host = machine()
        text = pool_text(host)
        libc = ctypes.CDLL(None)
        imports = {name: address_of(getattr(libc, name)) for name in IMPORTS}
        self._library = load(text, ["run", "close"], host, imports=imports, cache=cache, level=0)
        self._block = ctypes.create_string_buffer(BYTES + 64)
        start = ctypes.addressof(self._block)
        self._memory = start + -start % 64
        self._crews: dict[int, Any] = {}

    def attend(self) -> None:
        """Be there when the process ends, and in its children."""
        atexit.register(self._close)
        os.register_at_fork(after_in_child=self._forget)

    def crew(self, threads: int) -> int:
        """The address of a crew of so many threads at the most."""
        helpers = min(threads - 1, MOST)
        made = (ctypes.c_int64 * 3)(self._library.addresses["run"], self._memory, helpers)
        return ctypes.addressof(self._crews.setdefault(helpers, made))

    def _close(self) -> None:
        """Let the workers end: the code that they run goes away with the interpreter."""
        ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self._library.addresses["close"])(self._memory)

    def _forget(self) -> None:
        """A child of a fork has none of the workers."""
        at = self._memory + PLACES["closed"]
        closed = ctypes.c_int64.from_address(at).value
        ctypes.memset(self._memory, 0, BYTES)
        ctypes.c_int64.from_address(at).value = closed


_SHARED: Final = Shared(Pool)
"""The processors are the process's, not one function's: with a pool for each, functions would take
them from one another."""


@functools.cache
def _supported() -> bool:
    """Whether the system has what workers need."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    return libc is not None and all(hasattr(libc, name) for name in IMPORTS)
