"""What a check returns: text, plain data, and a picture."""

import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import DtypeError


def loss(p, x):
    return np.sum(np.maximum(p["w"] @ x + p["b"], 0) ** 2)


POINT = ({"w": np.arange(12.0).reshape(3, 4) - 5.2, "b": np.ones(3)}, np.linspace(-1, 1, 4))


def wrong(p, x):
    slopes = cp.grad(loss)(p, x)
    slopes["w"][2, 1] *= 1.5
    return slopes


@pytest.fixture
def failed():
    return cp.check_grads(loss, *POINT, argnums=0, grad=wrong, raises=False)


def test_it_is_true_if_it_is_ok(failed):
    right = cp.check_grads(loss, *POINT)
    assert right
    assert not failed
    assert hash(right) == hash(cp.check_grads(loss, *POINT))
    assert repr(right) == "GradientCheck(ok: 38 of 38 derivatives agree)"
    assert repr(failed) == "GradientCheck(FAILED: 14 of 15 derivatives agree)"


def test_the_text(failed):
    lines = failed.text().splitlines()
    assert lines[0].split("  ")[0] == "derivative by"
    assert [line.split()[0] for line in lines[1:3]] == ["p['b']", "p['w']"]
    assert lines[2].endswith("1 FAILS")
    assert lines[3].startswith("d/d p['w'][2, 1]: given ")
    assert max(map(len, lines[:3])) <= 80


def test_modes_that_say_the_same_share_a_sentence():
    result = cp.check_grads(lambda x: cp.stop_gradient(x) * x, 2.0, raises=False)
    assert [r.split(",")[0] for r in result.remarks] == ["d/d x: reverse"]
    assert result.remarks[0].startswith("d/d x: reverse, forward 2, numerical 4")


def test_many_failures_are_not_all_told():
    result = cp.check_grads(np.sum, np.ones(50), grad=lambda x: 2 * x, raises=False)
    assert "… and 45 more like these" in result.text()


def test_plain_data(failed):
    found = json.loads(json.dumps(failed.to_dict()))
    assert (found["ok"], found["skipped"], found["directions"]) == (False, 0, [])
    element = next(e for e in found["elements"] if not e["ok"])
    assert element["argument"] == "p['w']"
    assert element["index"] == [2, 1]
    assert (element["status"], element["mode"], element["order"]) == ("fails", "given", 1)
    assert element["error"] > element["allowed"]


def drawing(result):
    """The picture, as a parsed tree, and its texts."""
    html = result._repr_html_()
    svg = re.search("<svg.*</svg>", html, re.DOTALL)
    tree = ElementTree.fromstring(svg[0])
    return tree, [text for text in tree.itertext() if text.strip()]


def test_the_picture(failed):
    tree, texts = drawing(failed)
    cells = [node for node in tree.iter("rect") if "cp-cell" in node.get("class")]
    shades = [node.get("class").split()[1] for node in cells]
    assert shades.count("cp-shade5") == 1 + 1, "the wrong one, and the legend"
    assert len(cells) == 12 + 3 + 6
    assert {"p['w'] (3, 4)", "p['b'] (3,)", "analytic", "numerical"} <= set(texts)
    crosses = [node for node in tree.iter("path") if node.get("class") == "cp-cross"]
    assert len(crosses) == 1
    assert "p['w'][2, 1]" in crosses[0][0].text


def test_the_picture_follows_light_and_dark(failed):
    html = failed._repr_html_()
    assert "@media (prefers-color-scheme: dark)" in html
    assert "http" not in html
    style = re.search("<style>(.*)</style>", html, re.DOTALL)[1]
    scope = re.search(r'<div class="(clearprop-\w+)">', html)[1]
    assert all(
        rule.startswith((f".{scope}", "@media", " ", "}", "  "))
        for rule in style.split("\n")
        if rule
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: cp.check_grads(np.sin, 1.0),
        lambda: cp.check_grads(lambda x: x**2, np.array([1e-9, 1.0, -1e9]), order=2, raises=False),
        lambda: cp.check_grads(np.sum, np.ones((100, 70)), max_elements=20),
        lambda: cp.check_grads(np.sum, np.ones((2, 3, 4))),
        lambda: cp.check_grads(np.sum, np.zeros((0, 3))),
        lambda: cp.check_grads(lambda x: np.abs(x) + np.log(x + 0.5), np.array([0.0, 1.0, -1.0])),
        lambda: cp.check_grads(np.log, -1.0, raises=False),
        lambda: cp.check_grads(lambda x: 0 * x, 1.0),
        lambda: cp.check_grads(np.exp, 1.0, order=3),
        lambda: cp.check_grads(lambda p: p["<b>"] ** 2, {"<b>": 2.0}),
    ],
)
def test_every_outcome_can_be_drawn(make):
    result = make()
    if result.checks:
        tree, _ = drawing(result)
        width, height = float(tree.get("width")), float(tree.get("height"))
        for node in tree.iter("rect"):
            x, y = float(node.get("x")), float(node.get("y"))
            assert -1 <= x <= x + float(node.get("width")) <= width + 1
            assert -1 <= y <= y + float(node.get("height")) <= height + 1
    assert "<b>" not in result._repr_html_()
    assert result.text()


def test_empty_arrays_and_things_that_are_no_floats():
    result = cp.check_grads(lambda x, y, n: np.sum(x) + y * n, np.zeros((0, 2)), 2.0, 3)
    assert result.ok
    assert [e.place for e in result.elements] == ["y", "y"]
    assert "empty, so nothing to compare: x" in result.text()
    assert cp.check_grads(np.sum, np.zeros(0))
    passing = cp.check_grads(lambda x: {"y": x, "n": 3, "s": "text", "i": np.arange(2)}, 1.0)
    assert "passed over, as they are no floats: result['n'], result['s'], result['i']" in (
        passing.text().replace(
            "result['i'], result['n'], result['s']", "result['n'], result['s'], result['i']"
        )
    )


@pytest.mark.parametrize("value", [3, "text", np.arange(3), (True, 2)])
def test_a_function_without_floats_is_refused(value):
    with pytest.raises(DtypeError, match="wants a function that returns floats"):
        cp.check_grads(lambda x: value, 1.0)


def test_an_integer_is_not_differentiated():
    with pytest.raises(DtypeError, match="cannot move argument n: it holds int64"):
        cp.check_grads(lambda x, n: np.sum(x * n), np.ones(3), np.arange(3), argnums=(0, 1))
    with pytest.raises(DtypeError, match="cannot move argument n: it holds int"):
        cp.check_grads(lambda n: n * 1.0, 3, argnums=0)


def test_the_arguments_are_left_alone():
    x = np.array([1.0, 2.0])

    def spoiler(x):
        value = np.sum(x**2)
        x[:] = 0
        return value

    assert cp.check_grads(spoiler, x, grad=lambda x: 2 * x).ok
    assert list(x) == [1.0, 2.0]
