"""The text form: parse is the inverse of str, and errors name line and column."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ArgumentError, GraphError, ParseError

GOLDEN = """\
graph(x: float64[3], n: int) {
  %0: float64[3] = sin(x)
  %1: float64[3] = multiply(%0, 2.0)
  %2: float64 = sum(%1, axes=(0,))
  %3: bool = greater(%2, 0.0)
  guard bool %3 == True
  return %2, x, float64(3.0)
}"""


def golden(x, n):
    total = np.sum(np.sin(x) * 2)
    if total > 0:
        return total, x, np.float64(3.0)
    return x


def test_the_text_of_a_graph_is_this():
    graph = cp.trace(golden)(np.ones(3), 2)
    assert str(graph) == GOLDEN
    assert cp.parse(GOLDEN) == graph
    assert str(cp.parse(GOLDEN)) == GOLDEN


@given(
    hnp.arrays(
        st.sampled_from(
            ["bool", "int8", "uint64", "float16", "float32", "float64", "complex64", "complex128"]
        ),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    )
)
def test_every_constant_survives_to_the_bit(array):
    graph = cp.graph.Graph((), (), (cp.graph.constant(array, weak=False),))
    again = cp.parse(str(graph))
    assert again == graph
    assert again.outputs[0].value.tobytes() == array.tobytes()


@pytest.mark.parametrize("number", [0.0, -0.0, 1e-323, 1.7e308, float("inf"), -float("inf"), 7, -3])
def test_weak_numbers_survive(number):
    graph = cp.graph.Graph((), (), (cp.graph.constant(number),))
    assert cp.parse(str(graph)) == graph


def test_large_constants_stand_in_a_side_table():
    big = np.arange(1000.0)
    text = str(cp.trace(lambda x: x + big)(big))
    assert text.count("\n") < 8
    assert "float64[1000]#" in text
    assert cp.parse(text) == cp.trace(lambda x: x + big)(big)


def test_a_nan_with_its_own_bits_survives():
    strange = np.array([0x7FF8000000000001], np.uint64).view(np.float64)
    graph = cp.graph.Graph((), (), (cp.graph.constant(strange),))
    assert cp.parse(str(graph)).outputs[0].value.tobytes() == strange.tobytes()


def test_input_names_are_made_fit_to_print():
    graph = cp.trace(lambda p: p["a b"] + p["π"])({"a b": 1.0, "π": 2.0})
    assert cp.parse(str(graph)) == graph


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected 'graph'"),
        ("graf() {", "line 1, column 1"),
        ("graph(x: float64) {\n  return y\n}", "line 2, column 10.*'y' is not defined"),
        ("graph(x: float65) {", "no dtype 'float65'"),
        ("graph(x: float64) {\n  %0: float64 = sine(x)\n  return %0\n}", "no primitive 'sine'"),
        ("graph(x: float64) {\n  %0: float64 = sin(x\n", "expected ','"),
        ("graph(x: float64) {\n  return x", "expected '}'"),
        ("graph(x: float64) {", "ends before 'return'"),
        ("graph(x: float64, x: float64) {", "defined twice"),
        ("graph(x: float64) {\n  return x\n}\nmore", "after the graph's closing brace"),
        ("graph(x: float64) {\n  return float64[2](1.0)\n}", "2 elements, 1 are given"),
        ("graph(x: float64) {\n  return §\n}", "unreadable text"),
        ("graph(x: int8) {\n  return int8(1000)\n}", "cannot hold"),
        ("graph() {\n  return float64[99]#0123456789abcdef\n}", "side table has no entry"),
    ],
)
def test_a_text_that_cannot_be_read_says_where(text, message):
    with pytest.raises(ParseError, match=message):
        cp.parse(text)


def test_a_text_that_describes_an_illegal_graph_is_refused():
    text = "graph(x: float64[2]) {\n  %0: float64[3] = sin(x)\n  return %0\n}"
    with pytest.raises(GraphError, match=r"%0 \(sin\) has type float64\[3\], not float64\[2\]"):
        cp.parse(text)


@given(st.text(max_size=200))
def test_no_text_raises_anything_but_a_graph_error(text):
    with pytest.raises(GraphError):
        cp.parse(text)


@given(st.integers(0, len(GOLDEN) - 1), st.characters(codec="ascii"))
def test_a_damaged_text_parses_or_is_refused(place, character):
    with contextlib.suppress(GraphError):
        cp.parse(GOLDEN[:place] + character + GOLDEN[place + 1 :])


@pytest.mark.parametrize("text", [None, 3, b"graph() {}"])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(ArgumentError, match="wants the text of a graph"):
        cp.parse(text)


@pytest.mark.parametrize(
    ("constant", "words"),
    [
        ("float64[1.5](1.0)", "no length of an axis"),
        ("float64[-1](1.0)", "no length of an axis"),
        ("float64[99999999999999999999](1.0)", "no length of an axis"),
        ("int64(1.5)", "cannot hold 1.5"),
        ("bool(2)", "cannot hold 2"),
        ('float64("1.5")', "cannot hold '1.5'"),
        ("99999999999999999999", "cannot hold"),
        ("", "line 2, column 12 of the graph's text: expected a value"),
    ],
)
def test_constants_that_are_none(constant, words):
    text = f"graph(x: float64) {{\n  return x, {constant}\n}}"
    with pytest.raises(ParseError, match=words):
        cp.parse(text)


def parsed_or_complaint(text):
    try:
        return cp.parse(text)
    except GraphError as error:
        return str(error)


PIECES = (
    "(",
    ")",
    "]",
    "=",
    "%0",
    "%9",
    "-1",
    "1e999",
    "nan",
    "1.5",
    '"\\ud"',
    "None",
    "guard int",
    "²",
)


@given(data=st.data())
@settings(deadline=None, max_examples=200)
def test_a_damaged_text_is_a_graph_error_with_its_line(data):
    def f(x, n):
        y = cnp.concatenate([x[::-1], np.sin(x) * 2])
        y[n] = np.max(x, axis=0)
        return y if y.sum() > 0 else -y

    text = str(cp.trace(f)(np.array([1.0, 2.0, 3.0]), 1))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = start + data.draw(st.integers(0, 4))
        text = text[:start] + data.draw(st.sampled_from(PIECES)) + text[stop:]
    found = parsed_or_complaint(text)
    assert isinstance(found, cp.Graph) or "line " in found or "<text>:" in found
