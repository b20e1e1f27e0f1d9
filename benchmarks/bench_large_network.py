"""Loss and gradient of a network of a million weights, against NumPy written by hand.

Both compute 784-1024-256-10 units with relu and softmax on 128 examples, in turn, in one process.
Run by ``make bench``.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

import numpy as np

import clearprop as cp
from clearprop import nn

ROUNDS = 15
SIZES = [784, 1024, 256, 10]


def by_hand(params: Any, X: Any, classes: Any) -> tuple[float, Any]:
    """Back-propagation written out."""
    layers = list(params.values())
    activations = [X]
    for place, layer in enumerate(layers):
        z = activations[-1] @ layer["weight"].T + layer["bias"]
        activations.append(np.maximum(z, 0) if place < 2 else z)
    z = activations.pop()
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    count = len(X)
    loss = -np.log(shares[np.arange(count), classes]).mean()
    delta = (shares - np.eye(SIZES[-1])[classes]) / count
    slopes = {}
    for name, a in zip(reversed(params), reversed(activations), strict=True):
        slopes[name] = {"weight": delta.T @ a, "bias": delta.sum(axis=0)}
        delta = (delta @ params[name]["weight"]) * (a > 0)
    return float(loss), slopes


def main() -> None:
    """Assert that both agree, time them in turn, print the medians and the ratio."""
    draw = np.random.Generator(np.random.Philox(11))
    X, classes = draw.normal(size=(128, SIZES[0])), draw.integers(0, SIZES[-1], 128)
    net = nn.stack(SIZES, hidden="relu", output="softmax", loss="cross_entropy")
    params = net.init(0)
    cases = {"clearprop": cp.value_and_grad(net.loss), "by hand": by_hand}
    (loss, slopes), (expected, by) = (f(params, X, classes) for f in cases.values())
    assert np.isclose(loss, expected, rtol=1e-12)
    for name in by:
        assert np.allclose(slopes[name]["weight"], by[name]["weight"], rtol=1e-9, atol=1e-14)
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, f in cases.items():
            start = time.perf_counter()
            f(params, X, classes)
            times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(found) * 1e3 for name, found in times.items()}
    for name, found in medians.items():
        print(f"{name:28s} {found:7.1f} ms   {found / medians['by hand']:.2f}")
    print(json.dumps({"case": "large-network", "milliseconds": medians}))


if __name__ == "__main__":
    main()
