"""Networks: signals wired from inputs to outputs, a loss, and functions of the parameters.

A :class:`Network` holds no parameters. They are nested dictionaries, made by :meth:`Network.init`
and passed to every call, so that a network is a plain function to differentiate::

    cp.grad(net.loss)(params, X, Y)

The computation carries name scopes by which ``clearprop.explain`` finds its parts: ``NAME.z`` for a
layer's weighted inputs, ``NAME.a`` for its activations (``NAME#2.z`` for its second use),
``cost.examples`` for the losses of the examples and ``cost.total`` for the rest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy

import clearprop.numpy as np
from clearprop.errors import ArgumentError, DtypeError, ShapeError
from clearprop.nn.activations import hint, named
from clearprop.nn.initializers import stream
from clearprop.nn.layers import Activity, Dense, Input, Joined, Signal
from clearprop.nn.losses import loss_for
from clearprop.nn.targets import as_targets
from clearprop.nn.wiring import wire
from clearprop.tracing import Traced, name_scope, user_line

Parameters = Mapping[str, Mapping[str, Any]]
"""``{layer: {"weight": (units, inputs), "bias": (units,) or ()}}``."""


@final
class Network:
    """A function set: the structure is fixed here, the parameters pick one function.

    Args:
        inputs: An :class:`Input`, or a list of them.
        outputs: A signal, or a list of them.
        loss: ``"squared_error"``: Σ ½ (t − a)², or ``"cross_entropy"``; for several outputs a
            list, or one name for all. Their losses are added up.
        regularization: λ in the total's (λ/2m) ΣΘ²; biases are left out.

    Attributes:
        layers: The dense layers by name.
        regularization: λ.

    Raises:
        ArgumentError, ShapeError: The wiring is not sound; the message names the culprit.

    >>> x = Input(2)
    >>> net = Network(x, Dense(1, "sigmoid")(Dense(2, "sigmoid")(x)))
    >>> {name: sorted(entry) for name, entry in net.init().items()}
    {'hidden': ['bias', 'weight'], 'output': ['bias', 'weight']}
    """

    def __init__(
        self,
        inputs: Input | Sequence[Input],
        outputs: Signal | Sequence[Signal],
        *,
        loss: str | Sequence[str] = "squared_error",
        regularization: float = 0.0,
    ) -> None:
        self._inputs = _listed(inputs, Input, "inputs")
        self._outputs = _listed(outputs, Signal, "outputs")
        self._many = not isinstance(inputs, Signal), not isinstance(outputs, Signal)
        self._wiring = wire(self._inputs, self._outputs)
        self.layers: Mapping[str, Dense] = self._wiring.layers
        losses = [loss] * len(self._outputs) if isinstance(loss, str) else list(loss)
        if len(losses) != len(self._outputs):
            raise ArgumentError(
                f"{len(losses)} losses for {len(self._outputs)} outputs", where=user_line()
            )
        self._losses = [loss_for(*pair) for pair in zip(losses, self._outputs, strict=True)]
        if not (isinstance(regularization, (int, float)) and 0 <= regularization < math.inf):
            raise ArgumentError(
                f"regularization={regularization!r}; it must be a number of at least 0",
                where=user_line(),
            )
        self.regularization = float(regularization)

    # What it is ----------------------------------------------------------------------------------

    @property
    def sizes(self) -> dict[str, int]:
        """Inputs and layers by name, each with its size."""
        inputs = {self._wiring.names[signal]: signal.size for signal in self._inputs}
        return inputs | {name: layer.units for name, layer in self.layers.items()}

    @property
    def loss_names(self) -> list[str]:
        """The name of each output's loss."""
        return [loss.name for loss in self._losses]

    @property
    def parameter_counts(self) -> dict[str, int]:
        """How many numbers each layer learns."""
        return {
            name: sum(math.prod(shape) for shape in shapes.values())
            for name, shapes in self._shapes().items()
        }

    def __repr__(self) -> str:
        names = [
            f"{name} ({size}, {self.layers[name].activation})"
            if name in self.layers
            else f"{name} ({size})"
            for name, size in self.sizes.items()
        ]
        chain = all(len(signal.sources) == 1 for signal in self._wiring.order[1:])
        parts = [(" → " if chain else ", ").join(names), " + ".join(self.loss_names)]
        return "; ".join([*parts, f"{sum(self.parameter_counts.values()):,} parameters"])

    def init(self, seed: int = 0) -> dict[str, dict[str, Any]]:
        """First parameters, float64; the same for the same seed on every machine.

        Each layer draws from a stream of its own, so another layer's width does not change it.
        """
        return {
            name: layer.parameters(self._wiring.widths[name], stream(seed, 0, place))
            for place, (name, layer) in enumerate(self.layers.items())
        }

    # What it computes ----------------------------------------------------------------------------

    def __call__(self, params: Parameters, X: Any) -> Any:
        """The outputs' activations.

        Args:
            params: As :meth:`init` makes them.
            X: Shape (m, inputs): one row per example; for several inputs a list of such.

        Returns:
            Shape (m, K); for outputs given as a list, a list of such.
        """
        values, _ = self._values(params, X)
        found = [values[signal] for signal in self._outputs]
        return found if self._many[1] else found[0]

    def activations(self, params: Parameters, X: Any) -> dict[str, Any]:
        """The activations of every layer by name, of shape (m, units) each."""
        values, _ = self._values(params, X)
        return {
            name: values[signal]
            for signal, name in self._wiring.names.items()
            if isinstance(signal, Activity)
        }

    def example_losses(self, params: Parameters, X: Any, Y: Any) -> Any:
        """The loss of each example, shape (m,).

        Args:
            params: As :meth:`init` makes them.
            X: Shape (m, inputs), or a list of such.
            Y: Class indices of shape (m,), or numbers of shape (m, K); for outputs given as a
                list, a list of such.

        Raises:
            ShapeError: Shapes do not fit, or targets are out of range.
        """
        values, weighed = self._values(params, X)
        count = values[self._inputs[0]].shape[0]
        targets = self._entries(Y, len(self._outputs), self._many[1], "Y")
        total: Any = None
        with name_scope("cost.examples"):
            for signal, loss, given in zip(self._outputs, self._losses, targets, strict=True):
                name = self._wiring.names.get(signal, "the output")
                y = as_targets(given, count, signal.size, loss.targets, name)
                part = loss.examples(weighed.get(signal), values[signal], y)
                total = part if total is None else total + part
        return total

    def loss(self, params: Parameters, X: Any, Y: Any, examples: int | None = None) -> Any:
        """The total: J = (1/m) Σ of the examples' losses + (λ/2m) ΣΘ², one number.

        Args:
            params: As :meth:`init` makes them.
            X: Shape (m, inputs), or a list of such.
            Y: Targets, as for :meth:`example_losses`.
            examples: The m of the regularization term when X is a batch of a larger set, so
                that the batches' totals average to the set's; by default that of X.
        """
        losses = self.example_losses(params, X, Y)
        with name_scope("cost.total"):
            total = np.sum(losses) / losses.shape[0]
            if self.regularization:
                squares = [np.sum(params[name]["weight"] ** 2) for name in self.layers]
                strength = self.regularization / (2 * (examples or losses.shape[0]))
                total = total + strength * sum(squares[1:], squares[0])
        return total

    def _values(
        self, params: Parameters, X: Any
    ) -> tuple[dict[Signal, Any], dict[Signal, Any]]:
        """Every signal's value, and the weighted inputs of those that a layer made."""
        self._check_params(params)
        values: dict[Signal, Any] = dict(zip(self._inputs, self._given(X), strict=True))
        weighed: dict[Signal, Any] = {}
        for signal in self._wiring.order:
            incoming = [values[source] for source in signal.sources]
            if isinstance(signal, Activity):
                name = self._wiring.names[signal]
                with name_scope(f"{name}.z"):
                    own = params[name.partition("#")[0]]
                    weighed[signal] = signal.layer.weigh(own, incoming)
                with name_scope(f"{name}.a"):
                    values[signal] = named(signal.layer.activation).apply(weighed[signal])
            elif isinstance(signal, Joined):
                values[signal] = np.concatenate(incoming, axis=1)
            elif incoming:
                values[signal] = sum(incoming[1:], incoming[0])
        return values, weighed

    # Checks at the border ------------------------------------------------------------------------

    def _given(self, X: Any) -> list[Any]:
        """The inputs' values, each of shape (m, size) with the same m of at least 1."""
        arrays = []
        given = self._entries(X, len(self._inputs), self._many[0], "X")
        for signal, value in zip(self._inputs, given, strict=True):
            array = value if value.__class__ is Traced else numpy.asarray(value)
            name = self._wiring.names[signal]
            if array.dtype.kind not in "biuf":
                raise DtypeError(f"{name!r} was given dtype {array.dtype}", where=user_line())
            if array.ndim != 2 or array.shape[1] != signal.size or not array.shape[0]:
                one = array.shape == (signal.size,)
                raise ShapeError(
                    f"{name!r} was given shape {array.shape}, not (examples, {signal.size})",
                    where=user_line(),
                    remedy="For one example write X[None, :]." if one else "",
                )
            if arrays and array.shape[0] != arrays[0].shape[0]:
                raise ShapeError(
                    f"the inputs have {arrays[0].shape[0]} and {array.shape[0]} examples",
                    where=user_line(),
                )
            arrays.append(array)
        return arrays

    def _entries(self, given: Any, count: int, many: bool, what: str) -> list[Any]:
        """One entry per input or output."""
        if not many:
            return [given]
        if not isinstance(given, (list, tuple)) or len(given) != count:
            found = f"{len(given)}" if isinstance(given, (list, tuple)) else "an array"
            raise ArgumentError(
                f"{what} must be a list of {count}, one per input or output, not {found}",
                where=user_line(),
            )
        return list(given)

    def _shapes(self) -> dict[str, dict[str, tuple[int, ...]]]:
        widths = self._wiring.widths
        return {name: layer.shapes(widths[name]) for name, layer in self.layers.items()}

    def _check_params(self, params: Any) -> None:
        """Refuse parameters of another network."""
        wanted = self._shapes()
        _refuse_keys(params, wanted, "params", "layer")
        for name, shapes in wanted.items():
            _refuse_keys(params[name], shapes, f"params[{name!r}]", "entry")
            for entry, shape in shapes.items():
                value = params[name][entry]
                found = value.shape if hasattr(value, "shape") else numpy.shape(value)
                if found != shape:
                    raise ShapeError(
                        f"params[{name!r}][{entry!r}] has shape {found}, the network needs {shape}",
                        where=user_line(),
                        remedy="Make parameters with net.init(seed=0).",
                    )


