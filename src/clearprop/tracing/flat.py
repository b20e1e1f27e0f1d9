"""``x.flat``: the elements of a traced array by their position in C order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, final

import numpy as np


@final
class Flat:
    """As ``numpy.flatiter``: iteration, reading and writing by position.

    Args:
        base: The traced array.
    """

    __slots__ = ("_elements", "base")

    def __init__(self, base: Any) -> None:
        self.base = base
        self._elements: Iterator[Any] | None = None

    def __len__(self) -> int:
        return int(self.base.size)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __next__(self) -> Any:
        if self._elements is None:
            self._elements = iter(self)
        return next(self._elements)

    def copy(self) -> Any:
        """All elements along one axis, as a new array."""
        return self.base.flatten()

    def __getitem__(self, index: Any) -> Any:
        found = self.base.owner.namespace["ravel"](self.base)[index]
        return found.copy() if found.shape else found.snapshot()

    def __setitem__(self, index: Any, values: Any) -> None:
        """Write values from the first again when they run out."""
        positions = np.arange(len(self))[index]
        self.base.owner.namespace["put"](self.base, positions, values)
