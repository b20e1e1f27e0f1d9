"""The numerical derivative that an analytic one is held against: differences and complex steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final, Literal, final

import numpy as np
from numpy.typing import NDArray

from clearprop.api.check.directions import TYPICAL, Direction
from clearprop.api.check.numerical.complex_step import ComplexStep
from clearprop.api.check.numerical.differences import Estimate, differentiate
from clearprop.api.check.numerical.tables import Line
from clearprop.errors import ClearpropError

Array = NDArray[Any]
Kind = Literal["smooth", "kink", "steep", "none"]

CONFIRMED: Final = 1e-3
"""Differences that doubt less than this part of a complex step's derivative confirm it."""


@final
@dataclass(frozen=True, slots=True)
class Reference:
    """The numerical derivative of one number along one direction.

    Attributes:
        value: The derivative; at a kink the mean of both sides, NaN where there is none.
        doubt: How far off it may be.
        method: ``"differences"``, ``"complex step"`` or ``"one-sided"``.
        kind: ``"smooth"``, ``"kink"`` (left and right differ), ``"steep"`` (the slopes grow without
            bound) or ``"none"`` (the function has no value to compare).
        left: The derivative from the left.
        right: The derivative from the right.
        witness: What the complex step says, even where differences are too coarse to confirm it.
        at: The function's value.
        natural: What counts as an ordinary derivative of this function: by its value over the size
            of what moves, or by how much the derivative changes over that size.
    """

    value: float
    doubt: float
    method: str
    kind: Kind
    left: float
    right: float
    witness: float | None
    at: float
    natural: float


@final
class Numbers:
    """A function as plain numbers near a point.

    Args:
        values: The function from arrays to a vector of what is differentiated.
        arrays: The point.
        eps: The relative rounding error of the values.
        analytic: Whether complex steps may be tried.
        hidden: How large the numbers inside of the function are, as far as their rounding tells.

    Attributes:
        base: The values at the point.
        eps: The relative rounding error of the values.
    """

    def __init__(
        self,
        values: Callable[[Sequence[Array]], Array],
        arrays: Sequence[Array],
        eps: float,
        analytic: bool,
        hidden: Array | float = 0.0,
    ) -> None:
        self._values = values
        self._arrays = arrays
        self.eps = eps
        self._complex = ComplexStep(values, arrays) if analytic else None
        self.base = _real(values([array.copy() for array in arrays]))
        self._sizes = np.maximum(np.abs(self.base), hidden)

    def along(self, direction: Direction) -> list[Reference]:
        """The derivative of each value in that direction."""
        size = direction.size(self._arrays)
        estimate = differentiate(self._line(direction), self.base, self.eps, size)
        steps = self._steps(direction, estimate.doubt)
        natural = np.maximum(self._sizes / max(size, TYPICAL), estimate.bend * (size or TYPICAL))
        found = []
        for i, at in enumerate(self.base):
            one = Estimate(*(part[i] for part in astuple(estimate)))
            found.append(_reference(one, steps[i], float(at), float(natural[i])))
        return found

    def _steps(
        self, direction: Direction, doubt: NDArray[np.float64]
    ) -> list[tuple[float, float, bool]]:
        """What complex steps give, how far rounding has it off, whether it is no mere rounding.

        Args:
            direction: Where to.
            doubt: How far off the differences may be, which confirm a derivative that is larger.
        """
        found = self._complex.slopes(direction) if self._complex else None
        if self._complex is None or found is None:
            return [(np.nan, np.nan, False)] * len(self.base)
        slopes, rounding = found
        steady = (doubt <= CONFIRMED * np.abs(slopes)) & (slopes != 0)
        if not all(steady | (slopes == 0)):
            steady |= self._complex.steady(direction, slopes)
        rounding = rounding + 8 * self.eps * np.abs(slopes)
        return list(zip(slopes.tolist(), rounding.tolist(), steady.tolist(), strict=True))

    def _line(self, direction: Direction) -> Line:
        def at(step: float) -> tuple[float, Array]:
            moved = direction.moved(self._arrays, step)
            covered = direction.covered(self._arrays, moved, step)
            try:
                return covered, _real(self._values(moved))
            except (ArithmeticError, ValueError, ClearpropError):
                return covered, np.full(self.base.shape, np.nan)  # outside of the domain

        return at


def _real(values: Array) -> Array:
    """The values as real numbers; Python has complex ones for roots outside of the domain."""
    if values.dtype.kind == "c":
        values = np.where(values.imag == 0, values.real, np.nan)
    return values.astype(np.float64)


def _reference(
    one: Estimate, step: tuple[float, float, bool], at: float, natural: float
) -> Reference:
    """What differences and the complex step say together about one number."""
    kind, value, doubt, method = _by_differences(one, at)
    slope, rounding, steady = step
    sides = float(one.left), float(one.right)
    agrees = abs(slope - value) <= 5 * doubt + 1e-7 * abs(slope)
    if kind != "smooth" or method != "differences" or not agrees:  # it is not analytic here
        return Reference(value, doubt, method, kind, *sides, None, at, natural)
    if doubt <= CONFIRMED * abs(slope) or slope == value:
        value, doubt, method = slope, rounding, "complex step"
    return Reference(value, doubt, method, kind, *sides, slope if steady else None, at, natural)


def _by_differences(one: Estimate, at: float) -> tuple[Kind, float, float, str]:
    """The kind of place, the derivative there, its doubt, and the method."""
    left, right = float(one.left), float(one.right)
    doubts = float(one.doubt_left), float(one.doubt_right)
    if not np.isfinite(at):
        return "none", np.nan, np.inf, "differences"
    if one.steep:
        return "steep", np.nan, np.inf, "differences"
    if np.isfinite(one.doubt):
        gap = abs(left - right)
        if gap > 10 * sum(doubts) + 1e-7 * max(abs(left), abs(right)):
            return "kink", (left + right) / 2, max(doubts), "differences"
        return "smooth", float(one.value), float(one.doubt), "differences"
    doubt, value = min((doubts[0], left), (doubts[1], right), key=lambda pair: pair[0])
    if np.isfinite(doubt):
        return "smooth", value, doubt, "one-sided"
    return "none", np.nan, np.inf, "differences"
