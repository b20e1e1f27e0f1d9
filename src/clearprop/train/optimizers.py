"""How a gradient becomes a change of the parameters: gradient descent, momentum, Adam.

Back-propagation gives the gradient and nothing else; learning is here. Each optimizer is a pair of
pure functions on one flat array: ``start`` makes a state, ``step`` takes a gradient and a state and
returns the change to add to the parameters and the next state. Nothing is written in place.

>>> optimizer = momentum(learning_rate=0.5, decay=0.5)
>>> state = optimizer.start(np.zeros(2))
>>> change, state = optimizer.step(np.array([1.0, 2.0]), state)
>>> change, optimizer.step(np.array([1.0, 2.0]), state)[0]
(array([-0.5, -1. ]), array([-0.75, -1.5 ]))
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import ArgumentError
from clearprop.train.options import POSITIVE, SHARE, refuse_one

Array = NDArray[Any]
State = tuple[Any, ...]
"""What an optimizer remembers between steps."""


@final
@dataclass(frozen=True, slots=True)
class Optimizer:
    """A way to turn gradients into changes.

    Attributes:
        name: For reports.
        learning_rate: η.
        start: ``start(parameters)`` → the first state; parameters have shape (n,).
        step: ``step(gradient, state)`` → (change of shape (n,), next state).
        elementwise: Whether the change of a number depends on its own gradient and state alone;
            then training may take parameters apart, and compile the step.
    """

    name: str
    learning_rate: float
    start: Callable[[Array], State]
    step: Callable[[Array, State], tuple[Array, State]]
    elementwise: bool = False


def gradient_descent(learning_rate: float = 0.1) -> Optimizer:
    """Down the gradient: w ← w − η g.

    Source: A. Cauchy, *Comptes rendus* 25 (1847), p. 536.

    Args:
        learning_rate: η > 0.

    Returns:
        The optimizer.

    >>> optimizer = gradient_descent(0.5)
    >>> change, state = optimizer.step(np.array([1.0, -2.0]), optimizer.start(np.zeros(2)))
    >>> change
    array([-0.5,  1. ])
    """
    rate = _rate(learning_rate)

    def step(gradient: Array, state: State) -> tuple[Array, State]:
        return -rate * gradient, state

    return Optimizer("gradient_descent", rate, lambda parameters: (), step, True)


def momentum(learning_rate: float = 0.01, decay: float = 0.9) -> Optimizer:
    """Down the gradient with inertia: v ← μ v − η g, w ← w + v.

    Source: B. T. Polyak, *Some methods of speeding up the convergence of iteration methods*, USSR
    Computational Mathematics and Mathematical Physics 4 (1964), equation 9.

    Args:
        learning_rate: η > 0.
        decay: μ, from 0 to below 1.

    Returns:
        The optimizer.

    >>> optimizer = momentum(0.5)
    >>> change, state = optimizer.step(np.array([1.0, -2.0]), optimizer.start(np.zeros(2)))
    >>> change
    array([-0.5,  1. ])
    """
    rate, keep = _rate(learning_rate), _share(decay, "decay")

    def step(gradient: Array, state: State) -> tuple[Array, State]:
        velocity = keep * state[0] - rate * gradient
        return velocity, (velocity,)

    def start(parameters: Array) -> State:
        return (np.zeros_like(parameters),)

    return Optimizer("momentum", rate, start, step, True)


def adam(
    learning_rate: float = 0.001, decay1: float = 0.9, decay2: float = 0.999, epsilon: float = 1e-8
) -> Optimizer:
    """Steps of about η, by running means m of the gradient and v of its square.

    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − η m̂ / (√v̂ + ε), where m̂ and v̂ are m
    and v freed of their bias towards 0. Source: D. P. Kingma and J. Ba, *Adam*, ICLR 2015,
    algorithm 1.

    Args:
        learning_rate: η > 0.
        decay1: β₁, from 0 to below 1.
        decay2: β₂, from 0 to below 1.
        epsilon: ε > 0.

    Returns:
        The optimizer.

    >>> optimizer = adam(0.5)
    >>> change, state = optimizer.step(np.array([1.0, -2.0]), optimizer.start(np.zeros(2)))
    >>> change
    array([-0.5,  0.5])
    """
    rate = _rate(learning_rate)
    keep1, keep2 = _share(decay1, "decay1"), _share(decay2, "decay2")
    refuse_one("epsilon", epsilon, POSITIVE)

    def start(parameters: Array) -> State:
        return 0, np.zeros_like(parameters), np.zeros_like(parameters)

    def step(gradient: Array, state: State) -> tuple[Array, State]:
        count, mean, square = state
        count = count + 1
        mean = keep1 * mean + (1 - keep1) * gradient
        square = keep2 * square + (1 - keep2) * (gradient * gradient)
        scale = -rate / (1 - keep1**count)
        change = scale * mean / (np.sqrt(square / (1 - keep2**count)) + epsilon)
        return change, (count, mean, square)

    return Optimizer("adam", rate, start, step, True)


OPTIMIZERS: Final[Mapping[str, Callable[..., Optimizer]]] = MappingProxyType(
    {"adam": adam, "momentum": momentum, "gradient_descent": gradient_descent}
)
"""The optimizers by name."""


def named(optimizer: str | Optimizer, learning_rate: float | None = None) -> Optimizer:
    """The optimizer of that name, with its own learning rate unless one is given.

    Raises:
        ArgumentError: There is none, or an optimizer and a learning rate were both given.

    >>> named("adam").learning_rate, named("momentum", 0.5).learning_rate
    (0.001, 0.5)
    """
    if isinstance(optimizer, Optimizer):
        if learning_rate is not None:
            raise ArgumentError(
                "an optimizer and a learning rate were both given",
                remedy="Give the rate to the optimizer: train.adam(learning_rate=0.01).",
            )
        return optimizer
    if optimizer not in list(OPTIMIZERS):  # a list also answers for what cannot be hashed
        close = difflib.get_close_matches(str(optimizer), OPTIMIZERS, n=1)
        meant = f"Did you mean {close[0]!r}? " if close else ""
        raise ArgumentError(
            f"there is no optimizer {optimizer!r}",
            remedy=f"{meant}There are {', '.join(OPTIMIZERS)}.",
        )
    make = OPTIMIZERS[optimizer]
    return make() if learning_rate is None else make(learning_rate)


def _rate(rate: float) -> float:
    refuse_one("learning_rate", rate, POSITIVE)
    return float(rate)


def _share(share: float, name: str) -> float:
    refuse_one(name, share, SHARE)
    return float(share)
