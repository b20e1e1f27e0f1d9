"""Gradient checking for networks: anyone's, by anyone's gradient."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import CheckError
from tests.nn.networks import by_hand, four_layers, scoped, tangled, tangled_data


@pytest.mark.parametrize("make", [by_hand, lambda: four_layers(0.5)], ids=["by hand", "four"])
def test_the_networks_of_the_texts(make):
    net, params, *data = make()
    result = cp.check_grads(lambda params: net.loss(params, *data), params)
    assert result.ok
    count = sum(net.parameter_counts.values())
    assert len(result.elements) == 2 * count, "each parameter, in both modes"


def test_any_wiring():
    net, data = tangled(regularization=0.3), tangled_data()
    assert cp.check_grads(lambda params: net.loss(params, *data), net.init(5)).ok


def test_a_network_written_by_the_user():
    draw = np.random.Generator(np.random.Philox(1))
    params = [draw.normal(size=shape) for shape in ((2, 4), (4,), (4, 1))]
    data = draw.normal(size=(3, 2)), draw.normal(size=(3, 1))
    assert cp.check_grads(lambda params: scoped(params, *data), params).ok


def test_back_propagation_by_hand_with_one_mistake_is_found():
    """σ′ = a(1 − a) left out of the hidden δ of the network worked by hand."""
    net, params, X, T = by_hand()

    def mine(params, *, gain=lambda a: a * (1 - a)):
        hidden, output = params["hidden"], params["output"]
        h = 1 / (1 + np.exp(-(X @ hidden["weight"].T + hidden["bias"])))
        out = 1 / (1 + np.exp(-(h @ output["weight"].T + output["bias"])))
        delta = (out - T) * out * (1 - out)
        back = delta @ output["weight"] * gain(h)
        return {
            "hidden": {"weight": back.T @ X, "bias": back.sum()},
            "output": {"weight": delta.T @ h, "bias": delta.sum()},
        }

    def error(params):
        return net.loss(params, X, T)

    assert cp.check_grads(error, params, grad=mine).ok
    with pytest.raises(CheckError, match=r"5 of 10 elements.*\['hidden'\]"):
        cp.check_grads(error, params, grad=lambda params: mine(params, gain=np.ones_like))
