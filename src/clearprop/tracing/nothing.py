"""Memory that is all zeros, and is never there: what stands for arrays that are not known."""

from __future__ import annotations

import functools
import mmap

MOST = 1 << 46
"""The most bytes: half of what a process can address."""


def nothing(size: int) -> mmap.mmap | None:
    """So many bytes at least, to be read alone; None where the system has no such memory.

    All arrays share it. Pages of memory that nobody writes into are promised and not given.
    """
    return _mapped(max(size, 1).bit_length()) if size <= MOST else None


@functools.cache
def _mapped(bits: int) -> mmap.mmap | None:
    """Two to that power of bytes."""
    if not hasattr(mmap, "PROT_READ"):
        return None
    kind = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0)
    try:
        return mmap.mmap(-1, 1 << bits, flags=kind, prot=mmap.PROT_READ)
    except (OSError, OverflowError, ValueError):
        return None
