"""z, a, δ, Δ and D of every layer: the text's figures, the engine's gradient, any wiring."""

import json

import numpy as np
import pytest

import clearprop as cp
from clearprop import explain, nn
from clearprop.errors import ExplainError
from tests.nn.networks import by_hand, four_layers, scoped, tangled, tangled_data


@pytest.mark.parametrize(
    ("strength", "total", "slopes"),
    [
        (0.0, "2.799426647", ("-0.0000108654", "0.0070539059", "0.0550245231")),
        (0.5, "2.815813801", ("-0.0028050204", "0.0169474884", "0.0649181056")),
    ],
)
def test_figures_of_the_text(strength, total, slopes):
    net, *point = four_layers(strength)
    found = explain.network(net.loss, *point)
    assert f"{found.total:.9f}" == total
    for layer, text in zip(found.layers, slopes, strict=True):
        assert f"{layer.D['weight'][1, 0]:.10f}" == text
    deltas = [f"{number:.8f}" for number in found["output"].delta[0]]
    assert deltas == ["0.50924681", "-0.49194917", "0.50621349", "0.50388103"]


def test_the_textbooks_formulas():
    net, params, X, Y = four_layers(0.5)
    first, second, last = explain.network(net.loss, params, X, Y).layers
    np.testing.assert_allclose(last.delta, last.a - np.eye(4)[Y], rtol=1e-14)
    for here, after in ((second, last), (first, second)):
        expected = after.delta @ after.Theta["weight"] * here.a * (1 - here.a)
        np.testing.assert_allclose(here.delta, expected, rtol=1e-12)
    for layer, incoming in ((first, X), (second, first.a), (last, second.a)):
        np.testing.assert_allclose(layer.Delta["weight"], layer.delta.T @ incoming, rtol=1e-12)
        np.testing.assert_allclose(layer.Delta["bias"], layer.delta.sum(axis=0), rtol=1e-12)
        expected = layer.Delta["weight"] / 5 + 0.5 / 5 * layer.Theta["weight"]
        np.testing.assert_allclose(layer.D["weight"], expected, rtol=1e-12)
        np.testing.assert_allclose(layer.D["bias"], layer.Delta["bias"] / 5, rtol=1e-12)


def test_any_wiring_agrees_with_the_engine():
    net, data = tangled(regularization=0.4), tangled_data()
    params = net.init(3)
    found = explain.network(net.loss, params, *data)
    slopes = cp.grad(net.loss)(params, *data)
    names = ["twice", "before", "twice#2", "mixed", "kind", "size"]
    assert [layer.name for layer in found.layers] == names
    assert found["twice#2"].D == {}
    for name, entries in slopes.items():
        for entry, slope in entries.items():
            np.testing.assert_array_equal(found[name].D[entry], slope)
            decay = 0.4 / 6 * params[name][entry] if entry == "weight" else 0.0
            expected = found[name].Delta[entry] / 6 + decay
            np.testing.assert_allclose(found[name].D[entry], expected, rtol=1e-12)
    assert found["mixed"].sources == ("twice", "X[0]", "twice#2")
    assert found["kind"].sources == ("mixed", "twice", "X[1]")


def test_delta_is_the_slope_of_the_examples_losses():
    """By moving one unit's bias, which moves its z for all examples alike."""
    net, data = tangled(), tangled_data()
    params = net.init(1)
    delta = explain.network(net.loss, params, *data)["mixed"].delta
    for unit in range(5):
        values = []
        for step in (1e-6, -1e-6):
            moved = {**params, "mixed": {**params["mixed"], "bias": np.eye(5)[unit] * step}}
            values.append(net.example_losses(moved, *data))
        np.testing.assert_allclose(
            delta[:, unit], (values[0] - values[1]) / 2e-6, rtol=1e-6, atol=1e-9
        )


def test_any_function_with_scopes():
    draw = np.random.Generator(np.random.Philox(1))
    params = [draw.normal(size=shape) for shape in ((2, 4), (4,), (4, 1))]
    X, Y = draw.normal(size=(3, 2)), draw.normal(size=(3, 1))
    found = explain.network(scoped, params, X, Y)
    slopes = cp.grad(scoped)(params, X, Y)
    assert list(found["first"].D) == ["0", "1"]
    np.testing.assert_array_equal(found["last"].D["2"], slopes[2])
    np.testing.assert_array_equal(found["last"].a, found["last"].z)


def test_four_representations():
    net, *point = by_hand()
    found = explain.network(net.loss, *point)
    text = found.text()
    for part in ("J = 0.298371109", "hidden, 2 units, from X", "0.138498562", "δ", "Δ weight"):
        assert part in text
    figures = json.loads(json.dumps(found.to_dict()))
    assert figures["layers"]["output"]["delta"] == found["output"].delta.tolist()
    assert set(figures["layers"]["hidden"]) >= {"z", "a", "delta", "Delta", "D", "Theta"}
    html = found._repr_html_()
    assert html.startswith("<div")
    assert "<svg" in html
    assert "NetworkExplanation of hidden, output" in repr(found)


def test_small_networks_are_drawn_by_unit_and_others_by_layer():
    net, *point = by_hand()
    assert "hidden[1]" in explain.network(net.loss, *point).svg()
    net, *point = four_layers(0.0)
    picture = explain.network(net.loss, *point).svg()
    assert "5 units" in picture
    assert "hidden[1]" not in picture


def test_large_arrays_are_cut_in_text_only():
    net = nn.stack([40, 30, 2])
    X, Y = np.ones((50, 40)), np.zeros((50, 2))
    found = explain.network(net.loss, net.init(), X, Y)
    assert len(found.text()) < 20_000
    assert np.shape(found.to_dict()["layers"]["hidden"]["D"]["weight"]) == (30, 40)


def test_lists_and_class_indices():
    net, params, X, Y = four_layers(0.0)
    one = explain.network(net.loss, params, X, Y)
    other = explain.network(net.loss, params, X.tolist(), Y.tolist())
    np.testing.assert_array_equal(one["hidden"].delta, other["hidden"].delta)


def test_misuse():
    net, *point = by_hand()
    with pytest.raises(ExplainError, match=r"no layer 'hiden'.*Did you mean 'hidden'"):
        explain.network(net.loss, *point)["hiden"]
    with pytest.raises(ExplainError, match=r"no losses per example.*cost.examples"):
        explain.network(lambda params, X, Y: cp.numpy.sum(params["a"]), {"a": X}, X, X)
    with pytest.raises(ExplainError, match="returns no single number"):
        explain.network(net.example_losses, *point)

    def without_layers(params, X, Y):
        with cp.name_scope("cost.examples"):
            losses = cp.numpy.sum((X - params) ** 2, axis=1)
        return cp.numpy.sum(losses)

    with pytest.raises(ExplainError, match="the cost has no layers"):
        explain.network(without_layers, X, X, X)


X = np.ones((2, 3))
