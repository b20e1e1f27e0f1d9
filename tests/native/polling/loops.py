"""Loops of every kind and nesting, most of which take days, or for ever."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, Final

import numpy as np

import clearprop as cp

MANY: Final = 10**6


def halved(c: Any, _: Any = None) -> tuple[Any, None]:
    return c * 0.5 + 1.0, None


def short_scan(x: Any) -> Any:
    return cp.scan(halved, x, None, length=7)[0]


def scan(x: Any) -> Any:
    return cp.scan(halved, x, None, length=2 * 10**8)[0]


def loops_in_loops(x: Any) -> Any:
    def inner(c: Any, _: Any) -> Any:
        return cp.scan(halved, short_scan(c), None, length=MANY)[0], None

    def outer(c: Any, _: Any) -> Any:
        return cp.scan(inner, c, None, length=MANY)[0], None

    return cp.scan(outer, x, None, length=MANY)[0]


def fori(x: Any) -> Any:
    def trip(i: Any, c: Any) -> Any:
        return cp.fori_loop(0, 1000, lambda j, c: c * 0.5 + j, c) + i

    return cp.scan(lambda c, _: (cp.fori_loop(0, MANY, trip, c), None), x, None, length=MANY)[0]


def while_loop(x: Any) -> Any:
    return cp.while_loop(lambda c: c > -1.0, lambda c: c * 0.5 + 1.0, x)


def a_while_loop_in_a_loop(x: Any) -> Any:
    return cp.scan(lambda c, _: (while_loop(c), None), x, None, length=MANY)[0]


def short_while_loops_in_a_loop(x: Any) -> Any:
    def short(c: Any) -> Any:
        step = lambda s: (s[0] + 1.0, s[1] * 0.5)  # noqa: E731
        return cp.while_loop(lambda s: s[0] < 3.0, step, (0.0, c))[1]

    def outer(c: Any, _: Any) -> Any:
        return cp.scan(lambda c, _: (short(c), None), c, None, length=MANY)[0], None

    return cp.scan(outer, x, None, length=MANY)[0]


def a_loop_in_a_while_loop(x: Any) -> Any:
    def step(c: Any) -> Any:
        return cp.scan(halved, c, None, length=20_000)[0]

    return cp.while_loop(lambda c: c > -1.0, step, x)


def a_short_loop_in_a_while_loop(x: Any) -> Any:
    return cp.while_loop(lambda c: c > -1.0, short_scan, x)


def a_loop_in_a_branch(x: Any) -> Any:
    return cp.cond(x > 0, while_loop, lambda x: x, x)


def a_branch_in_a_loop(x: Any) -> Any:
    def trip(c: Any, _: Any) -> Any:
        return cp.cond(c > -1.0, while_loop, lambda c: c, c), None

    return cp.scan(trip, x, None, length=MANY)[0]


def of_arrays(x: Any) -> Any:
    def step(c: Any) -> Any:
        return np.tanh(c @ c.T * 0.01 + 1.0)

    return cp.while_loop(lambda c: c[0, 0] > -1.0, step, x + np.ones((48, 48)))


LOOPS: Final[list[Callable[[Any], Any]]] = [
    *(scan, loops_in_loops, fori, while_loop, a_while_loop_in_a_loop, a_loop_in_a_while_loop),
    *(short_while_loops_in_a_loop, a_short_loop_in_a_while_loop, a_loop_in_a_branch),
    *(a_branch_in_a_loop, of_arrays),
]


def interrupted(loop: Callable[[Any], Any]) -> str:
    """What ends three calls: the first one by Python's way, then two by the entry."""

    def arm(done: int, total: int | None) -> None:
        if not signal.getitimer(signal.ITIMER_VIRTUAL)[0]:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.02)  # it comes while the loop runs

    signal.signal(signal.SIGVTALRM, signal.default_int_handler)
    f = cp.compile(loop, progress=arm)
    ends = []
    for _ in range(3):
        try:
            f(0.3)
        except KeyboardInterrupt:
            ends.append("interrupted")
    return f"{loop.__name__} {ends} {f.explain_plan().fallbacks}"
