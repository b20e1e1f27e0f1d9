"""Loops that take almost half a second."""

from __future__ import annotations

from typing import Any, Final

import clearprop as cp

TRIPS: Final = 120_000_000


def halved(c: Any, _: Any = None) -> tuple[Any, None]:
    return c * 0.5 + 1.0, None


def scan(x: Any, n: Any) -> Any:
    return cp.scan(halved, x, None, length=TRIPS)[0] * n


def while_loop(x: Any, n: Any) -> Any:
    step = lambda s: (s[0] + 1.0, s[1] * 0.5 + 1.0)  # noqa: E731
    return cp.while_loop(lambda s: s[0] < n, step, (0.0, x))[1]
