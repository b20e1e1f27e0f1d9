"""A gradient from elsewhere: written by hand, by PyTorch, JAX or anyone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from clearprop.api.check.directions import Direction
from clearprop.api.check.point import Point
from clearprop.api.check.targets import Target, plain_array, precision
from clearprop.errors import ArgumentError, DtypeError

Array = NDArray[Any]


@final
class Given:
    """The derivative that a function of the user's returns.

    Args:
        function: Called with the arguments; returns an array per checked argument, or a container
            of the argument's structure. For a function that returns an array of shape s, the arrays
            are Jacobians: of shape s + t by an argument of shape t.
        target: What it is the derivative of; with one output leaf.
        point: The arguments.

    Raises:
        ArgumentError: If structure or shape are not those of the arguments.
        DtypeError: If something in it is not an array of real numbers.
    """

    def __init__(self, function: Callable[..., Any], target: Target, point: Point) -> None:
        if len(target.shapes) != 1:
            raise DtypeError(
                "a given gradient belongs to a function that returns one number or one array; "
                f"this one returns {len(target.shapes)}",
                remedy="Check one output at a time: cp.check_grads(lambda x: f(x)[0], x, grad=…).",
            )
        self._target = target
        outputs = target.shapes[0]
        found = _by_argument(function(*point.filled(point.hollow(point.arrays()))), point)
        leaves = [leaf for one in found for leaf in one]
        self._slopes = [
            _jacobian(leaf, place.name, outputs, place.array.shape)
            for leaf, place in zip(leaves, point.leaves, strict=True)
        ]
        self.eps = precision(self._slopes)

    def along(self, direction: Direction) -> list[float]:
        """The derivative of each number of the target in that direction."""
        found = []
        for probe in self._target.probes:
            (weights,) = probe.direction.parts(self._target.shapes)
            found.append(float(direction.dot([_weighed(weights, s) for s in self._slopes])))
        return found


def _weighed(weights: Array, slopes: Array) -> Array:
    """The combination of a Jacobian's rows; those that weigh nothing may be NaN."""
    heavy = weights != 0
    combined: Array = np.tensordot(weights[heavy], slopes[heavy], 1)
    return combined


def _by_argument(found: Any, point: Point) -> list[list[Any]]:
    """The leaves that belong to each argument that is checked."""
    positions = point.positions
    if len(positions) == 1:
        in_tuple = type(found) is tuple and len(found) == 1
        if in_tuple and not isinstance(point.args[positions[0]], tuple):
            (found,) = found
        return [_leaves(found, point, positions[0])]
    if not isinstance(found, (tuple, list)) or len(found) != len(positions):
        count = f"{len(found)}" if isinstance(found, (tuple, list)) else type(found).__name__
        raise ArgumentError(
            f"the given gradient must return {len(positions)} arrays, one per checked argument; "
            f"it returned {count}",
            remedy="Return a tuple, or say by argnums which arguments it differentiates by.",
        )
    return [_leaves(one, point, p) for one, p in zip(found, positions, strict=True)]


def _leaves(found: Any, point: Point, position: int) -> list[Any]:
    """One argument's gradients, the leaves that stay left out."""
    structure, moving = point.structure(position)
    try:
        leaves = structure.flatten_up_to(found)
    except (TypeError, ValueError) as error:
        name = next(leaf.name for leaf in point.leaves if leaf.position == position)
        raise ArgumentError(
            f"the gradient by {name.partition('[')[0]} does not have the structure of the argument",
            why=str(error),
            remedy="Return an array for each array of the argument, in the same containers.",
        ) from None
    return [leaf for leaf, moves in zip(leaves, moving, strict=True) if moves]


def _jacobian(
    found: Any, name: str, outputs: Sequence[int], inputs: Sequence[int]
) -> NDArray[np.floating[Any]]:
    """One derivative as an array of the right shape."""
    if found is None or callable(found):
        raise ArgumentError(
            f"the gradient by {name} is {found!r}, not real numbers",
            remedy="See that it returns an array, and that the return is there.",
        )
    array = plain_array(found, f"the gradient by {name}")
    if array.dtype.kind not in "iuf":
        raise ArgumentError(
            f"the gradient by {name} is {found!r} of dtype {array.dtype}, not real numbers"
        )
    shape = (*outputs, *inputs)
    if array.shape != shape:
        what = f"the argument has {tuple(inputs)}"
        if outputs:
            what += f" and the function returns {tuple(outputs)}, so it should have {shape}"
        turned = "It has the shape of the transpose. " if array.T.shape == shape else ""
        raise ArgumentError(
            f"the gradient by {name} has shape {array.shape}; {what}", remedy=turned
        )
    return array if array.dtype.kind == "f" else array.astype(np.float64)
