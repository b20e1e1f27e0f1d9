"""Tables of extrapolated difference quotients, each of which knows how far it may be off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]
Line = Callable[[float], tuple[float, Vector]]
"""From a step to what it comes to after rounding, and the values there."""

LEVELS: Final = 6
"""Rows of a table."""
RATIO: Final = 1.7
"""From one step to the next; no power of two, so that no period of the function fits all steps."""
ROUNDINGS: Final = 4
"""How many roundings a value of the function is off, as far as its own size tells."""
WITNESSES: Final = 3
"""So many entries must agree with their neighbours; a single one may do so by chance."""
CLOSER: Final = 1000
"""By how much the step is smaller that confirms a table."""
HUGE: Final = 1e150
"""A doubt beyond this is no news."""


@final
class Table:
    """Three tables of extrapolations from the same samples: central, left and right.

    Args:
        line: The function along the line.
        base: Its values at step 0, of shape (n,).
        start: The first step.
        eps: The relative rounding error of the values.

    Attributes:
        plateau: Where the steps are so small that they drown in rounding, as others have found.
    """

    def __init__(self, line: Line, base: Vector, start: float, eps: float) -> None:
        count = len(base)
        self.central, self.left, self.right = (Column(power, count) for power in (2, 1, 1))
        self.plateau: Mask = np.zeros(count, bool)
        self._start = start
        for level in range(LEVELS):
            step = start / RATIO**level
            sample = self._sample(line, base, step, eps)
            if sample is None:  # the step is smaller than the rounding of what moves
                break
            for column, slope in zip(self._columns, sample[:3], strict=True):
                column.enter(slope, sample[3])
            if level >= 3 and all(self.settled):
                break
        sample = self._sample(line, base, start / CLOSER, eps)
        if sample is not None and any(self.settled):
            for column, slope in zip(self._columns, sample[:3], strict=True):
                column.confirm(slope, sample[3])

    @property
    def _columns(self) -> tuple[Column, Column, Column]:
        return self.central, self.left, self.right

    @staticmethod
    def _sample(
        line: Line, base: Vector, step: float, eps: float
    ) -> tuple[Vector, Vector, Vector, Vector] | None:
        """The central slope, the left and the right one, and what rounding makes of them."""
        (ahead, above), (behind, below) = line(step), line(-step)
        if not ahead or not behind:
            return None
        largest = np.fmax(np.fmax(np.abs(above), np.abs(below)), np.abs(base))
        noise = ROUNDINGS * eps * largest / step
        with np.errstate(all="ignore"):
            central = (above - below) / (ahead - behind)
            return central, (below - base) / behind, (above - base) / ahead, noise

    @property
    def settled(self) -> Mask:
        """Whether the derivative is known well, and both sides well enough to tell a kink."""
        sides = self.left.settled(1e-4, 100) & self.right.settled(1e-4, 100)
        return self.central.settled(1e-9, 30) & sides & ~self.plateau

    @property
    def flat(self) -> Mask:
        """Whether the values stand still on both sides."""
        return self.left.still & self.right.still

    @property
    def bend(self) -> Vector:
        """How much the slope changes per step, by the first samples."""
        if not self.central.slopes:
            return np.zeros(self.plateau.shape)
        return np.nan_to_num(np.abs(self.right.slopes[0] - self.left.slopes[0]) / self._start)

    @property
    def rank(self) -> Vector:
        """The less the better: settled, with a value on both sides, on one, on none."""
        sides = np.minimum(self.left.doubt, self.right.doubt)
        central = np.minimum(self.central.doubt, HUGE)
        doubt = np.where(np.isfinite(self.central.doubt), central, HUGE * (1 + sides))
        return np.where(self.settled, -1.0, np.where(self.plateau, np.inf, doubt))


@final
class Column:
    """One table of extrapolations.

    Args:
        power: The error of a slope is a series in the step to this power.
        count: How many values there are.

    Attributes:
        slopes: The slope at each step.
        best: The entry that its neighbours agree with most.
        doubt: How far it may be off.
        noise: What rounding makes of the last slope.
    """

    def __init__(self, power: int, count: int) -> None:
        self.power = power
        self.slopes: list[Vector] = []
        self.best = np.full(count, np.nan)
        self.doubt = np.full(count, np.inf)
        self.noise: Vector = np.zeros(count)
        self._row: list[Vector] = []
        self._errors: list[Vector] = []

    def enter(self, slope: Vector, noise: Vector) -> None:
        """Add a row: the slope at the next step, extrapolated with all before it."""
        self.slopes.append(slope)
        self.noise = noise
        row, least = [slope], np.min([*self._errors, np.full(slope.shape, np.inf)], axis=0)
        for k, older in enumerate(self._row):
            row.append(row[k] + (row[k] - older) / (RATIO ** (self.power * (k + 1)) - 1))
            error = np.maximum(np.abs(row[k + 1] - row[k]), np.abs(row[k + 1] - older))
            error = np.where(np.isnan(error), np.inf, np.maximum(error, noise))
            self.best = np.where(error < least, row[k + 1], self.best)
            least = np.minimum(error, least)
            self._errors.append(error)
        self._row = row
        self._errors = list(np.sort(self._errors, axis=0)[:WITNESSES])
        if self._errors:
            self.doubt = self._errors[-1]

    def confirm(self, slope: Vector, noise: Vector) -> None:
        """Doubt more if the slope at a far smaller step is another one."""
        distance = np.abs(slope - self.best)
        expected = 10 * (self.doubt + noise) + 5e-3 * np.abs(self.slopes[0] - self.best)
        other = np.isfinite(distance) & (distance > expected)
        self.doubt = np.where(other, np.maximum(distance, self.doubt), self.doubt)

    @property
    def still(self) -> Mask:
        """Whether the values did not move, at several steps."""
        zeros = [slope == 0 for slope in self.slopes]
        return np.sum(zeros, axis=0) >= 3 if zeros else np.zeros(self.best.shape, bool)

    def settled(self, relative: float, noises: float) -> Mask:
        """Whether the doubt is small, by the derivative or by the rounding of the values."""
        if len(self.slopes) < 4:
            return np.zeros(self.best.shape, bool)
        scale = np.abs(self.best)
        if self.power == 1:  # a slope of 0 from one side settles by what it came from
            scale = np.maximum(scale, np.nanmax(np.abs(self.slopes), axis=0, initial=0.0))
        settled: Mask = self.doubt <= relative * scale + noises * self.noise
        return settled