def stack(
    sizes: Sequence[int],
    *,
    hidden: str = "relu",
    output: str = "identity",
    loss: str = "squared_error",
    regularization: float = 0.0,
) -> Network:
    """A plain stack of dense layers: the last is ``output``, those before ``hidden``, ``hidden2``…

    Args:
        sizes: Inputs, units of each hidden layer, outputs; at least two numbers.
        hidden: The hidden layers' activation.
        output: The output layer's activation.
        loss: ``"squared_error"`` or ``"cross_entropy"``.
        regularization: λ.

    >>> stack([64, 32, 10], output="softmax", loss="cross_entropy")
    input (64) → hidden (32, relu) → output (10, softmax); cross_entropy; 2,410 parameters
    """
    if len(sizes) < 2:
        raise ArgumentError(
            f"stack was given the sizes {list(sizes)!r}",
            where=user_line(),
            remedy="Give at least the inputs and the outputs: nn.stack([64, 32, 10]).",
        )
    first = Input(sizes[0])
    last: Signal = first
    for units in sizes[1:-1]:
        last = Dense(units, hidden)(last)
    last = Dense(sizes[-1], output, name="output")(last)
    return Network(first, last, loss=loss, regularization=regularization)


def _listed(given: Any, kind: type, what: str) -> list[Any]:
    entries = [given] if isinstance(given, Signal) else list(given)
    for entry in entries:
        if not isinstance(entry, kind):
            raise ArgumentError(
                f"the network's {what} hold {entry!r}, which is no {kind.__name__}",
                where=user_line(),
            )
    if not entries:
        raise ArgumentError(f"the network has no {what}", where=user_line())
    return entries


def _refuse_keys(given: Any, wanted: Mapping[str, Any], what: str, kind: str) -> None:
    if not isinstance(given, Mapping):
        raise ArgumentError(
            f"{what} is of type {type(given).__name__}, not a dictionary",
            where=user_line(),
            remedy="Make parameters with net.init(seed=0).",
        )
    for name in wanted:
        if name not in given:
            raise ArgumentError(
                f"{what} has no {name!r}",
                where=user_line(),
                remedy=f"Make parameters with net.init(seed=0). {hint(name, given)}",
            )
    for name in given:
        if name not in wanted:
            raise ArgumentError(
                f"{what} has the {kind} {name!r}, which the network has not",
                where=user_line(),
                remedy=hint(name, wanted),
            )
