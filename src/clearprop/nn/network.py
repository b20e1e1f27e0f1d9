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

import clearprop.numpy as np
from clearprop.errors import ArgumentError
from clearprop.nn.activations import named
from clearprop.nn.arguments import as_inputs, entries, listed, refuse_misfit
from clearprop.nn.initializers import stream
from clearprop.nn.layers import Activity, Dense, Input, Joined, Signal
from clearprop.nn.losses import loss_for
from clearprop.nn.targets import as_targets
from clearprop.nn.wiring import wire
from clearprop.tracing import name_scope, user_line

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
        self._inputs = listed(inputs, Input, "inputs")
        self._outputs = listed(outputs, Signal, "outputs")
        self._many = not isinstance(inputs, Signal), not isinstance(outputs, Signal)
        self._wiring = wire(self._inputs, self._outputs)
        self.layers: Mapping[str, Dense] = self._wiring.layers
        losses = [loss] * len(self._outputs) if isinstance(loss, str) else list(loss)
        if len(losses) != len(self._outputs):
            raise ArgumentError(
                f"{len(losses)} losses for {len(self._outputs)} outputs", where=user_line()
            )
        self._losses = [loss_for(*pair) for pair in zip(losses, self._outputs, strict=True)]
        if not 0 <= regularization < math.inf:
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
        return self._shown(values)

    def activations(self, params: Parameters, X: Any) -> dict[str, Any]:
        """The activations of every layer by name, of shape (m, units) each."""
        values, _ = self._values(params, X)
        return {
            name: values[signal]
            for signal, name in self._wiring.names.items()
            if isinstance(signal, Activity)
        }

    def loss(self, params: Parameters, X: Any, Y: Any, examples: int | None = None) -> Any:
        """The total: J = (1/m) Σ of the examples' losses + (λ/2m) ΣΘ², one number.

        Args:
            params: As :meth:`init` makes them.
            X: Shape (m, inputs), or a list of such.
            Y: Targets, as for :meth:`example_losses`.
            examples: The m of the regularization term when X is a batch of a larger set, so
                that the batches' totals average to the set's; by default that of X.
        """
        return self.total(params, self.example_losses(params, X, Y), examples)

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
        return self.outputs_and_losses(params, X, Y)[1]

    def outputs_and_losses(self, params: Parameters, X: Any, Y: Any) -> tuple[Any, Any]:
        """What calling the network gives, and :meth:`example_losses`, in one pass."""
        values, weighed = self._values(params, X)
        with name_scope("cost.examples"):
            given = self.targets_of(Y, values[self._inputs[0]].shape[0])
            parts = [
                loss.examples(weighed.get(signal), values[signal], y)
                for signal, loss, y in zip(
                    self._outputs, self._losses, given if self._many[1] else [given], strict=True
                )
            ]
            return self._shown(values), sum(parts[1:], parts[0])

    def total(self, params: Parameters, losses: Any, examples: int | None = None) -> Any:
        """The total J of the examples' losses, shape (m,); see :meth:`loss`."""
        with name_scope("cost.total"):
            mean = np.sum(losses) / losses.shape[0]
            if not self.regularization:
                return mean
            squares = [np.sum(params[name]["weight"] ** 2) for name in self.layers]
            strength = self.regularization / (2 * (examples or losses.shape[0]))
            return mean + strength * sum(squares[1:], squares[0])

    def _values(self, params: Parameters, X: Any) -> tuple[dict[Signal, Any], dict[Signal, Any]]:
        """Every signal's value, and the weighted inputs of those that a layer made."""
        self.check(params)
        given = self.inputs_of(X)
        values = dict(zip(self._inputs, given if self._many[0] else [given], strict=True))
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

    def _shown(self, values: Mapping[Signal, Any]) -> Any:
        found = [values[signal] for signal in self._outputs]
        return found if self._many[1] else found[0]

    # What it takes -------------------------------------------------------------------------------

    def inputs_of(self, X: Any) -> Any:
        """The inputs as arrays of shape (m, size) with the same m of at least 1.

        Args:
            X: An array, or for inputs given as a list a list of such.

        Raises:
            ShapeError, DtypeError, ArgumentError: They do not fit; the message names the input.
        """
        names = [self._wiring.names[signal] for signal in self._inputs]
        sizes = [signal.size for signal in self._inputs]
        found = as_inputs(entries(X, len(names), self._many[0], "X"), names, sizes)
        return found if self._many[0] else found[0]

    def targets_of(self, Y: Any, examples: int) -> Any:
        """The targets as the losses take them: of shape (m, K), class indices made one-hot.

        Args:
            Y: An array, or for outputs given as a list a list of such.
            examples: m.

        Raises:
            ShapeError, DtypeError, ArgumentError: They do not fit, or are out of range.
        """
        given = entries(Y, len(self._outputs), self._many[1], "Y")
        found = [
            as_targets(
                y, examples, signal.size, loss.targets, self._wiring.names.get(signal, "the output")
            )
            for y, signal, loss in zip(given, self._outputs, self._losses, strict=True)
        ]
        return found if self._many[1] else found[0]

    def check(self, params: Any) -> None:
        """Refuse the parameters of another network.

        Raises:
            ArgumentError, ShapeError: Naming the first entry that does not fit.
        """
        refuse_misfit(params, self._shapes())

    def _shapes(self) -> dict[str, dict[str, tuple[int, ...]]]:
        widths = self._wiring.widths
        return {name: layer.shapes(widths[name]) for name, layer in self.layers.items()}
