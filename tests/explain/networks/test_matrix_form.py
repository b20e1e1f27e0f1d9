"""The matrix form with its bias units: one example, the whole set, and the δ that is dropped."""

import numpy as np
import pytest

import clearprop as cp
from clearprop import explain
from tests.nn.networks import four_layers

NAMES = ("hidden", "hidden2", "output")


def thetas_of(params):
    """Θ⁽ˡ⁾ with the biases as column 0."""
    return [np.column_stack([params[name]["bias"], params[name]["weight"]]) for name in NAMES]


def with_bias_units(thetas, X, Y):
    """Back-propagation with a₀ = 1 spelled out: activations, δ of all units, δ kept, Δ."""
    m, activations = len(X), [X]
    for theta in thetas:
        a = np.column_stack([np.ones(m), activations[-1]])
        activations.append(1 / (1 + np.exp(-a @ theta.T)))
    deltas, whole = [activations[-1] - Y], []
    for theta, a in zip(thetas[:0:-1], activations[-2:0:-1], strict=True):
        augmented = np.column_stack([np.ones(m), a])
        whole.insert(0, deltas[0] @ theta * augmented * (1 - augmented))
        deltas.insert(0, whole[0][:, 1:])
    sums = [
        delta.T @ np.column_stack([np.ones(m), a])
        for delta, a in zip(deltas, activations, strict=False)
    ]
    return activations, whole, deltas, sums


def test_the_bias_unit_has_no_delta():
    """Spelled out, its δ is 0 as a₀ (1 − a₀) is, and it would reach no weight: it is dropped."""
    net, params, X, classes = four_layers(0.0)
    activations, whole, deltas, sums = with_bias_units(thetas_of(params), X, np.eye(4)[classes])
    shown = explain.network(net.loss, params, X, classes).layers
    assert [layer.delta.shape for layer in shown] == [(5, 5), (5, 5), (5, 4)], "none for the input"
    assert [delta.shape for delta in whole] == [(5, 6), (5, 6)]
    for delta in whole:
        assert not delta[:, 0].any()
    for layer, a, delta, total in zip(shown, activations[1:], deltas, sums, strict=True):
        np.testing.assert_allclose(layer.a, a, rtol=1e-14)
        np.testing.assert_allclose(layer.delta, delta, rtol=1e-12)
        np.testing.assert_allclose(layer.Delta["weight"], total[:, 1:], rtol=1e-12)
        np.testing.assert_allclose(layer.Delta["bias"], total[:, 0], rtol=1e-12)


def test_the_engine_on_the_form_with_bias_units():
    """The cost as the text writes it, traced: column 0 of D is the gradient by the bias."""
    net, params, X, classes = four_layers(0.5)
    Y = np.eye(4)[classes]

    def cost(thetas):
        a = X
        for theta in thetas:
            a = 1 / (1 + np.exp(-np.concatenate([np.ones((5, 1)), a], axis=1) @ theta.T))
        squares = sum(np.sum(theta[:, 1:] ** 2) for theta in thetas)
        return -np.sum(Y * np.log(a) + (1 - Y) * np.log(1 - a)) / 5 + 0.5 / 10 * squares

    thetas = thetas_of(params)
    assert f"{cost(thetas):.9f}" == "2.815813801"
    for name, slope in zip(NAMES, cp.grad(cost)(thetas), strict=True):
        D = explain.network(net.loss, params, X, classes)[name].D
        np.testing.assert_allclose(D["weight"], slope[:, 1:], rtol=1e-11, atol=1e-15)
        np.testing.assert_allclose(D["bias"], slope[:, 0], rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("example", range(5))
def test_one_example_without_regularization(example):
    """∂J/∂Θᵢⱼ = aⱼ δᵢ, against central differences of J."""
    net, params, X, classes = four_layers(0.0)
    X, classes = X[example : example + 1], classes[example : example + 1]
    shown = explain.network(net.loss, params, X, classes)
    incoming = [X[0], shown["hidden"].a[0], shown["hidden2"].a[0]]
    for layer, a in zip(shown.layers, incoming, strict=True):
        np.testing.assert_allclose(layer.D["weight"], np.outer(layer.delta[0], a), rtol=1e-13)
        np.testing.assert_allclose(layer.D["bias"], layer.delta[0], rtol=1e-13)
        for i, j in ((0, 0), (1, 2), (3, 1)):
            totals = []
            for step in (1e-5, -1e-5):
                weight = layer.Theta["weight"].copy()
                weight[i, j] += step
                moved = {**params, layer.name: {**params[layer.name], "weight": weight}}
                totals.append(net.loss(moved, X, classes))
            slope = (totals[0] - totals[1]) / 2e-5
            assert a[j] * layer.delta[0][i] == pytest.approx(slope, rel=1e-6, abs=1e-10)
