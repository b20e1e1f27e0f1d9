"""The regularization term that the network worked by hand leaves out."""

import numpy as np
import pytest

import clearprop as cp
from clearprop import nn
from tests.nn.networks import by_hand, numerical

STRENGTH = 0.1
SQUARES = 1.13  # .15² + .20² + .25² + .30² + .40² + .45² + .50² + .55²


def regularized():
    _, *point = by_hand()
    x = nn.Input(2)
    hidden = nn.Dense(2, "sigmoid", name="hidden", bias="shared")(x)
    output = nn.Dense(2, "sigmoid", name="output", bias="shared")(hidden)
    return nn.Network(x, output, regularization=STRENGTH), *point


def test_the_error_grows_by_half_lambda_times_the_squares():
    net, *point = regularized()
    assert net.loss(*point) == pytest.approx(0.298371109 + STRENGTH / 2 * SQUARES, abs=1e-9)


def test_each_slope_grows_by_lambda_times_its_weight_and_the_biases_do_not():
    net, params, *data = regularized()
    slopes = cp.grad(net.loss)(params, *data)
    plain = {
        "hidden": [[0.00043857, 0.00087714], [0.00049771, 0.00099543]],
        "output": [[0.08216704, 0.08266763], [-0.02260254, -0.02274024]],
    }
    for name, expected in plain.items():
        decayed = expected + STRENGTH * params[name]["weight"]
        np.testing.assert_allclose(slopes[name]["weight"], decayed, rtol=0, atol=1e-8)
    bare, *_ = by_hand()
    for name, entries in cp.grad(bare.loss)(params, *data).items():
        assert slopes[name]["bias"] == entries["bias"]
    updated = params["output"]["weight"][0, 0] - 0.5 * slopes["output"]["weight"][0, 0]
    assert updated == pytest.approx(0.35891648 - 0.5 * STRENGTH * 0.40, abs=1e-8)


def test_it_is_the_numerical_gradient():
    net, params, *data = regularized()
    slopes = cp.grad(net.loss)(params, *data)
    expected = numerical(lambda moved: net.loss(moved, *data), params)
    for name, entries in expected.items():
        for entry, slope in entries.items():
            np.testing.assert_allclose(slopes[name][entry], slope, rtol=1e-7, atol=1e-9)
