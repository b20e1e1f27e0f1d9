"""The two worked networks: every figure of the texts, to every digit given there."""

import json

import numpy as np
import pytest

from clearprop.nn.examples import four_layer, two_layer_by_hand


@pytest.fixture(scope="module")
def hand():
    return two_layer_by_hand()


@pytest.fixture(scope="module")
def layers():
    return four_layer()


def shown(number, text):
    """The number, rounded to as many decimals as the text has."""
    return f"{number:.{len(text.partition('.')[2])}f}"


START = {
    "i1": "0.05",
    "w1": "0.15",
    "w4": "0.30",
    "w8": "0.55",
    "b1": "0.35",
    "b2": "0.60",
    "out_h1": "0.593269992",
    "out_h2": "0.596884378",
    "out_o1": "0.751365070",
    "out_o2": "0.772928465",
    "E": "0.298371109",
    "delta_o1": "0.13849856",
    "delta_o2": "-0.03809824",
    "dE_dw5": "0.08216704",
    "dE_dw6": "0.08266763",
    "dE_dw7": "-0.02260254",
    "dE_dw8": "-0.02274024",
    "delta_h1": "0.00877135",
    "delta_h2": "0.00995425",
    "dE_dw1": "0.00043857",
    "dE_dw2": "0.00087714",
    "dE_dw3": "0.00049771",
    "dE_dw4": "0.00099543",
}
ONE_UPDATE = {
    "w5": "0.35891648",
    "w6": "0.40866619",
    "w7": "0.51130127",
    "w8": "0.56137012",
    "w1": "0.14978072",
    "w2": "0.19956143",
    "w3": "0.24975114",
    "w4": "0.29950229",
    "E": "0.291027774",
}


@pytest.mark.parametrize(("name", "text"), START.items())
def test_forward_and_backward_by_hand(hand, name, text):
    figures = hand["biases_held"]["updates_0"] | hand["inputs"]
    assert shown(figures[name], text) == text


@pytest.mark.parametrize(("name", "text"), ONE_UPDATE.items())
def test_one_update_with_biases_held(hand, name, text):
    assert shown(hand["biases_held"]["updates_1"][name], text) == text


@pytest.mark.parametrize(
    ("variant", "after", "name", "text"),
    [
        ("biases_held", 10000, "E", "0.0000351019"),
        ("biases_held", 10000, "out_o1", "0.01591362"),
        ("biases_held", 10000, "out_o2", "0.98406427"),
        ("biases_trained", 1, "E", "0.285750887"),
        ("biases_trained", 10000, "E", "0.00000435532"),
        ("biases_trained_per_unit", 1, "E", "0.280471447"),
        ("biases_trained_per_unit", 10000, "E", "0.00000244756"),
    ],
)
def test_training_by_hand(hand, variant, after, name, text):
    assert shown(hand[variant][f"updates_{after}"][name], text) == text


def test_biases_are_held_or_trained(hand):
    held, shared = (hand[name]["updates_1"] for name in ("biases_held", "biases_trained"))
    assert (held["b1"], held["b2"]) == (0.35, 0.60)
    slope = hand["biases_trained"]["updates_0"]["dE_db2"]
    assert shared["b2"] == 0.60 - 0.5 * slope
    assert "b3" not in shared
    assert "b4" in hand["biases_trained_per_unit"]["updates_1"]


def test_factors_multiply_to_the_slopes(hand):
    for variant in ("biases_held", "biases_trained", "biases_trained_per_unit"):
        for figures in hand[variant].values():
            for weight in range(1, 9):
                product = np.prod(figures[f"factors_w{weight}"])
                assert product == pytest.approx(figures[f"dE_dw{weight}"], rel=1e-12)


@pytest.mark.parametrize(
    ("strength", "total", "slopes"),
    [
        ("0", "2.799426647", ("-0.0000108654", "0.0070539059", "0.0550245231")),
        ("0.5", "2.815813801", ("-0.0028050204", "0.0169474884", "0.0649181056")),
    ],
)
def test_four_layers(layers, strength, total, slopes):
    figures = layers[f"lambda_{strength}"]
    assert shown(figures["J"], total) == total
    for place, text in enumerate(slopes):
        assert shown(figures["D_unit2_input1"][place], text) == text
        assert figures["D_unit2_input1"][place] == figures[f"D{place + 1}"][1][1]


def test_four_layers_delta(layers):
    texts = ("0.50924681", "-0.49194917", "0.50621349", "0.50388103")
    for number, text in zip(layers["lambda_0"]["delta4"][0], texts, strict=True):
        assert shown(number, text) == text


def test_four_layers_agree_with_engine_and_differences(layers):
    for strength in ("0", "0.5"):
        apart = layers[f"lambda_{strength}"]["largest_difference"]
        assert apart["gradient"] < 1e-15
        assert apart["numerical"] < 1e-9


def test_four_layers_shapes(layers):
    figures = layers["lambda_0"]
    shapes = {name: np.shape(figures[name]) for name in figures if name[-1].isdigit()}
    assert layers["sizes"] == [3, 5, 5, 4]
    assert shapes["a1"] == (5, 3)
    assert shapes["a4"] == shapes["z4"] == shapes["delta4"] == (5, 4)
    assert "delta1" not in figures
    for name in ("Delta", "D", "gradient", "numerical"):
        assert [shapes[f"{name}{place}"] for place in (1, 2, 3)] == [(5, 4), (5, 6), (4, 6)]


def test_both_are_plain_json(hand, layers):
    assert json.loads(json.dumps(hand)) == hand
    assert json.loads(json.dumps(layers)) == layers
