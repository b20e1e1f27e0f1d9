"""The three-factor product of single weights: the text's figures, and the engine's gradient."""

import json

import numpy as np
import pytest

import clearprop as cp
from clearprop import explain, nn
from clearprop.errors import ExplainError
from tests.nn.networks import by_hand, scoped, tangled, tangled_data


@pytest.mark.parametrize(
    ("place", "slope", "updated"),
    [
        (("hidden", 0, 0), "0.00043857", "0.14978072"),
        (("hidden", 0, 1), "0.00087714", "0.19956143"),
        (("hidden", 1, 0), "0.00049771", "0.24975114"),
        (("hidden", 1, 1), "0.00099543", "0.29950229"),
        (("output", 0, 0), "0.08216704", "0.35891648"),
        (("output", 0, 1), "0.08266763", "0.40866619"),
        (("output", 1, 0), "-0.02260254", "0.51130127"),
        (("output", 1, 1), "-0.02274024", "0.56137012"),
    ],
)
def test_figures_of_the_text(place, slope, updated):
    net, *point = by_hand()
    found = explain.weight(net.loss, *point, *place, eta=0.5)
    assert f"{found.gradient:.8f}" == slope
    assert f"{found.updated:.8f}" == updated
    (use,) = found.uses
    assert f"{use.product[0]:.8f}" == slope


def test_the_factors_of_an_output_weight():
    net, *point = by_hand()
    (use,) = explain.weight(net.loss, *point, "output", 0, 0).uses
    out, target = use.out[0], 0.01
    assert use.error_by_out[0] == out - target
    assert use.out_by_net[0] == pytest.approx(out * (1 - out), rel=1e-15)
    assert f"{use.net_by_weight[0]:.9f}" == "0.593269992"
    assert f"{use.delta[0]:.8f}" == "0.13849856"
    assert [reach.name for reach in use.reaches] == ["E"]


def test_the_sum_behind_a_hidden_weight():
    net, *point = by_hand()
    (use,) = explain.weight(net.loss, *point, "hidden", 1, 0).uses
    assert [reach.name for reach in use.reaches] == ["output[0]", "output[1]"]
    assert [float(reach.partial[0]) for reach in use.reaches] == [0.45, 0.55]
    assert [f"{reach.delta[0]:.8f}" for reach in use.reaches] == ["0.13849856", "-0.03809824"]
    total = sum(reach.delta * reach.partial for reach in use.reaches)
    np.testing.assert_allclose(use.error_by_out, total, rtol=1e-14)


def test_every_weight_of_any_wiring():
    net, data = tangled(regularization=0.4), tangled_data()
    params = net.init(3)
    slopes = cp.grad(net.loss)(params, *data)
    for layer, entries in slopes.items():
        units, inputs = entries["weight"].shape
        shared = entries["bias"].shape == ()
        for unit in range(units):
            for source in (*range(inputs), "bias"):
                found = explain.weight(net.loss, params, *data, layer, unit, source)
                expected = entries["bias"] if source == "bias" else entries["weight"][unit]
                expected = expected if source == "bias" and shared else expected[
                    unit if source == "bias" else source
                ]  # fmt: skip
                assert found.total_gradient == expected
                total = sum(use.product.sum() for use in found.uses)
                assert total == pytest.approx(found.gradient, rel=1e-9, abs=1e-13)
                for use in found.uses:
                    np.testing.assert_allclose(use.error_by_out * use.out_by_net, use.delta)
                    if use.reaches:
                        summed = sum(reach.delta * reach.partial for reach in use.reaches)
                        np.testing.assert_allclose(use.error_by_out, summed, atol=1e-15)
        uses = 2 if layer == "twice" else units if shared else 1
        assert len(found.uses) == uses


def test_cross_entropy_says_how_its_first_factor_is_meant():
    net = nn.stack([3, 4, 3], hidden="tanh", output="softmax", loss="cross_entropy")
    params, X, Y = net.init(1), np.ones((2, 3)), np.array([0, 2])
    (use,) = explain.weight(net.loss, params, X, Y, "output", 1, 2).uses
    assert "cross-entropy" in use.note
    assert "softmax" in use.note
    a = net(params, X)[:, 1]
    np.testing.assert_allclose(use.out_by_net, a * (1 - a), rtol=1e-13)
    np.testing.assert_allclose(use.delta, a, rtol=1e-13)
    (hidden,) = explain.weight(net.loss, params, X, Y, "hidden", 0, 0).uses
    assert not hidden.note


