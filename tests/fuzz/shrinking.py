"""A failing program made small, by making its list of choices small.

The idea is Hypothesis's: shrink what the generator drew, not what it made, so that whatever comes
out is again a program that works. Source: D. R. MacIver and A. F. Donaldson, *Test-case reduction
via test-case generation: insights from the Hypothesis reducer*, ECOOP 2020.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

SECONDS = 60.0


def shrunk(choices: Sequence[int], fails: Callable[[list[int]], list[int] | None]) -> list[int]:
    """Shorter and lower choices that still fail, found in a minute at most.

    Args:
        choices: A list that fails.
        fails: Gives back the choices that were really used if a list fails, else None.
    """
    best, until = list(choices), time.monotonic() + SECONDS
    better: list[int] | None = best
    while better is not None:
        better = None
        for candidate in _simpler(best):
            if time.monotonic() > until:
                return best
            used = fails(candidate)
            if used is not None and (len(used), used) < (len(best), best):
                best = better = used
                break
    return best


def _simpler(choices: list[int]) -> Iterator[list[int]]:
    """Lists with a run of choices left out, then with one choice lowered."""
    for length in (64, 32, 16, 8, 4, 3, 2, 1):
        for start in range(len(choices) - length, -1, -1):
            yield choices[:start] + choices[start + length :]
    for place, choice in enumerate(choices):
        for lower in {0, choice // 2, choice - 1} - {choice, -1}:
            yield [*choices[:place], lower, *choices[place + 1 :]]
