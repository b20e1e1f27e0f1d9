"""Many updates as one call of machine code: a scan over mini-batches.

It computes what single updates compute, within rounding, and the same bits every time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, final

import numpy as np
import optree
from numpy.typing import NDArray

from clearprop.api.compiled import compile
from clearprop.api.control import scan
from clearprop.api.derivatives import value_and_grad
from clearprop.train.optimizers import Optimizer, State
from clearprop.train.steps import Flat, Tree

Array = NDArray[Any]

MOST_BATCHES: Final = 64
"""Batches per call, so that progress is shown and Ctrl-C answered in between."""

WORTH: Final = 1000
"""From this number of updates on, compiling pays."""


def run_length(batches: int) -> int:
    """How many batches a call takes: at most :data:`MOST_BATCHES`, and few are left over.

    >>> run_length(45), run_length(100), run_length(1), run_length(0)
    (45, 50, 1, 0)
    """
    calls = -(-batches // MOST_BATCHES)
    return batches // calls if calls else 0


@final
class Runs:
    """Updates by machine code, a run of batches at a time.

    Args:
        loss: ``loss(params, X, Y)`` → a number.
        optimizer: An elementwise one.
        flat: The parameters.
    """

    def __init__(
        self, loss: Callable[[Any, Any, Any], Any], optimizer: Optimizer, flat: Flat
    ) -> None:
        self._optimizer = optimizer
        self._flat = flat

        def update(carry: Any, batch: Any) -> Any:
            leaves, states = carry
            value, slopes = value_and_grad(lambda leaves: loss(flat.like(leaves), *batch))(leaves)
            moved, following = [], []
            for leaf, slope, state in zip(leaves, slopes, states, strict=True):
                change, next_state = optimizer.step(slope, state)
                moved.append(leaf + change)
                following.append(next_state)
            return (moved, following), value

        def run(leaves: Any, states: Any, X: Any, Y: Any) -> Any:
            return scan(update, (leaves, states), (X, Y))

        self._run = compile(run, flush_denormals=True)

    def __call__(self, state: State, X: Tree, Y: Tree) -> tuple[Array, Array, State]:
        """The updates of some batches in a row; nothing is changed in place.

        Args:
            state: The optimizer's.
            X: The features, each array of shape (batches, examples, …).
            Y: The targets, the same.

        Returns:
            The loss before each update, the parameters after the last as one flat array, and the
            optimizer's state.
        """
        parts = [self._part(state, i) for i in range(len(self._flat.views))]
        (leaves, states), losses = self._run(self._flat.views, parts, X, Y)
        vector = np.concatenate([np.ravel(leaf) for leaf in leaves])
        return losses, vector, self._whole(state, states)

    def _part(self, state: State, place: int) -> State:
        """The optimizer's state of one parameter array."""
        view = self._flat.views[place]
        start = sum(other.size for other in self._flat.views[:place])
        return tuple(
            entry[start : start + view.size].reshape(view.shape) if np.ndim(entry) else entry
            for entry in state
        )

    def _whole(self, state: State, parts: Sequence[State]) -> State:
        """The state of all parameters, of the states of each."""
        return tuple(
            np.concatenate([np.ravel(part[i]) for part in parts]) if np.ndim(entry) else parts[0][i]
            for i, entry in enumerate(state)
        )


def stacked(data: Tree, first: int, batches: int, size: int) -> Tree:
    """Examples from the first batch on, as arrays of shape (batches, size, …)."""

    def rows(array: Array) -> Array:
        part = array[first * size : (first + batches) * size]
        return part.reshape(batches, size, *array.shape[1:])

    return optree.tree_map(rows, data)