def test_weights_in_either_orientation():
    draw = np.random.Generator(np.random.Philox(1))
    params = [draw.normal(size=shape) for shape in ((4, 4), (4,), (4, 1))]
    X, Y = draw.normal(size=(3, 4)), draw.normal(size=(3, 1))
    found = explain.weight(scoped, params, X, Y, "first", 1, 2)
    assert found.value == params[0][2, 1]
    assert found.total_gradient == cp.grad(scoped)(params, X, Y)[0][2, 1]
    assert found.name == "first[1] ← X[2]"


def test_text():
    net, *point = by_hand()
    text = explain.weight(net.loss, *point, "hidden", 0, 0, eta=0.5).text()
    assert text.splitlines() == [
        "hidden[0] ← X[0]: w = 0.15, E = 0.298371109",
        "∂E/∂w = ∂E/∂out · ∂out/∂net · ∂net/∂w",
        "      = 0.0363503064 · 0.241300709 · 0.05 = 0.000438567734",
        "  ∂E/∂out is the sum over what the unit reaches, δ times weight:",
        "    output[0]: 0.138498562 · 0.4 = 0.0553994247",
        "    output[1]: −0.0380982365 · 0.5 = −0.0190491183",
        "update: w − η ∂E/∂w = 0.15 − 0.5 · 0.000438567734 = 0.149780716",
    ]


def test_many_examples_and_units_are_summed_up():
    net = nn.stack([2, 3, 25], hidden="tanh", regularization=1.0)
    X = np.random.Generator(np.random.Philox(0)).normal(size=(30, 2))
    found = explain.weight(net.loss, net.init(), X, np.zeros((30, 25)), "hidden", 0, 1)
    text = found.text()
    assert "the sum over 30 examples" in text
    assert "the other 20 examples" in text
    assert "16 more: " in text
    assert "of the total J" in text
    assert "18 more units" in found.svg(example=4)


def test_other_representations():
    net, *point = by_hand()
    found = explain.weight(net.loss, *point, "hidden", 0, "bias", eta=0.5)
    figures = json.loads(json.dumps(found.to_dict()))
    assert figures["gradient"] == found.gradient
    assert [use["unit"] for use in figures["uses"]] == ["hidden[0]", "hidden[1]"]
    assert "every unit" in found.text()
    assert "∂out/∂net" in found.svg()
    assert "<svg" in found._repr_html_()
    assert repr(found).startswith("<WeightExplanation of hidden[every unit] ← bias")


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (("hiden", 0, 0), "no layer 'hiden'.*Did you mean 'hidden'"),
        (("hidden", 2, 0), "layer 'hidden' has no unit 2.*Its 2 units are 0 to 1"),
        (("hidden", 0, -1), "layer 'hidden' has no input -1"),
        (("hidden", 0, "w"), "layer 'hidden' has no input 'w'"),
    ],
)
def test_misuse(place, message):
    net, *point = by_hand()
    with pytest.raises(ExplainError, match=message):
        explain.weight(net.loss, *point, *place)


def test_no_bias_and_several_matrices():
    x = nn.Input(2)
    net = nn.Network(x, nn.Dense(2, bias=None)(x))
    with pytest.raises(ExplainError, match="has no single bias"):
        explain.weight(net.loss, net.init(), np.ones((1, 2)), np.ones((1, 2)), "output", 0, "bias")

    def two(params, X, Y):
        with cp.name_scope("only.z"):
            z = X @ params["one"] + X @ params["two"]
        with cp.name_scope("cost.examples"):
            losses = cp.numpy.sum((z - Y) ** 2, axis=1)
        return cp.numpy.sum(losses)

    params = {"one": np.eye(2), "two": np.ones((2, 2))}
    point = (params, np.ones((1, 2)), np.ones((1, 2)))
    with pytest.raises(ExplainError, match=r"no single weight matrix.*'one', 'two'.*parameter="):
        explain.weight(two, *point, "only", 0, 0)
    assert explain.weight(two, *point, "only", 0, 0, parameter="two").value == 1.0
