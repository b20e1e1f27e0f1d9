"""Sample operands: where the conformance suite tries a primitive.

A file of the catalogue says *what kind* of operand it takes; the suite draws the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, final

import numpy as np

from clearprop.graph import Shape


@final
@dataclass(frozen=True, slots=True)
class Draw:
    """A random operand.

    Attributes:
        kind: ``"real"`` (differentiable), ``"integer"`` or ``"boolean"``.
        shape: Its shape.
        low: Smallest value; the interval is open for reals.
        high: Largest value.
        distinct: Whether all elements differ clearly, so that maxima have no ties.
    """

    kind: Literal["real", "integer", "boolean"]
    shape: Shape = ()
    low: float = -2.0
    high: float = 2.0
    distinct: bool = False

    def draw(self, generator: np.random.Generator, dtype: str = "float64") -> Any:
        """An array of that kind; reals have the given dtype."""
        if self.kind == "boolean":
            return generator.random(self.shape) < 0.5
        if self.kind == "integer":
            return generator.integers(int(self.low), int(self.high) + 1, self.shape)
        if self.distinct:
            count = int(np.prod(self.shape))
            spread = self.low + (self.high - self.low) * (np.arange(count) + 0.5) / max(count, 1)
            return generator.permutation(spread).reshape(self.shape).astype(dtype)
        margin = 0.05 * (self.high - self.low)
        drawn = generator.uniform(self.low + margin, self.high - margin, self.shape)
        return np.asarray(drawn, dtype)


@final
@dataclass(frozen=True, slots=True)
class Sample:
    """Operands and static parameters for one call of a primitive."""

    operands: tuple[Draw, ...]
    params: dict[str, Any] = field(default_factory=dict)


def sample(*operands: Draw, **params: Any) -> Sample:
    """A sample call: operands as draws, static parameters by name."""
    return Sample(operands, params)


def reals(*shape: int, low: float = -2.0, high: float = 2.0, distinct: bool = False) -> Draw:
    """A differentiable operand of that shape."""
    return Draw("real", shape, low, high, distinct)


def integers(*shape: int, low: int = 0, high: int = 3) -> Draw:
    """An integer operand with values from ``low`` to ``high``, both included."""
    return Draw("integer", shape, low, high)


def booleans(*shape: int) -> Draw:
    """A boolean operand."""
    return Draw("boolean", shape)


REAL: Final = reals()
POSITIVE: Final = reals(low=0.1, high=4.0)
NONZERO: Final = reals(low=0.3, high=3.0)
BELOW_ONE: Final = reals(low=-0.9, high=0.9)
ABOVE_ONE: Final = reals(low=1.1, high=4.0)
ABOVE_MINUS_ONE: Final = reals(low=-0.9, high=3.0)
BETWEEN_INTEGERS: Final = reals(low=0.0, high=1.0)
MASK: Final = booleans()


@final
@dataclass(frozen=True, slots=True)
class Awkward:
    """A point at which the derivative is a decision, and the decision.

    Attributes:
        operands: The point.
        partials: The partial by each operand there; None where there is no path.
        reason: Why it was decided so.
    """

    operands: tuple[float | bool, ...]
    partials: tuple[float | None, ...]
    reason: str
