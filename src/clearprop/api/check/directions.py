"""Directions in which a function moves, among its arguments or among its outputs.

An element-wise check moves one element at a time. A random direction moves all of them at once: by
the dot-product test (Griewank and Walther, *Evaluating Derivatives*, 2nd ed., 2008, section 3.1)
uᵀ(J v) tells about every entry of a Jacobian J that is too large to be looked at entry by entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Shapes = Sequence[tuple[int, ...]]

TYPICAL = 0.25
"""What counts as the size of a number that is smaller, 0 included."""


@final
@dataclass(frozen=True, slots=True)
class Element:
    """The direction of one element of one leaf.

    Attributes:
        leaf: The number of the leaf.
        index: The element's index in it; ``()`` for a scalar.
    """

    leaf: int
    index: tuple[int, ...]

    def parts(self, shapes: Shapes) -> list[Array]:
        """The direction as arrays of these shapes: a one among zeros."""
        made = [np.zeros(shape) for shape in shapes]
        made[self.leaf][self.index] = 1.0
        return made

    def dot(self, leaves: Sequence[Any]) -> Any:
        """The component of ``leaves`` in this direction; they may be traced.

        >>> Element(1, (2,)).dot([0.0, np.arange(3.0)])
        np.float64(2.0)
        """
        leaf = leaves[self.leaf]
        return leaf[self.index] if self.index else leaf

    def moved(self, leaves: Sequence[Array], step: complex) -> list[Array]:
        """Copies of the leaves, moved by ``step`` in this direction."""
        copies = [leaf.copy() for leaf in leaves]
        copies[self.leaf][self.index] += step
        return copies

    def covered(self, before: Sequence[Array], after: Sequence[Array], step: float) -> float:
        """What is left of a step after the rounding of the number that moved."""
        return float(after[self.leaf][self.index] - before[self.leaf][self.index])

    def size(self, leaves: Sequence[Array]) -> float:
        """How large the number is that moves."""
        return float(abs(leaves[self.leaf][self.index]))


@final
@dataclass(frozen=True, slots=True)
class Spread:
    """A direction of many elements at once.

    Attributes:
        weights: An array per leaf; None for a leaf that stays where it is.
    """

    weights: tuple[Array | None, ...]

    def parts(self, shapes: Shapes) -> list[Array]:
        """The direction as arrays of these shapes."""
        pairs = zip(self.weights, shapes, strict=True)
        return [np.zeros(shape) if part is None else part for part, shape in pairs]

    def dot(self, leaves: Sequence[Any]) -> Any:
        """The component of ``leaves`` in this direction; they may be traced.

        >>> Spread((np.array([2.0, 0.5]), None)).dot([np.ones(2), 7.0])
        np.float64(2.5)
        """
        pairs = zip(leaves, self.weights, strict=True)
        terms = [_weighed(leaf, part) for leaf, part in pairs if part is not None and part.size]
        return sum(terms[1:], terms[0]) if terms else 0.0

    def moved(self, leaves: Sequence[Array], step: complex) -> list[Array]:
        """Copies of the leaves, moved by ``step`` in this direction."""
        pairs = zip(leaves, self.weights, strict=True)
        return [leaf.copy() if part is None else leaf + step * part for leaf, part in pairs]

    def covered(self, before: Sequence[Array], after: Sequence[Array], step: float) -> float:
        """The step itself, as the rounding of many numbers evens out."""
        return step

    def size(self, leaves: Sequence[Array]) -> float:
        """How large the numbers are that move: 1, as the weights have their sizes already."""
        return 1.0

    def within(self, start: int, stop: int) -> Spread:
        """The part of the direction in the elements from ``start`` to ``stop``, counted through."""
        kept: list[Array | None] = []
        first = 0
        for part in self.weights:
            if part is None:
                kept.append(None)
                continue
            flat = np.zeros(part.size)
            here = slice(max(start - first, 0), max(stop - first, 0))
            flat[here] = part.ravel()[here]
            kept.append(flat.reshape(part.shape))
            first += part.size
        return Spread(tuple(kept))


def _weighed(leaf: Any, weights: Array) -> Any:
    """The sum of the products; what weighs nothing may be NaN."""
    if weights.all():
        return np.sum(leaf * weights)
    return np.sum(np.where(weights != 0, leaf, 0.0) * weights)


Direction = Element | Spread


def at_random(leaves: Sequence[Array], generator: np.random.Generator) -> Spread:
    """A random direction in which each element moves by its leaf's own size; of length one.

    Args:
        leaves: The arrays; their sizes are taken from them.
        generator: Draws the direction.
    """
    count = max(sum(leaf.size for leaf in leaves), 1)
    weights = []
    for leaf in leaves:
        typical = max(float(np.sqrt(np.mean(np.square(leaf)))), TYPICAL) if leaf.size else 1.0
        weights.append(generator.standard_normal(leaf.shape) * typical / np.sqrt(count))
    return Spread(tuple(weights))


def element_at(number: int, shapes: Shapes) -> Element:
    """The element with that number, counted through all leaves.

    >>> element_at(4, [(2,), (2, 2)])
    Element(leaf=1, index=(1, 0))
    """
    for leaf, shape in enumerate(shapes):
        size = int(np.prod(shape))
        if number < size:
            return Element(leaf, tuple(int(i) for i in np.unravel_index(number, shape)))
        number -= size
    raise IndexError(number)
