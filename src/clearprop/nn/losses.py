"""Losses: one number per example, from an output's weighted inputs, activations and targets.

Cross-entropy is computed from the weighted inputs z, so it stays exact where activations round to
0 or 1; its derivative by z is a − y. Source: C. M. Bishop, *Pattern Recognition and Machine
Learning* (2006), section 5.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, final

import clearprop.numpy as np
from clearprop.errors import ArgumentError
from clearprop.nn.activations import hint, log_softmax
from clearprop.nn.layers import Activity, Signal
from clearprop.tracing import user_line


@final
@dataclass(frozen=True, slots=True)
class Loss:
    """A loss per example.

    Attributes:
        name: ``"squared_error"`` or ``"cross_entropy"``.
        examples: ``examples(z, a, t)`` → shape (m,), for arrays of shape (m, K).
        targets: What its targets are: ``"any"`` numbers, ``"shares"`` between 0 and 1 each, or
            a ``"distribution"`` over the K outputs.
    """

    name: str
    examples: Callable[[Any, Any, Any], Any]
    targets: str


def squared_error(z: Any, a: Any, t: Any) -> Any:
    """Σ ½ (t − a)²."""
    return np.sum(0.5 * (t - a) ** 2, axis=1)


def of_sigmoids(z: Any, a: Any, y: Any) -> Any:
    """−Σ [y ln a + (1 − y) ln(1 − a)] for a = σ(z), as Σ [ln(1 + eᶻ) − y z].

    >>> import numpy
    >>> of_sigmoids(numpy.array([[1000.0]]), None, numpy.array([[1.0]]))
    array([0.])
    """
    return np.sum(np.logaddexp(z, 0.0) - y * z, axis=1)


def of_softmax(z: Any, a: Any, y: Any) -> Any:
    """−Σ y ln a for a = softmax(z)."""
    return -np.sum(y * log_softmax(z), axis=1)


SQUARED_ERROR: Final = Loss("squared_error", squared_error, "any")
CROSS_ENTROPY: Final[Mapping[str, Loss]] = MappingProxyType(
    {
        "sigmoid": Loss("cross_entropy", of_sigmoids, "shares"),
        "softmax": Loss("cross_entropy", of_softmax, "distribution"),
    }
)
"""Cross-entropy by the activation of the output that it judges."""


def loss_for(name: str, output: Signal) -> Loss:
    """The loss of that name for that output.

    Raises:
        ArgumentError: There is none, or it does not fit the output.
    """
    if name == SQUARED_ERROR.name:
        return SQUARED_ERROR
    if name != "cross_entropy":
        known = {"squared_error": 0, "cross_entropy": 0}
        raise ArgumentError(
            f"there is no loss {name!r}", where=user_line(), remedy=hint(name, known)
        )
    found = output.layer.activation if isinstance(output, Activity) else "none"
    if found not in CROSS_ENTROPY:
        raise ArgumentError(
            f"cross_entropy does not fit an output whose activation is {found}",
            where=user_line(),
            why="It compares probabilities.",
            remedy='End in a Dense layer with "softmax" or "sigmoid", or use "squared_error".',
        )
    return CROSS_ENTROPY[found]
