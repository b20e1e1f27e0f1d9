"""Matrix products on one thread: quicker for small ones, and the same bits on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """While open, NumPy's matrix products run on one thread.

    A batch's products are so small that BLAS threads wait for each other longer than they compute,
    most of all where other programs want the cores too; and how a sum is divided among threads
    shows in its last bits. The limit holds for the whole process and needs threadpoolctl, which
    comes with scikit-learn; without it nothing changes.

    >>> with one_thread():
    ...     pass
    """
    try:
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ImportError:
        yield
        return
    with threadpool_limits(limits=1, user_api="blas"):
        yield
