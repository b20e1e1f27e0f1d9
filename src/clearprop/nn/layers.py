"""What networks are wired of: inputs, dense layers, sums and joins.

Calling a layer on signals gives a signal, so any wiring without a cycle can be written down: skips,
branches, several inputs and outputs. Calling the same layer twice shares its weights. Signals are
immutable and only point backwards; a cycle cannot be expressed.

>>> x = Input(8)
>>> trunk = Dense(8, "tanh")
>>> twice = add(x, trunk(trunk(x)))     # shared weights, and a skip over both
>>> Dense(3, "softmax")(twice, x).size  # several incoming signals are joined
3
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any, Literal, final, get_args

import numpy

import clearprop.numpy as np
from clearprop.errors import ArgumentError, ShapeError
from clearprop.nn.activations import named
from clearprop.nn.initializers import DEFAULTS, Initializer, glorot_uniform
from clearprop.tracing import user_line

Bias = Literal["unit", "shared"]


class Signal:
    """A vector per example on its way through a network; abstract.

    Attributes:
        size: Its length.
        sources: The signals that it is made of.
    """

    __slots__ = ("size", "sources")

    size: int
    sources: tuple[Signal, ...]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.size}>"


@final
class Input(Signal):
    """What goes in: one row of ``size`` numbers per example.

    Args:
        size: How many numbers.
        name: For messages and pictures; by default ``input``.
    """

    __slots__ = ("name",)

    def __init__(self, size: int, name: str = "") -> None:
        self.size = _count(size, "an Input's size")
        self.sources = ()
        self.name = _layer_name(name)


@final
class Activity(Signal):
    """The activations of a dense layer, made by calling it.

    Args:
        layer: The layer.
        sources: Its incoming signals.
    """

    __slots__ = ("layer",)

    def __init__(self, layer: Dense, sources: tuple[Signal, ...]) -> None:
        self.layer = layer
        self.size = layer.units
        self.sources = sources

    @property
    def inputs(self) -> int:
        """How many numbers come in."""
        return sum(source.size for source in self.sources)


@final
class Sum(Signal):
    """Signals added up, element by element; see :func:`add`."""

    __slots__ = ()

    def __init__(self, sources: tuple[Signal, ...]) -> None:
        self.size = sources[0].size
        self.sources = sources


@final
class Joined(Signal):
    """Signals one after the other; see :func:`concatenate`."""

    __slots__ = ()

    def __init__(self, sources: tuple[Signal, ...]) -> None:
        self.size = sum(source.size for source in sources)
        self.sources = sources


@final
class Dense:
    """A layer of units, each connected to all that comes in: z = W x + b, a = g(z).

    Args:
        units: How many.
        activation: ``"sigmoid"``, ``"tanh"``, ``"relu"``, ``"identity"`` or ``"softmax"``.
        name: Its name in the parameters; by default the network gives one.
        bias: ``"unit"`` for one per unit, ``"shared"`` for one number in the whole layer, None
            for none.
        initializer: Of the weights; by default He's for relu and Glorot's for the others.

    Raises:
        ArgumentError: An argument is of the wrong kind; the message names the remedy.

    >>> Dense(3, "relu")(Input(5))
    <Activity of 3>
    """

    __slots__ = ("activation", "bias", "initializer", "name", "units")

    def __init__(
        self,
        units: int,
        activation: str = "identity",
        name: str = "",
        bias: Bias | None = "unit",
        initializer: Initializer | None = None,
    ) -> None:
        self.units = _count(units, "the number of units")
        self.activation = named(activation).name
        self.name = _layer_name(name)
        if bias is not None and bias not in get_args(Bias):
            raise ArgumentError(
                f"bias={bias!r} is not known",
                where=user_line(),
                remedy='Use "unit" (one per unit), "shared" (one per layer) or None.',
            )
        self.bias = bias
        self.initializer = initializer or DEFAULTS.get(activation, glorot_uniform)

    def __repr__(self) -> str:
        return f"<Dense of {self.units}, {self.activation}>"

    def __call__(self, *signals: Signal | Iterable[Signal]) -> Activity:
        """The layer's activations for incoming signals; several are joined.

        Args:
            signals: Signals, or one list of them.
        """
        return Activity(self, _signals(signals, "a Dense layer"))

    def parameters(self, inputs: int, generator: Any) -> dict[str, Any]:
        """First parameters: ``weight`` (units, inputs) and ``bias`` (units,) or (), float64."""
        found: dict[str, Any] = {"weight": self.initializer(generator, (self.units, inputs))}
        shapes = self.shapes(inputs)
        if "bias" in shapes:
            found["bias"] = numpy.zeros(shapes["bias"])
        return found

    def shapes(self, inputs: int) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter."""
        found: dict[str, tuple[int, ...]] = {"weight": (self.units, inputs)}
        if self.bias is not None:
            found["bias"] = (self.units,) if self.bias == "unit" else ()
        return found

    def weigh(self, parameters: Any, incoming: Sequence[Any]) -> Any:
        """The weighted inputs z, shape (m, units), of values of shapes (m, …)."""
        x = incoming[0] if len(incoming) == 1 else np.concatenate(incoming, axis=1)
        z = np.matmul(x, np.transpose(parameters["weight"]))
        return z if self.bias is None else z + parameters["bias"]


def add(*signals: Signal | Iterable[Signal]) -> Signal:
    """The sum of signals of one size, element by element: what skips end in.

    Args:
        signals: Signals, or one list of them.

    Returns:
        A signal of their size.

    Raises:
        ShapeError: If their sizes differ.

    >>> add(Input(3), Input(3))
    <Sum of 3>
    """
    found = _signals(signals, "add")
    if len({signal.size for signal in found}) > 1:
        raise ShapeError(
            f"add of signals of sizes {', '.join(str(signal.size) for signal in found)}",
            where=user_line(),
            why="Only signals of one size can be added.",
            remedy="Bring them to one size with a Dense layer, or use nn.concatenate.",
        )
    return Sum(found)


def concatenate(*signals: Signal | Iterable[Signal]) -> Signal:
    """Signals one after the other, as one.

    Args:
        signals: Signals, or one list of them.

    Returns:
        A signal of the sum of their sizes.

    >>> concatenate(Input(3), Input(2))
    <Joined of 5>
    """
    return Joined(_signals(signals, "concatenate"))


def _signals(given: Sequence[Any], who: str) -> tuple[Signal, ...]:
    if len(given) == 1 and isinstance(given[0], (list, tuple)):
        given = given[0]
    for signal in given:
        if not isinstance(signal, Signal):
            made = " Call it first." if isinstance(signal, Dense) else ""
            raise ArgumentError(
                f"{who} takes signals, not {type(signal).__name__}",
                where=user_line(),
                remedy=f"A signal is an nn.Input, or what calling a layer returns.{made}",
            )
    if not given:
        raise ArgumentError(f"{who} was given no signal", where=user_line())
    return tuple(given)


def _count(number: Any, what: str) -> int:
    try:
        count = operator.index(number)
    except TypeError:
        count = 0
    if count < 1 or isinstance(number, bool):
        raise ArgumentError(
            f"{what} is {number!r}; it must be a whole number of at least 1", where=user_line()
        )
    return count


def _layer_name(name: Any) -> str:
    """Names become parts of scopes and of file entries, where these marks have a meaning."""
    if not isinstance(name, str) or set(name) & set("/#."):
        raise ArgumentError(
            f"the name {name!r} cannot be used",
            where=user_line(),
            why='A name is a string without "/", "#" and ".".',
        )
    return name
