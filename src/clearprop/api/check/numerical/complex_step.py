"""The complex step: the derivative of an analytic function from one complex value.

f(x + ih) = f(x) + ih f′(x) + O(h²), so Im f(x + ih) / h is f′(x) to the last digit for a tiny h, as
nothing is subtracted (Squire and Trapp, *Using complex variables to estimate derivatives of real
functions*, SIAM Review 40, 1998). It holds only if every step of f is analytic and NumPy takes
complex numbers there, so the value is a proposal, to be confirmed by differences.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from clearprop.api.check.directions import TYPICAL, Direction

Vector = NDArray[np.float64]

STEP: Final = 1e-100
"""Its square is 0 in floating point; its products with derivatives are not."""


@final
class ComplexStep:
    """A function's derivatives by complex steps, as long as it takes complex numbers.

    Args:
        values: The function from arrays to a vector.
        arrays: The point.

    Attributes:
        works: False from the first time that the function refuses or drops an imaginary part.

    >>> step = ComplexStep(lambda arrays: np.sin(arrays[0]), [np.zeros(1)])
    >>> from clearprop.api.check.directions import Element
    >>> slopes, doubt = step.slopes(Element(0, (0,)))
    >>> slopes
    array([1.])
    """

    def __init__(
        self,
        values: Callable[[Sequence[NDArray[Any]]], NDArray[Any]],
        arrays: Sequence[NDArray[Any]],
    ) -> None:
        self._values = values
        self._arrays = [array.astype(np.complex128) for array in arrays]
        self.works = True

    def slopes(self, direction: Direction) -> tuple[Vector, Vector] | None:
        """The derivative of each value, and how far rounding has it off.

        The same is computed a few units of the last place away, where only the rounding differs.

        Returns:
            None if the function does not take complex numbers.
        """
        nudge = 4 * np.finfo(float).eps * (direction.size(self._arrays) or TYPICAL)
        here, beside = self._slopes(direction, 0.0), self._slopes(direction, nudge)
        if here is None or beside is None:
            return None
        return here, np.abs(here - beside)

    def steady(self, direction: Direction, slopes: Vector) -> NDArray[np.bool_]:
        """Whether the derivatives are numbers other than the rounding of a zero.

        Rounding is another one a millionth away; a derivative hardly changes.
        """
        step = 1e-6 * (direction.size(self._arrays) or TYPICAL)
        steady = np.asarray(slopes != 0)
        for away in (-step, step, 3 * step):
            beside = self._slopes(direction, away)
            near = np.inf if beside is None else np.abs(beside - slopes)
            steady = steady & (near <= 0.01 * np.abs(slopes))
        return steady

    def _slopes(self, direction: Direction, away: float) -> Vector | None:
        if not self.works:
            return None
        moved = direction.moved(self._arrays, away + STEP * 1j)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            try:
                return np.imag(self._values(moved)) / STEP
            except Exception:  # whatever a function made for real numbers does with others
                self.works = False
                return None
