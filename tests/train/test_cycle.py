"""The training cycle: initialize, propagate, accumulate the error, update, stop at the target."""

import numpy as np
import pytest

from clearprop import nn
from clearprop.train import fit


def test_a_cycle_that_halves_the_distance_each_time():
    """One weight without a bias, E = ½(2 − w)²: η = ½ halves 2 − w, so E is 2 · 4⁻ᵏ."""
    x = nn.Input(1)
    net = nn.Network(x, nn.Dense(1, bias=None)(x))
    result = fit(
        net,
        (np.array([[1.0]]), np.array([[2.0]])),
        params={"output": {"weight": np.zeros((1, 1))}},
        optimizer="gradient_descent",
        learning_rate=0.5,
        epochs=50,
        target_error=0.01,
    )
    errors = [2.0, 0.5, 0.125, 0.03125, 0.0078125]
    assert [record.train_loss for record in result.epochs] == errors
    assert [record.epoch for record in result.epochs] == [0, 1, 2, 3, 4]
    assert result.stopped == "target"
    assert result.params["output"]["weight"].tolist() == [[2 - 2 / 2**4]]


def test_the_cycle_written_out_by_hand():
    """Two layers of sigmoids over four examples, each step of the cycle in plain NumPy."""
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    T = np.array([[0.1], [0.9], [0.9], [0.9]])
    net = nn.stack([2, 3, 1], hidden="sigmoid", output="sigmoid")
    first = net.init(seed=4)  # initialize
    W, b = first["hidden"]["weight"].copy(), first["hidden"]["bias"].copy()
    V, c = first["output"]["weight"].copy(), first["output"]["bias"].copy()
    eta, target, errors = 2.0, 0.02, []
    while True:
        error, slopes = 0.0, [np.zeros_like(p) for p in (W, b, V, c)]
        for x, t in zip(X, T, strict=True):
            h = 1 / (1 + np.exp(-(W @ x + b)))  # propagate
            out = 1 / (1 + np.exp(-(V @ h + c)))
            error += 0.5 * np.sum((t - out) ** 2) / 4  # accumulate the error
            delta = (out - t) * out * (1 - out)
            hidden = V.T @ delta * h * (1 - h)
            for slope, one in zip(
                slopes, (np.outer(hidden, x), hidden, np.outer(delta, h), delta), strict=True
            ):
                slope += one / 4
        errors.append(error)
        if error <= target:  # stop when the error meets the requested value
            break
        W, b, V, c = (p - eta * s for p, s in zip((W, b, V, c), slopes, strict=True))  # update
    options = {"optimizer": "gradient_descent", "learning_rate": eta, "target_error": target}
    result = fit(net, (X, T), params=first, batch_size=4, epochs=10_000, **options)
    assert result.stopped == "target"
    assert len(errors) > 10
    assert [record.train_loss for record in result.epochs] == pytest.approx(errors, rel=1e-9)
    np.testing.assert_allclose(result.params["hidden"]["weight"], W, rtol=1e-9)
    np.testing.assert_allclose(result.params["output"]["bias"], c, rtol=1e-9)
