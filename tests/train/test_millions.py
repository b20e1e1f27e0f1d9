"""Parameters by the million: the right gradient, and training that goes down."""

import numpy as np
import pytest

import clearprop as cp
from clearprop import nn
from clearprop.train import fit

SIZES = [784, 1024, 256, 10]
DRAW = np.random.Generator(np.random.Philox(11))
X = DRAW.normal(size=(128, 784))
CLASSES = DRAW.integers(0, 10, 128)


def network():
    return nn.stack(SIZES, hidden="relu", output="softmax", loss="cross_entropy")


def by_hand(params):
    """Loss and gradient of the same network, back-propagation written out."""
    layers = list(params.values())
    activations = [X]
    for place, layer in enumerate(layers):
        z = activations[-1] @ layer["weight"].T + layer["bias"]
        activations.append(np.maximum(z, 0) if place < 2 else z)
    z = activations.pop()
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    loss = -np.log(shares[np.arange(128), CLASSES]).mean()
    delta = (shares - np.eye(10)[CLASSES]) / 128
    slopes = {}
    for name, layer, a in zip(
        reversed(params), reversed(layers), reversed(activations), strict=True
    ):
        slopes[name] = {"weight": delta.T @ a, "bias": delta.sum(axis=0)}
        delta = (delta @ layer["weight"]) * (a > 0)
    return loss, slopes


def test_the_gradient_is_right():
    net = network()
    assert sum(net.parameter_counts.values()) == 784 * 1024 + 1024 * 256 + 256 * 10 + 1290
    params = net.init(0)
    loss, slopes = cp.value_and_grad(net.loss)(params, X, CLASSES)
    expected_loss, expected = by_hand(params)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    for name, entries in expected.items():
        for entry, slope in entries.items():
            np.testing.assert_allclose(slopes[name][entry], slope, rtol=1e-9, atol=1e-14)


def test_gradient_descent_goes_down():
    options = {"optimizer": "gradient_descent", "learning_rate": 0.1, "batch_size": 64}
    result = fit(network(), (X, CLASSES), epochs=3, **options)
    losses = [record.train_loss for record in result.epochs]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.5 * losses[0]
