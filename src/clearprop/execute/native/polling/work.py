"""How much work steps are, and how many trips of a loop may pass until it asks.

Work is counted in operations on one number each, of which a processor does one in some hundredths
of a nanosecond up to some nanoseconds. The count decides on nothing but how often a loop asks: if
it is wrong by a factor of a hundred, the answer still comes within a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from clearprop.execute.native.bodies import Branch, Scan, While
from clearprop.execute.native.singles import Straight
from clearprop.execute.native.special import WATCH, Special
from clearprop.execute.native.steps import Fallback, Loop, Multiply, Step

BUDGET: Final = 1 << 17
"""After so much work, ten microseconds to a tenth of a millisecond, a loop looks at the clock."""

SMALL: Final = BUDGET // 8
"""A loop of no more work than this never asks; where it stands in another one, that does."""

_TRIP: Final = 16
"""What a trip takes besides its steps."""

_STEP: Final = 8
"""What calling a step takes."""

_AT_ONCE: Final = 16
"""How many multiplications of a matrix product take as long as one operation elsewhere."""


def work(steps: Iterable[Step]) -> int:
    """About how much work steps are, less that of loops that ask themselves."""
    return sum(_STEP + _work(step) for step in steps)


def polls(steps: Iterable[Step]) -> bool:
    """Whether among steps, or within them, there is a loop that asks."""
    controls = [step for step in steps if isinstance(step, Scan | While | Branch)]
    return any(is_polled(step) or _holds(step) for step in controls)


def is_polled(step: Step) -> bool:
    """Whether a step is a loop that asks."""
    if isinstance(step, Scan):
        return step.length > 1 and (_holds(step) or step.length * trip(step) > SMALL)
    return isinstance(step, While)


def stride(step: Scan) -> tuple[int, int]:
    """How many trips of a loop there are from one time that it asks to the next, a power of 2.

    Returns:
        That number, and the work of as many trips, or of all if there are fewer.
    """
    each = trip(step)
    apart = 1 if _holds(step) else 1 << (max(1, BUDGET // each).bit_length() - 1)
    return apart, min(apart, step.length) * each


def trips(steps: Sequence[Step]) -> int | None:
    """How many trips the outermost loops that ask make in all; None if nobody knows before."""
    counts = [_trips(step) for step in steps]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _trips(step: Step) -> int | None:
    if isinstance(step, Branch):
        either = {trips(body.steps) for body in step.bodies}
        return either.pop() if len(either) == 1 else None
    if isinstance(step, Scan):
        return step.length if is_polled(step) else 0
    return None if isinstance(step, While) else 0


def _holds(step: Scan | While | Branch) -> bool:
    """Whether a loop that asks is within."""
    return any(WATCH in body.constants for body in step.bodies)


def trip(step: Scan | While) -> int:
    """About how much work a trip of a loop is."""
    return _TRIP + sum(body.work for body in step.bodies)


def _work(step: Step) -> int:
    if isinstance(step, Multiply):
        return step.work // _AT_ONCE
    if isinstance(step, Branch):
        return max(body.work for body in step.bodies)
    if isinstance(step, Loop | Straight | Special):
        return step.work
    if isinstance(step, Fallback | While) or is_polled(step):
        return 0
    return step.length * trip(step)
