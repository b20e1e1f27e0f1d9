"""What is differentiated, and the derivatives of it that are under test.

An order above one is a check of order one: of the function that gives the derivative of the order
below, along a direction, in a mode. ``forward-over-reverse`` is the derivative in forward mode of
the gradient that reverse mode gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, final

import numpy as np
import optree
from numpy.typing import NDArray

from clearprop.api.check.directions import Direction, Element
from clearprop.api.check.element import Place
from clearprop.api.check.point import Point
from clearprop.api.derivatives import jvp, vjp
from clearprop.errors import DtypeError

Array = NDArray[Any]


@final
@dataclass(frozen=True, slots=True)
class Probe:
    """One number that is made of the outputs, and that is differentiated.

    Attributes:
        direction: Which output element, or which combination of them.
        output: How to write it: ``result['y'][2]``; empty for the only number there is.
        inner: By what it has been differentiated already, for orders above one.
    """

    direction: Direction
    output: str = ""
    inner: tuple[Place, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Target:
    """A function of the point's leaves, and which numbers of its outputs are looked at.

    Attributes:
        call: From the hollow arguments of a :class:`Point` to a list of output leaves.
        shapes: The shapes of the output leaves.
        probes: The numbers that are made of them.
        eps: The relative rounding error of the outputs, in the arguments' own precision.
    """

    call: Callable[..., list[Any]]
    shapes: list[tuple[int, ...]]
    probes: list[Probe]
    eps: float

    def values(self, point: Point, arrays: Sequence[Array]) -> Array:
        """The numbers at plain arrays, which may be complex."""
        leaves = self.call(*point.hollow(arrays))
        plain = [plain_array(leaf, "a value of the function") for leaf in leaves]
        return np.array([probe.direction.dot(plain) for probe in self.probes])

    def precision(self, point: Point, arrays: Sequence[Array]) -> float:
        """The relative rounding error of the outputs at arrays of some precision."""
        return precision([plain_array(leaf, "") for leaf in self.call(*point.hollow(arrays))])


class Slopes(Protocol):
    """A derivative under test.

    Attributes:
        eps: The relative rounding error of its numbers.
    """

    eps: float

    def along(self, direction: Direction) -> list[float]:
        """The derivative of each number of the target in that direction."""


@final
class Reverse:
    """Our derivative by one reverse pass per number.

    Attributes:
        values: The numbers themselves, as the traced function gives them.
    """

    def __init__(self, target: Target, point: Point) -> None:
        values, pull = vjp(target.call, *point.hollow(point.arrays()))
        seeds = [probe.direction.parts(target.shapes) for probe in target.probes]
        self._gradients = [leaves_of(pull(seed)) for seed in seeds]
        self.values = [float(probe.direction.dot(values)) for probe in target.probes]
        self.eps = precision(self._gradients[0]) if self._gradients else 0.0

    def along(self, direction: Direction) -> list[float]:
        """The derivative of each number of the target in that direction."""
        return [float(direction.dot(gradient)) for gradient in self._gradients]


@final
class Forward:
    """Our derivative by one forward pass per direction."""

    def __init__(self, target: Target, point: Point) -> None:
        self._target = target
        self._point = point
        self.eps = precision(point.arrays())

    @cached_property
    def _primals(self) -> tuple[Any, ...]:
        return self._point.hollow(self._point.arrays())

    def along(self, direction: Direction) -> list[float]:
        """The derivative of each number of the target in that direction."""
        tangent = self._point.hollow(direction.parts(self._point.shapes))
        column = jvp(self._target.call, self._primals, tangent)[1]
        return [float(probe.direction.dot(column)) for probe in self._target.probes]


def derived(
    target: Target, point: Point, directions: Sequence[tuple[Place, Direction]], mode: str
) -> Target:
    """The function that gives the target's derivatives along some directions, in a mode.

    Args:
        target: What is differentiated.
        point: Names the arguments.
        directions: Each with its argument and index, for messages.
        mode: ``"forward"`` or ``"reverse"``.
    """

    def backward(*hollow: Any) -> list[Any]:
        _, pull = vjp(target.call, *hollow)
        seeds = [probe.direction.parts(target.shapes) for probe in target.probes]
        gradients = [leaves_of(pull(seed)) for seed in seeds]
        return [direction.dot(slopes) for slopes in gradients for _, direction in directions]

    def onward(*hollow: Any) -> list[Any]:
        tangents = [point.spread(direction.parts(point.shapes)) for _, direction in directions]
        columns = [jvp(target.call, hollow, tangent)[1] for tangent in tangents]
        return [probe.direction.dot(column) for probe in target.probes for column in columns]

    labels = [(p.output, (*p.inner, place)) for p in target.probes for place, _ in directions]
    probes = [Probe(Element(i, ()), *label) for i, label in enumerate(labels)]
    call = backward if mode == "reverse" else onward
    return Target(call, [()] * len(probes), probes, target.eps)


def leaves_of(value: Any) -> list[Any]:
    """The leaves of a nested container."""
    return optree.tree_leaves(value)


def precision(leaves: Sequence[Any]) -> float:
    """The relative rounding error of the coarsest of these numbers.

    >>> precision([1.0, np.float32(2)])
    1.1920928955078125e-07
    """
    dtypes = [np.asarray(leaf).dtype for leaf in leaves]
    return max((float(np.finfo(d).eps) for d in dtypes if d.kind == "f"), default=0.0)


def plain_array(value: Any, what: str) -> Array:
    """A number or array of NumPy, PyTorch, JAX or anyone else as a NumPy array.

    Raises:
        DtypeError: If there are no numbers in it.

    >>> plain_array([1, 2.5], "it")
    array([1. , 2.5])
    """
    for step in ("detach", "cpu"):  # a PyTorch tensor that requires a gradient, or lives elsewhere
        if callable(method := getattr(value, step, None)):
            value = method()
    try:
        array = np.asarray(value)
        if array.dtype.kind in "OV":  # bfloat16, which NumPy does not know
            array = array.astype(np.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DtypeError(
            f"{what} is a {type(value).__name__}, which is not an array of numbers", why=str(error)
        ) from None
    return array
