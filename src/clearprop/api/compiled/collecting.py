"""No search for cycles while a graph grows: nothing in it is garbage yet.

Python looks through all objects whenever their number has grown by a quarter. While a graph of a
million values is made, nothing of what is looked through can go, and a quarter of the time is lost.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Have Python not look for cycles of garbage within a ``with`` block.

    Of several at the same time, the one that stopped it lets it go on again.
    """
    stopped = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if stopped:
            gc.enable()
