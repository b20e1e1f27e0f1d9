"""The networks, their data, and an epoch written by hand in NumPy.

A network is a list of weights and biases, alternating, float32; relu between layers, softmax and
cross-entropy behind the last. An epoch goes over mini-batches in order and returns the parameters
and the loss of each batch. Weights are stored as (inputs, outputs).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

SGD_RATE = 0.01
ADAM = (1e-3, 0.9, 0.999, 1e-8)
"""Rate, both decays, and what is added to the root."""


@dataclass(frozen=True)
class Problem:
    """A network and an epoch of data.

    Attributes:
        sizes: Of all layers, from the inputs on.
        X: Examples, (steps, batch, inputs).
        y: Their classes, (steps, batch).
        params: The first parameters.
        adam: Whether the rule is Adam's; else plain steps.
        dead: Whether Adam's moments are denormal where units are never above 0.
    """

    sizes: tuple[int, ...]
    X: np.ndarray
    y: np.ndarray
    params: list[np.ndarray]
    adam: bool
    dead: bool = False

    def moments(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """What Adam starts with, for each parameter: the moments of a training under way.

        From squares of 0, rounding decides the sign of first steps whose slopes are nearly 0, and
        no two libraries would agree.
        """
        m = [np.zeros_like(p) for p in self.params]
        v = [np.full_like(p, 1e-6) for p in self.params]
        if self.dead:
            for place in range(0, len(self.params) - 2, 2):
                dead = self.params[place + 1] < -1e3
                for each in (m, v):
                    each[place][:, dead] = each[place + 1][dead] = 1e-39
        return m, v


def problem(
    sizes: tuple[int, ...], batch: int, steps: int, adam: bool = False, dead: bool = False
) -> Problem:
    """With inputs and weights drawn at random; ``dead``: units that are never above 0."""
    draw = np.random.default_rng(0)
    X = draw.normal(size=(steps, batch, sizes[0])).astype(np.float32)
    y = draw.integers(0, sizes[-1], (steps, batch))
    params: list[np.ndarray] = []
    for inputs, outputs in itertools.pairwise(sizes):
        params.append((draw.normal(size=(inputs, outputs)) / np.sqrt(inputs)).astype(np.float32))
        params.append((0.1 * draw.normal(size=outputs)).astype(np.float32))
    if dead:
        for bias in params[1:-2:2]:
            bias[len(bias) // 4 :] = -1e4  # so large that relu gives 0 for every example
    return Problem(sizes, X, y, params, adam, dead)


def by_hand(problem: Problem, dtype: str = "float32") -> list[np.ndarray]:
    """The epoch, back-propagation and rule written out."""
    params = [p.astype(dtype) for p in problem.params]
    m, v = ([p.astype(dtype) for p in each] for each in problem.moments())
    rate, b1, b2, eps = ADAM
    losses = []
    for t, (X, y) in enumerate(zip(problem.X.astype(dtype), problem.y, strict=True), 1):
        loss, slopes = loss_and_slopes(params, X, y)
        losses.append(loss)
        for i, slope in enumerate(slopes):
            if not problem.adam:
                slope *= SGD_RATE
                params[i] -= slope
                continue
            m[i] *= b1
            m[i] += (1 - b1) * slope
            v[i] *= b2
            v[i] += (1 - b2) * slope * slope
            root = np.sqrt(v[i]) / np.sqrt(1 - b2**t) + eps
            params[i] -= rate / (1 - b1**t) * m[i] / root
    return [*params, np.array(losses, dtype)]


def loss_and_slopes(params: list[np.ndarray], X: Any, y: Any) -> tuple[Any, list[np.ndarray]]:
    """The mean cross-entropy of a batch, and its gradient."""
    values, count = [X], len(X)
    for i in range(0, len(params), 2):
        z = values[-1] @ params[i]
        z += params[i + 1]
        values.append(np.maximum(z, 0, out=z) if i < len(params) - 2 else z)
    z = values.pop()
    z -= z.max(axis=1, keepdims=True)
    shares = np.exp(z)
    sums = shares.sum(axis=1, keepdims=True)
    rows = np.arange(count)
    loss = np.mean(np.log(sums[:, 0]) - z[rows, y])
    delta = np.divide(shares, sums, out=shares)
    delta[rows, y] -= 1
    delta /= count
    slopes: list[np.ndarray] = []
    for i in range(len(params) - 2, -1, -2):
        value = values.pop()
        slopes[:0] = [value.T @ delta, delta.sum(axis=0)]
        if i:
            delta = delta @ params[i].T
            delta *= value > 0
    return loss, slopes
