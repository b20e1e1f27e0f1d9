"""The network in reverse: a graph of its own that evaluates to the δs."""

import json

import numpy as np
import pytest

import clearprop as cp
from clearprop import explain, nn
from clearprop.errors import ExplainError
from tests.nn.networks import by_hand, four_layers, tangled, tangled_data


def test_it_gives_the_deltas_of_the_texts():
    net, *point = by_hand()
    found = explain.reverse_network(net.loss, *point)
    hidden, output = cp.run(found.graph, *found.values)
    assert [f"{number:.8f}" for number in output[0]] == ["0.13849856", "-0.03809824"]
    assert [f"{number:.8f}" for number in hidden[0]] == ["0.00877135", "0.00995425"]
    assert found.arrows == (("E", "output"), ("output", "hidden"))


def test_its_inputs_are_gains_weights_and_seeds():
    net, *point = four_layers(0.5)
    found = explain.reverse_network(net.loss, *point)
    inputs = found.inputs()
    names = ["hidden2/weight", "output/weight", "gain.hidden", "gain.hidden2", "seed.output.z"]
    assert list(inputs) == names
    layers = explain.network(net.loss, *point)
    for name in ("hidden", "hidden2"):
        a = layers[name].a
        np.testing.assert_allclose(inputs[f"gain.{name}"], a * (1 - a), rtol=1e-14)
    expected = layers["output"].a - np.eye(4)[point[2]]
    np.testing.assert_allclose(inputs["seed.output.z"], expected, rtol=1e-14)
    operations = {node.primitive.name for node in found.graph.nodes}
    assert operations == {"transpose", "dot", "multiply"}, "wires and amplifiers, nothing else"


@pytest.mark.parametrize("hidden", ["softmax", "relu"])
def test_any_wiring(hidden):
    x, side = nn.Input(3), nn.Input(2)
    layer = nn.Dense(4, "tanh", name="layer")
    first = layer(nn.Dense(3, hidden, name="before")(x))
    second = layer(x)
    join = nn.Dense(4, hidden, name="join")(nn.concatenate(first, side), second)
    outputs = [nn.Dense(2, "softmax")(nn.add(join, first)), nn.Dense(1)(join)]
    net = nn.Network([x, side], outputs, loss=["squared_error", "squared_error"])
    draw = np.random.Generator(np.random.Philox(0))
    X = [draw.normal(size=(5, 3)), draw.normal(size=(5, 2))]
    Y = [np.eye(2)[draw.integers(0, 2, 5)], draw.normal(size=(5, 1))]
    params = net.init(2)
    found = explain.reverse_network(net.loss, params, X, Y)
    layers = explain.network(net.loss, params, X, Y)
    for name, delta in found.run().items():
        np.testing.assert_allclose(delta, layers[name].delta, rtol=1e-12, atol=1e-15)
    assert ("layer", "before") in found.arrows


def test_the_shared_network_of_other_tests():
    net, data = tangled(), tangled_data()
    params = net.init(4)
    found = explain.reverse_network(net.loss, params, *data)
    layers = explain.network(net.loss, params, *data)
    assert found.layers == tuple(layer.name for layer in layers.layers)
    for name, delta in found.run().items():
        np.testing.assert_allclose(delta, layers[name].delta, rtol=1e-12, atol=1e-15)
    assert [arrow for arrow in found.arrows if arrow[0] == "E"] == [("E", "kind"), ("E", "size")]


def test_it_is_linear_in_the_seeds_and_takes_others():
    net, *point = four_layers(0.0)
    found = explain.reverse_network(net.loss, *point)
    seed = found.inputs()["seed.output.z"]
    plain, tripled = found.run(), found.run({"seed.output.z": 3 * seed})
    for name, delta in plain.items():
        np.testing.assert_allclose(tripled[name], 3 * delta, rtol=1e-13)
    silent = found.run({"gain.hidden2": np.zeros((5, 5))})
    assert not silent["hidden2"].any()
    assert not silent["hidden"].any()
    with pytest.raises(ExplainError, match=r"no input 'gain.output'.*seed.output.z"):
        found.run({"gain.output": 0.0})


def test_it_is_an_ordinary_graph():
    net, *point = by_hand()
    graph = explain.reverse_network(net.loss, *point).graph
    assert cp.parse(str(graph)) == graph
    cp.graph.check(graph)


def test_four_representations():
    net, *point = by_hand()
    found = explain.reverse_network(net.loss, *point)
    text = found.text()
    assert "output → hidden" in text
    assert "0.138498562" in text
    figures = json.loads(json.dumps(found.to_dict()))
    assert figures["delta"]["hidden"] == found.run()["hidden"].tolist()
    assert cp.parse(figures["graph"]) == found.graph
    assert "gain 0.241" in found.svg()
    assert "<svg" in found._repr_html_()
    assert repr(found) == "<ReverseNetwork hidden ← output ← E; 4 nodes>"


def test_gates_are_refused():
    def gated(params, X, Y):
        with cp.name_scope("one.z"):
            one = X @ params
        with cp.name_scope("two.z"):
            two = one * one
        with cp.name_scope("cost.examples"):
            losses = cp.numpy.sum((two - Y) ** 2, axis=1)
        return cp.numpy.sum(losses)

    point = (np.ones((2, 2)), np.ones((3, 2)), np.ones((3, 2)))
    with pytest.raises(ExplainError, match="needs activations, so it is no network of amplifiers"):
        explain.reverse_network(gated, *point)
    assert explain.network(gated, *point)["one"].delta.shape == (3, 2)
