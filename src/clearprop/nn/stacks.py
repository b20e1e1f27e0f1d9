"""The commonest network in one call: a plain stack of dense layers."""

from __future__ import annotations

from collections.abc import Sequence

from clearprop.errors import ArgumentError
from clearprop.nn.layers import Dense, Input, Signal
from clearprop.nn.network import Network
from clearprop.tracing import user_line


def stack(
    sizes: Sequence[int],
    *,
    hidden: str = "relu",
    output: str = "identity",
    loss: str = "squared_error",
    regularization: float = 0.0,
) -> Network:
    """A plain stack of dense layers: ``hidden``, ``hidden2`` and so on, then ``output``.

    Args:
        sizes: Inputs, units of each hidden layer, outputs; at least two numbers.
        hidden: The hidden layers' activation.
        output: The output layer's activation.
        loss: ``"squared_error"`` or ``"cross_entropy"``.
        regularization: λ.

    Returns:
        The network.

    Raises:
        ArgumentError: If there are fewer than two sizes.

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
