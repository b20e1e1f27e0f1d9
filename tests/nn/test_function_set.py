"""The structure defines a set of functions; the parameters pick one of them."""

import numpy as np
import pytest

from clearprop import nn

INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])

# Two hidden units, "at least one" and "both", of which the output unit makes its answer.
ONE, BOTH = [20.0, 20.0, -10.0], [20.0, 20.0, -30.0]
ANSWERS = {
    "and": ([0.0, 20.0, -10.0], [0, 0, 0, 1]),
    "or": ([20.0, 0.0, -10.0], [0, 1, 1, 1]),
    "exclusive or": ([20.0, -40.0, -10.0], [0, 1, 1, 0]),
    "neither": ([-20.0, 0.0, 10.0], [1, 0, 0, 0]),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_one_structure_holds_many_functions(name):
    (*weights, bias), expected = ANSWERS[name]
    net = nn.stack([2, 2, 1], hidden="sigmoid", output="sigmoid")
    params = {
        "hidden": {"weight": np.array([ONE[:2], BOTH[:2]]), "bias": np.array([ONE[2], BOTH[2]])},
        "output": {"weight": np.array([weights]), "bias": np.array([bias])},
    }
    np.testing.assert_allclose(net(params, INPUTS)[:, 0], expected, atol=1e-3)
    features = net.activations(params, INPUTS)["hidden"]
    at_least_one, both = [0, 1, 1, 1], [0, 0, 0, 1]
    np.testing.assert_allclose(features, np.column_stack([at_least_one, both]), atol=1e-3)


def test_the_last_layer_is_a_classifier():
    """Softmax by hand: z = (ln 1, ln 2, ln 5) gives the shares 1/8, 2/8, 5/8."""
    x = nn.Input(2)
    net = nn.Network(x, nn.Dense(3, "softmax")(x), loss="cross_entropy")
    params = {"output": {"weight": np.zeros((3, 2)), "bias": np.log([1.0, 2.0, 5.0])}}
    np.testing.assert_allclose(net(params, INPUTS), [[1 / 8, 2 / 8, 5 / 8]] * 4, rtol=1e-15)
    losses = net.example_losses(params, INPUTS, np.array([0, 1, 2, 2]))
    np.testing.assert_allclose(losses, np.log([8, 4, 8 / 5, 8 / 5]), rtol=1e-15)
    assert net.loss(params, INPUTS, np.array([0, 1, 2, 2])) == pytest.approx(losses.mean())
