"""Smooth curves through the bends of a line.

Between two stops a line is one cubic Bézier curve. Its slope at a stop lies between the slopes
of the straight lines to the stops before and after it, and is zero where the line turns back,
so a line never swings out past its stops (Fritsch and Carlson, "Monotone piecewise cubic
interpolation", SIAM Journal on Numerical Analysis 17(2), 1980).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

HEAD = 7.0  # the length of an arrowhead, in pixels
_HANDLE = 0.42  # the reach of a Bézier handle, as a part of the way to the next stop

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stop:
    """A place that a line goes through.

    Attributes:
        start: Where along the picture the line comes in.
        end: Where it leaves; between the two it is straight and level.
        across: Where it is across the picture.
        steepest: The steepest slope allowed here; 0 for a level line.
    """

    start: float
    end: float
    across: float
    steepest: float = 0.0


def curve(stops: Sequence[Stop]) -> tuple[Point, ...]:
    """A start, then two handles and an end for each Bézier curve.

    >>> curve([Stop(0, 0, 5), Stop(100, 100, 5)])
    ((0, 5), (42.0, 5.0), (58.0, 5.0), (100, 5))
    """
    slopes = _slopes(stops)
    points: list[Point] = [(stops[0].start, stops[0].across)]
    for stop, following, slope, next_slope in zip(
        stops, stops[1:], slopes, slopes[1:], strict=False
    ):
        _add_level(points, stop)
        reach = _HANDLE * (following.start - stop.end)
        points += [
            (stop.end + reach, stop.across + reach * slope),
            (following.start - reach, following.across - reach * next_slope),
            (following.start, following.across),
        ]
    _add_level(points, stops[-1])
    return tuple(points)


def _add_level(points: list[Point], stop: Stop) -> None:
    """Lets a line run level from the start to the end of a stop, if they differ."""
    if stop.end > stop.start:
        end = (stop.end, stop.across)
        points += [points[-1], end, end]


def _slopes(stops: Sequence[Stop]) -> list[float]:
    """The slope at each stop: the harmonic mean of those before and after, within its limit."""
    chords = [
        (after.across - before.across) / max(after.start - before.end, 1e-9)
        for before, after in pairwise(stops)
    ]
    slopes = [0.0]
    for stop, before, after in zip(stops[1:], chords, chords[1:], strict=False):
        mean = 2 * before * after / (before + after) if before * after > 0 else 0.0
        slopes.append(max(-stop.steepest, min(stop.steepest, mean)))
    return [*slopes, 0.0]
