"""``clearprop example``: every figure of the source texts, to every digit given there."""

import functools

import pytest

import clearprop.nn.examples
from clearprop.cli import texts
from clearprop.cli.example import EXAMPLES

_by_hand = functools.cache(clearprop.nn.examples.two_layer_by_hand)


@pytest.fixture(autouse=True)
def once(monkeypatch):
    """10,000 updates three times over take seconds: once is enough for all tests."""
    monkeypatch.setattr(clearprop.nn.examples, "two_layer_by_hand", _by_hand)


def test_they_are_listed(command):
    outcome = command("example")
    assert outcome.code == 0
    for name in EXAMPLES:
        assert name in outcome.out
    assert list(command("example", "--json").json["examples"]) == list(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_agrees_with_its_text(command, name):
    outcome = command("example", name)
    count = sum(len(section) for _, section in EXAMPLES[name].sections)
    assert outcome.code == 0
    assert f"{count} of {count} figures agree with the text" in outcome.out
    assert outcome.out.count("✓") == count
    assert max(map(len, outcome.out.splitlines())) <= 100


def test_a_figure_that_does_not_agree_is_a_failure(command, monkeypatch):
    import clearprop.explain.examples as module

    figures = {**module.nine_paths(), "paths": 8}
    monkeypatch.setattr(module, "nine_paths", lambda: figures)
    outcome = command("example", "nine-paths")
    assert outcome.code == 1
    assert "2 of 3 figures agree" in outcome.out
    assert "✗" in outcome.out
    outcome = command("example", "nine-paths", "--json")
    assert (outcome.code, outcome.json["agrees"]) == (1, False)


def test_the_worked_example(command):
    found = command("example", "worked-example", "--json").json
    assert found["agrees"] is True
    assert found["value"] == 6.0
    assert found["gradient"] == {"a": 2.0, "b": 5.0}
    assert texts.found(found, "nodes/e/forward/b") == 5.0


def test_nine_paths(command):
    found = command("example", "nine-paths", "--json").json
    assert found["paths"] == len(found["products"]) == 9
    assert found["sum"] == found["factored"] == (2 + 3 + 5) * (7 + 11 + 13)
    assert found["products"]["βε"] == 33.0
    assert found["cost"]["paths_unfactored"] == {"multiplications": 9, "additions": 8}
    assert found["cost"]["paths_factored"] == {"multiplications": 1, "additions": 4}


def test_three_hundred_stages(command):
    found = command("example", "three-hundred-stages", "--json").json
    assert found["paths"] == 3**300
    assert found["digits"] == len(str(3**300)) == 144
    assert found["cost"]["reverse"] == {"multiplications": 900, "additions": 600}
    assert found["derivative"] == pytest.approx(1.0)
    assert "too many to list" in found["refused"]
    assert [path["product"] for path in found["top"]] == pytest.approx(
        [0.5**300, 0.5**299 * 0.3, 0.5**299 * 0.3]
    )


def test_two_layers_by_hand(command):
    found = command("example", "two-layer-by-hand", "--json").json
    for kind in ("biases_held", "biases_trained"):
        for count in (0, 1, 10_000):
            figures = found[kind][f"updates_{count}"]
            assert {"E", "out_o1", "out_h2", "delta_o1", "w1", "w8", "dE_dw5"} <= set(figures)
    start = found["biases_held"]["updates_0"]
    first, second, third = start["factors_w5"]
    assert first * second * third == pytest.approx(start["dE_dw5"], rel=1e-12)


def test_four_layers(command):
    found = command("example", "four-layer", "--json").json
    for strength in ("lambda_0", "lambda_0.5"):
        figures = found[strength]
        assert figures["largest_difference"]["gradient"] < 1e-14
        assert figures["largest_difference"]["numerical"] < 1e-9
        assert len(figures["numerical1"]) == 5
    assert len(found["lambda_0"]["delta4"]) == 5


@pytest.mark.parametrize(
    ("name", "said"),
    [("nine-path", "Did you mean 'nine-paths'?"), ("quux", "There are worked-example, nine-paths")],
)
def test_an_unknown_one(complaint, name, said):
    assert said in complaint("example", name)
