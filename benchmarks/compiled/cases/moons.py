"""A step of micrograd's network on two moons, as scalar code: 2-16-16-1 units, 100 points.

The code is that of micrograd's own demonstration: one operation at a time on single numbers.
micrograd runs with Python's garbage collection on, as it does for everybody who uses it; its cycles
cost nine tenths of the time.
"""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import numpy as np

from benchmarks.compiled.harness import FUNCTION, OURS, Bar, Case, Work
from benchmarks.compiled.peers import ours

RATE, DECAY = 0.1, 1e-4
SIZES = (2, 16, 16, 1)
Points = tuple[list[list[float]], list[float]]


def points() -> Points:
    """The two moons, and on which of them each point lies: 1 or -1."""
    from sklearn.datasets import make_moons

    X, y = make_moons(n_samples=100, noise=0.1, random_state=1)
    return X.tolist(), (2.0 * y - 1.0).tolist()


def first() -> np.ndarray:
    """All parameters: neuron by neuron weights, then bias, as micrograd orders them."""
    draw = np.random.default_rng(7)
    return draw.uniform(-1, 1, sum((i + 1) * o for i, o in itertools.pairwise(SIZES)))


def loss(params: Any, data: Points, relu: Any) -> Any:
    """The hinge loss and the decay of the weights, in scalar code."""
    total = 0.0
    for x, y in zip(*data, strict=True):
        total = total + relu(1 + -y * score(params, x, relu))
    return total * (1 / len(data[0])) + DECAY * sum(p * p for p in params)


def score(params: Any, x: Any, relu: Any) -> Any:
    """What the network says of a point."""
    next_one = iter(params)
    for width in SIZES[1:]:
        out = []
        for _ in range(width):
            weights = [next(next_one) for _ in x]
            act = sum((w * v for w, v in zip(weights, x, strict=True)), next(next_one))
            out.append(relu(act) if width > 1 else act)
        x = out
    return x[0]


def by_hand(params: np.ndarray, data: Points) -> np.ndarray:
    """The step with arrays."""
    X, y = np.array(data[0]), np.array(data[1])
    layers, start = [], 0
    for i, o in itertools.pairwise(SIZES):
        layers.append(params[start : (start := start + (i + 1) * o)].reshape(o, i + 1))
    values = [X]
    for place, layer in enumerate(layers):
        z = values[-1] @ layer[:, :-1].T + layer[:, -1]
        values.append(np.maximum(z, 0) if place < 2 else z)
    delta = np.where(1 - y * values[3][:, 0] > 0, -y, 0.0)[:, None] / len(X)
    slopes: list[np.ndarray] = []
    for place in (2, 1, 0):
        slope = np.column_stack([delta.T @ values[place], delta.sum(0)])
        slopes.insert(0, slope.ravel())
        delta = (delta @ layers[place][:, :-1]) * (values[place] > 0)
    return params - RATE * (np.concatenate(slopes) + 2 * DECAY * params)


def of_ours(params: np.ndarray, data: Points, whole: bool = True) -> Work:
    """Scalars are taken out of the array, and gone over one at a time."""
    import clearprop as cp

    def value(params: Any) -> Any:
        return loss([params[i] for i in range(params.size)], data, lambda v: np.maximum(v, 0.0))

    if not whole:
        work = ours(value, params)
        return Work(work.run, None, work.first, work.explain)
    return ours(lambda params: params - RATE * cp.grad(value)(params), params)


def of_micrograd(params: np.ndarray, data: Points) -> Work:
    from micrograd.engine import Value

    def run() -> Any:
        given = [Value(p) for p in params.tolist()]
        loss(given, data, Value.relu).backward()
        return np.array([p.data - RATE * p.grad for p in given])

    return Work(run)


def case() -> Case:
    params, data = first(), points()
    contenders = {
        OURS: partial(of_ours, params, data),
        FUNCTION: partial(of_ours, params, data, False),
        "micrograd": partial(of_micrograd, params, data),
        "NumPy by hand": lambda: Work(lambda: by_hand(params, data)),
    }
    return Case(
        *("moons", "micrograd's two moons in scalar code, 2-16-16-1, 100 points", "step", 1),
        *(lambda: [by_hand(params, data)], contenders, (Bar(1 / 50_000, ("micrograd",)),)),
    )


CASES = [case]
