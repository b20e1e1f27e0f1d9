"""The derivative of a function along a line by extrapolated differences, with its own error.

Central differences at shrinking steps are extrapolated to step 0 (Richardson, *The approximate
arithmetical solution by finite differences*, Phil. Trans. A 210, 1911), and the table of
extrapolations tells which of its entries to trust, and how far (Ridders, *Accurate computation of
F′(x) and F″(x)*, Adv. Eng. Software 4, 1982). The same is done on each side alone: where left and
right settle on different numbers there is a kink, where one side has no value the other is taken.

A table is begun with a large step, which is good for a smooth function, and with ever smaller ones
until it settles, which finds the derivative of one that oscillates, is about to overflow, has a
kink nearby or ends nearby.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Line = Callable[[float], tuple[float, Vector]]
"""From a step to what it comes to after rounding, and the values there."""

LEVELS: Final = 6
"""Rows of a table."""
RATIO: Final = 1.7
"""From one step to the next; no power of two, so that no period of the function fits all steps."""
HUGE: Final = 1e150
"""A doubt beyond this is no news."""
STARTS: Final = (0.15, 0.27, 0.40, 0.53)
"""A table begins with ε to one of these powers, times the size of what moves."""


@final
@dataclass(frozen=True, slots=True)
class Estimate:
    """A numerical derivative of each of several values.

    Attributes:
        value: The derivative; NaN where there is none to be had.
        doubt: How far off it may be.
        left: The derivative from the left; NaN if the function has no value there.
        right: The derivative from the right.
        doubt_left: How far off the left one may be.
        doubt_right: How far off the right one may be.
        steep: Whether the slopes grow without bound as the step shrinks.
    """

    value: Vector
    doubt: Vector
    left: Vector
    right: Vector
    doubt_left: Vector
    doubt_right: Vector
    steep: NDArray[np.bool_]


def differentiate(line: Line, base: Vector, eps: float, size: float) -> Estimate:
    """The derivative at step 0 of each value along a line.

    Args:
        line: The function along the line.
        base: Its values at step 0, of shape (n,).
        eps: The relative rounding error of its values.
        size: How large the number is that moves, which gives the steps their scale.

    >>> made = differentiate(lambda h: (h, np.exp([h, 2 * h])), np.ones(2), 2.2e-16, 0.0)
    >>> np.abs(made.value - [1, 2]) < 1e-11
    array([ True,  True])
    """
    tables: list[_Table] = []
    for start in _starts(eps, size):
        tables.append(_Table(line, base, start, eps))
        if all(np.any([table.settled for table in tables], axis=0) | ~np.isfinite(base)):
            break
    return _best(tables)


def _starts(eps: float, size: float) -> Iterator[float]:
    """First steps of tables, the largest first: for a number of ordinary size, and for its own."""
    ordinary = [max(size, 0.25) * eps**power for power in STARTS]
    own = [size * eps**power for power in STARTS[:2]] if 0 < size < 0.01 else []
    yield from sorted(ordinary + own, reverse=True)


@final
class _Table:
    """Three tables of extrapolations from the same samples: central, left and right."""

    def __init__(self, line: Line, base: Vector, start: float, eps: float) -> None:
        count = len(base)
        self.central, self.left, self.right = _Column(2, count), _Column(1, count), _Column(1, count)
        still = np.ones(base.shape, bool)
        for level in range(LEVELS):
            step = start / RATIO**level
            (ahead, above), (behind, below) = line(step), line(-step)
            if not ahead or not behind:  # smaller than the rounding of what moves
                break
            largest = np.maximum(np.maximum(np.abs(above), np.abs(below)), np.abs(base))
            still &= (above == base) & (below == base)
            noise = np.where(still, 0.0, eps * largest / step)
            with np.errstate(all="ignore"):
                self.central.enter((above - below) / (ahead - behind), noise)
                self.right.enter((above - base) / ahead, noise)
                self.left.enter((below - base) / behind, noise)
            if level >= 3 and all(self.settled):
                break

    @property
    def settled(self) -> NDArray[np.bool_]:
        """Whether the derivative is known well, and both sides well enough to tell a kink."""
        sides = self.left.settled(1e-4, 100) & self.right.settled(1e-4, 100)
        return self.central.settled(1e-9, 30) & sides


@final
class _Column:
    """One table of extrapolations; the error of a slope is a series in step to the ``power``."""

    def __init__(self, power: int, count: int) -> None:
        self.power = power
        self.slopes: list[Vector] = []
        self.best = np.full(count, np.nan)
        self.doubt = np.full(count, np.inf)
        self.noise: Vector = np.zeros(count)
        self._row: list[Vector] = []

    def enter(self, slope: Vector, noise: Vector) -> None:
        """Add a row: the slope at the next step, extrapolated with all before it."""
        self.slopes.append(slope)
        self.noise = noise
        row = [slope]
        for k, older in enumerate(self._row):
            row.append(row[k] + (row[k] - older) / (RATIO ** (self.power * (k + 1)) - 1))
            error = np.maximum(np.abs(row[k + 1] - row[k]), np.abs(row[k + 1] - older))
            error = np.maximum(error, noise)
            better = error < self.doubt
            self.best = np.where(better, row[k + 1], self.best)
            self.doubt = np.where(better, error, self.doubt)
        self._row = row

    def settled(self, relative: float, noises: float) -> NDArray[np.bool_]:
        """Whether the doubt is small, by the derivative or by the rounding of the values."""
        if len(self.slopes) < 4:
            return np.zeros(self.best.shape, bool)
        scale = np.abs(self.best)
        if self.power == 1:  # a slope of 0 from one side settles by what it came from
            scale = np.maximum(scale, np.nanmax(np.abs(self.slopes), axis=0, initial=0.0))
        return np.asarray(self.doubt <= relative * scale + noises * self.noise)


def _best(tables: Sequence[_Table]) -> Estimate:
    """For each value the first table that settles, else the one that doubts least."""
    chosen = np.argmin([_rank(table) for table in tables], axis=0)

    def pick(side: str, what: str) -> Vector:
        choices = np.array([getattr(getattr(table, side), what) for table in tables])
        picked: Vector = np.take_along_axis(choices, chosen[None], axis=0)[0]
        return picked

    value, doubt = pick("central", "best"), pick("central", "doubt")
    left, right = pick("left", "best"), pick("right", "best")
    doubt_left, doubt_right = pick("left", "doubt"), pick("right", "doubt")
    unsettled = ~np.any([table.settled for table in tables], axis=0)
    doubt = np.where(unsettled, _apart(tables, "central", value, doubt), doubt)
    doubt_left = np.where(unsettled, _apart(tables, "left", left, doubt_left), doubt_left)
    doubt_right = np.where(unsettled, _apart(tables, "right", right, doubt_right), doubt_right)
    steep = _grows(tables, "left") & (doubt_left > 0.1 * np.abs(left))
    steep |= _grows(tables, "right") & (doubt_right > 0.1 * np.abs(right))
    return Estimate(value, doubt, left, right, doubt_left, doubt_right, steep & unsettled)


def _rank(table: _Table) -> Vector:
    """The less the better: settled, with a value on both sides, on one, on none."""
    sides = np.minimum(table.left.doubt, table.right.doubt)
    central = np.minimum(table.central.doubt, HUGE)
    two_sided = np.where(np.isfinite(table.central.doubt), central, HUGE * (1 + sides))
    return np.where(table.settled, -1.0, two_sided)


def _apart(tables: Sequence[_Table], side: str, value: Vector, doubt: Vector) -> Vector:
    """A doubt that is not below the distance to the nearest opinion of another table.

    A table of noise has, among its many entries, one that agrees with its neighbours by chance.
    """
    distance = np.abs([getattr(table, side).best - value for table in tables])
    distance[np.isnan(distance) | (distance == 0)] = np.inf
    nearest = distance.min(axis=0)
    return np.where(np.isfinite(nearest), np.maximum(doubt, nearest), doubt)


def _grows(tables: Sequence[_Table], side: str) -> NDArray[np.bool_]:
    """Whether the slopes of a side grow and grow: a jump, or an upright tangent."""
    first, last = (np.abs(getattr(tables[i], side).slopes) for i in (0, -1))
    if not len(first) or not len(last):
        return np.zeros(tables[0].central.best.shape, bool)
    with np.errstate(all="ignore"):
        return np.asarray(np.fmin.reduce(last) > 30 * np.fmax.reduce(first))
