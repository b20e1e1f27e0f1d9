"""The outputs of a function, as a list of float leaves, and the directions to look at them in."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final, final

import numpy as np
import optree
from numpy.typing import NDArray

from clearprop.api.check.directions import Element, Spread
from clearprop.api.check.point import Point, written
from clearprop.api.check.targets import Probe, Target, plain_array, precision
from clearprop.errors import ArgumentError, DtypeError

Array = NDArray[Any]

MOST_OUTPUTS: Final = 12
"""Up to so many output elements are looked at one by one; of more, a combination and a sample."""
SAMPLED: Final = 4
"""How many single elements stand beside the combinations."""


@final
class Outputs:
    """Where the floats stand in what a function returns.

    Args:
        value: What the function returned.
        function: The user's function.

    Attributes:
        names: How to write each float leaf: ``result['y']``; empty if there is one, a number.
        arrays: The leaves' values.
        passed: The names of the integers, booleans, texts and such, which have no derivative.
    """

    def __init__(self, value: Any, function: Callable[..., Any]) -> None:
        paths, leaves, _ = optree.tree_flatten_with_path(value)
        if not leaves:
            raise ArgumentError(f"check_grads wants a function that returns numbers, not {value!r}")
        arrays = [_floats(leaf) for leaf in leaves]
        self.places = [i for i, array in enumerate(arrays) if array is not None]
        self.arrays = [array for array in arrays if array is not None]
        if not self.places:
            kinds = ", ".join(sorted({type(leaf).__name__ for leaf in leaves}))
            raise DtypeError(
                f"check_grads wants a function that returns floats; this one returns {kinds}",
                why="Numerical gradients are taken of real numbers.",
                remedy="Return a float; of a complex result np.real(z), np.imag(z) or np.abs(z).",
            )
        names = ["result" + "".join(f"[{part!r}]" for part in path) for path in paths]
        self.names = [names[i] for i in self.places]
        self.passed = [names[i] for i in range(len(names)) if i not in self.places]
        if self.shapes == [()]:
            self.names = [""]
        self._function = function

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of the leaves."""
        return [array.shape for array in self.arrays]

    def target(self, point: Point, draw: np.random.Generator) -> Target:
        """The function from the point's leaves to its float outputs, and what to look at."""

        @functools.wraps(self._function)  # so that messages have the user's names
        def call(*hollow: Any) -> list[Any]:
            leaves = optree.tree_leaves(self._function(*point.filled(hollow)))
            return [leaves[i] for i in self.places]

        return Target(call, self.shapes, self.probes(draw), precision(self.arrays))

    def probes(self, generator: np.random.Generator) -> list[Probe]:
        """What to look at: each element, or of many a combination per leaf and a sample."""
        count = sum(array.size for array in self.arrays)
        if count <= MOST_OUTPUTS:
            return [
                self._single(leaf, index)
                for leaf, array in enumerate(self.arrays)
                for index in np.ndindex(array.shape)
            ]
        filled = [leaf for leaf, array in enumerate(self.arrays) if array.size]
        if len(filled) > MOST_OUTPUTS:
            return [self.combination(filled, generator)]
        combined = [self.combination([leaf], generator) for leaf in filled]
        return combined + [self._sample(leaf, generator) for leaf in filled[:SAMPLED]]

    def combination(self, leaves: Sequence[int], generator: np.random.Generator) -> Probe:
        """A random combination of all finite elements of some leaves."""
        weights: list[Array | None] = [None] * len(self.arrays)
        for leaf in leaves:
            array = self.arrays[leaf]
            drawn = generator.uniform(0.5, 1.5, array.shape)
            weights[leaf] = np.where(np.isfinite(array), drawn, 0.0)
        name = self.names[leaves[0]] if len(leaves) == 1 else "result"
        return Probe(Spread(tuple(weights)), f"a combination of {name}")

    def _single(self, leaf: int, index: tuple[int, ...]) -> Probe:
        return Probe(Element(leaf, index), self.names[leaf] + written(index))

    def _sample(self, leaf: int, generator: np.random.Generator) -> Probe:
        shape = self.shapes[leaf]
        drawn = np.unravel_index(generator.integers(int(np.prod(shape))), shape)
        return self._single(leaf, tuple(int(i) for i in drawn))


def _floats(leaf: Any) -> Array | None:
    """A leaf as an array of floats; None if it is something else."""
    try:
        array = plain_array(leaf, "a value of the function")
    except DtypeError:
        return None
    return array if array.dtype.kind == "f" else None
