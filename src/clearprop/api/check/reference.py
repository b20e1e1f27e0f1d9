"""The numerical derivative that an analytic one is held against: differences and complex steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from clearprop.api.check.complex_step import ComplexStep
from clearprop.api.check.differences import Estimate, Line, differentiate
from clearprop.api.check.directions import TYPICAL, Direction
from clearprop.errors import ClearpropError

Array = NDArray[Any]
Kind = Literal["smooth", "kink", "steep", "none"]


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
        witness: What the complex step says where differences are too coarse to confirm it.
        at: The function's value.
        natural: The size of a derivative that changes the value by itself over the argument's size.
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
    ) -> None:
        self._values = values
        self._arrays = arrays
        self.eps = eps
        self._complex = ComplexStep(values, arrays) if analytic else None
        with np.errstate(all="ignore"):
            self.base = np.asarray(values(arrays), np.float64)

    def along(self, direction: Direction) -> list[Reference]:
        """The derivative of each value in that direction."""
        size = direction.size(self._arrays)
        with np.errstate(all="ignore"):
            estimate = differentiate(self._line(direction), self.base, self.eps, size)
            steps = self._complex.slopes(direction) if self._complex else None
        found = []
        for i, value in enumerate(self.base):
            one = Estimate(*(part[i] for part in astuple(estimate)))
            step = None if steps is None else (float(steps[0][i]), float(steps[1][i]))
            found.append(_reference(one, step, float(value), max(size, TYPICAL), self.eps))
        return found

    def _line(self, direction: Direction) -> Line:
        def at(step: float) -> tuple[float, Array]:
            moved = direction.moved(self._arrays, step)
            covered = direction.covered(self._arrays, moved, step)
            try:
                return covered, np.asarray(self._values(moved), np.float64)
            except (ArithmeticError, ValueError, ClearpropError):
                return covered, np.full(self.base.shape, np.nan)  # outside of the domain

        return at


def _reference(
    one: Estimate, step: tuple[float, float] | None, at: float, size: float, eps: float
) -> Reference:
    """What differences and the complex step say together about one number."""
    kind, value, doubt, method = _by_differences(one, at)
    witness = None
    if step is not None and kind == "smooth" and method == "differences":
        slope, rounding = step
        if not abs(slope - value) <= 5 * doubt + 1e-7 * abs(slope):
            pass  # something in the function is not analytic
        elif doubt <= 1e-3 * abs(slope) or slope == value:
            value, doubt, method = slope, rounding + 8 * eps * abs(slope), "complex step"
        else:
            witness = slope
    sides = float(one.left), float(one.right)
    return Reference(value, doubt, method, kind, *sides, witness, at, abs(at) / size)


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
