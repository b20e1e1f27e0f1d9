"""Sample operands: where the conformance suite tries a primitive.

A file of the catalogue says *what kind* of operand it takes; the suite draws the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, final

import numpy as np

from clearprop.graph import Shape


@final
@dataclass(frozen=True, slots=True)
class Draw:
    """A random operand.

    Attributes:
        kind: ``"real"`` or ``"complex"`` (differentiable), ``"integer"`` or ``"boolean"``.
        shape: Its shape.
        low: Smallest value; the interval is open for reals.
        high: Largest value.
        distinct: Whether all elements differ clearly, so that maxima have no ties.
        ascending: Whether each row is sorted.
        spectrum: Of matrices, what stands well apart: the ``"singular"`` values, or the eigenvalues
            of a ``"symmetric"`` one; or those are ``"positive"``, too.
    """

    kind: Literal["real", "complex", "integer", "boolean"]
    shape: Shape = ()
    low: float = -2.0
    high: float = 2.0
    distinct: bool = False
    spectrum: Literal["", "singular", "symmetric", "positive"] = ""
    ascending: bool = field(default=False, repr=False)

    def draw(self, generator: np.random.Generator, dtype: str = "float64") -> Any:
        """An array of that kind; reals have the given dtype, complex numbers two parts of it."""
        drawn = self._drawn(generator, dtype)
        return np.sort(drawn) if self.ascending else drawn

    def _drawn(self, generator: np.random.Generator, dtype: str) -> Any:
        if self.kind == "complex":
            parts = Draw("real", (2, *self.shape), self.low, self.high).draw(generator, dtype)
            return np.asarray(parts[0] + 1j * parts[1])
        if self.kind == "boolean":
            return generator.random(self.shape) < 0.5
        if self.kind == "integer":
            return generator.integers(int(self.low), int(self.high) + 1, self.shape)
        if self.spectrum:
            return self._matrices(generator).astype(dtype)
        if self.distinct:
            count = int(np.prod(self.shape))
            spread = self.low + (self.high - self.low) * (np.arange(count) + 0.5) / max(count, 1)
            return generator.permutation(spread).reshape(self.shape).astype(dtype)
        margin = 0.05 * (self.high - self.low)
        drawn = generator.uniform(self.low + margin, self.high - margin, self.shape)
        return np.asarray(drawn, dtype)

    def _matrices(self, generator: np.random.Generator) -> Any:
        """Left vectors · spectrum · right vectors, which are the left ones if it is symmetric."""
        *lead, m, n = self.shape
        values = np.arange(min(m, n)) + 1.0
        if self.spectrum == "symmetric":
            values[::2] *= -1
        left = np.linalg.qr(generator.normal(size=(*lead, m, values.size))).Q
        right = left
        if self.spectrum == "singular":
            right = np.linalg.qr(generator.normal(size=(*lead, n, values.size))).Q
        return np.matmul(left * values, right.mT)


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


def complexes(*shape: int) -> Draw:
    """A complex operand of that shape."""
    return Draw("complex", shape)


def matrices(
    *shape: int, spectrum: Literal["singular", "symmetric", "positive"] = "singular"
) -> Draw:
    """A differentiable operand whose matrices are far from every singular case."""
    return Draw("real", shape, spectrum=spectrum)


def ascending(draw: Draw) -> Draw:
    """The same with sorted rows."""
    return replace(draw, ascending=True)


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
