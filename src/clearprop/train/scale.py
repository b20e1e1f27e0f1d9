"""Scales: from values to the coordinates of a drawing, with round values to mark."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """The map from values low..high to coordinates start..stop, linear or logarithmic."""

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Returns the coordinate of a value."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        share = (value - low) / (high - low) if high > low else 0.5
        return round(self.start + share * (self.stop - self.start), 2)

    def ticks(self) -> list[float]:
        """Returns round values within the scale, four to nine of them.

        >>> Scale(0.0, 10.0, 0, 1).ticks()
        [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
        >>> Scale(0.02, 3.0, 0, 1, log=True).ticks()
        [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]
        """
        if self.log:
            decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            digits, stride = ((1, 2, 5), 1) if len(decades) < 5 else ((1,), 1 + len(decades) // 8)
            values = [float(f"{digit}e{ten}") for ten in decades[::stride] for digit in digits]
        else:
            raw = (self.high - self.low) / 5 or 1.0
            unit = 10.0 ** math.floor(math.log10(raw))
            step = next(unit * nice for nice in (1, 2, 5, 10) if unit * nice >= raw * 0.999)
            first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
            values = [float(f"{count * step:.12g}") for count in range(first, last + 1)]
        slack = 1e-9 * abs(self.high)
        return [value for value in values if self.low - slack <= value <= self.high + slack]
