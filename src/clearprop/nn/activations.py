"""Activations a = g(z), by name, with the slope g′(z) that back-propagation multiplies by.

All take weighted inputs of shape (m, units) and return activations of that shape. They are
composed of the library's own operations, so their derivatives are the engine's. Source: I.
Goodfellow, Y. Bengio and A. Courville, *Deep Learning* (2016), sections 6.2.2 and 6.3.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, final

import clearprop.numpy as np
from clearprop.api.derivatives import stop_gradient
from clearprop.errors import ArgumentError
from clearprop.primitives import CATALOGUE
from clearprop.tracing import elementwise, user_line


@final
@dataclass(frozen=True, slots=True)
class Activation:
    """A named activation.

    Attributes:
        name: What ``Dense`` calls it.
        apply: The function, on arrays of shape (m, units), plain or traced.
        formula: a and its slope, in words of the texts.
    """

    name: str
    apply: Callable[[Any], Any]
    formula: str


def sigmoid(z: Any) -> Any:
    """1 / (1 + e⁻ᶻ), without overflow.

    >>> sigmoid(0.0)
    np.float64(0.5)
    """
    return elementwise(CATALOGUE["sigmoid"], z)  # type: ignore[arg-type]


def relu(z: Any) -> Any:
    """max(z, 0); its slope at 0 is ½."""
    return np.maximum(z, 0.0)


def identity(z: Any) -> Any:
    """Nothing is changed: z itself."""
    return z


def softmax(z: Any) -> Any:
    """eᶻ over the sum of eᶻ along the last axis, without overflow.

    >>> import numpy
    >>> softmax(numpy.array([[1000.0, 1000.0]]))
    array([[0.5, 0.5]])
    """
    powers = np.exp(z - _largest(z))
    return powers / np.sum(powers, axis=-1, keepdims=True)


def log_softmax(z: Any) -> Any:
    """The logarithm of :func:`softmax`, exact also where softmax rounds to 0 or 1."""
    lowered = z - _largest(z)
    return lowered - np.log(np.sum(np.exp(lowered), axis=-1, keepdims=True))


def _largest(z: Any) -> Any:
    """The shift that prevents overflow; no derivative, as softmax does not depend on it."""
    return stop_gradient(np.max(z, axis=-1, keepdims=True))


ACTIVATIONS: Final[Mapping[str, Activation]] = MappingProxyType(
    {
        activation.name: activation
        for activation in (
            Activation("sigmoid", sigmoid, "a = 1 / (1 + e⁻ᶻ), g′ = a (1 − a)"),
            Activation("tanh", np.tanh, "a = tanh z, g′ = 1 − a²"),
            Activation("relu", relu, "a = max(z, 0), g′ = 1 for z > 0, 0 for z < 0, ½ at 0"),
            Activation("identity", identity, "a = z, g′ = 1"),
            Activation("softmax", softmax, "aᵢ = e^zᵢ / Σ e^zⱼ, ∂aᵢ/∂zⱼ = aᵢ ([i = j] − aⱼ)"),
        )
    }
)
"""The activations by name."""


def named(name: str) -> Activation:
    """The activation of that name.

    Raises:
        ArgumentError: There is none; the message names the nearest.

    >>> named("sigmod")
    Traceback (most recent call last):
        ...
    clearprop.errors.ArgumentError: there is no activation 'sigmod' ... Did you mean 'sigmoid'? ...
    """
    if name not in ACTIVATIONS:
        raise ArgumentError(
            f"there is no activation {name!r}", where=user_line(), remedy=hint(name, ACTIVATIONS)
        )
    return ACTIVATIONS[name]


def hint(name: object, known: Mapping[str, object]) -> str:
    """What may have been meant, and all that there is."""
    close = difflib.get_close_matches(str(name), known, n=1)
    meant = f"Did you mean {close[0]!r}? " if close else ""
    return f"{meant}Known: {', '.join(known)}."
