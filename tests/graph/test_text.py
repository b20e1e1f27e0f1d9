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


BODIES = """\
graph(x: float) {
  %0: bool = greater(x, 0.0)
  %1: float64 = cast(x, dtype=float64)
  %2: (float64,) = cond(%0, float64[2](1.0, 1.0), %1, on_true=@0, on_false=@1)
  %3: float64 = item(%2, index=0)
  return %3
}
@0 = graph(another0: float64[2], x0: float64) {
  %0: float64 = sin(x0)
  return %0
}
@1 = graph(captured0: float64[2], x0: float64) {
  %0: (float64, float64[2]) = scan(x0, captured0, body=@2, length=2, consts=0, carries=1, \
backward=False)
  %1: float64 = item(%0, index=0)
  %2: float64[2] = item(%0, index=1)
  return %1
}
@2 = graph(x0: float64, x1: float64) {
  %0: float64 = multiply(x0, x1)
  return %0, x0
}"""


def with_bodies(x):
    def scanned(x):
        return cp.scan(lambda c, t: (c * t, None), x, np.ones(2))[0]

    return cp.cond(x > 0, np.sin, scanned, x)


def test_bodies_stand_below_the_graph_that_uses_them():
    graph = cp.trace(with_bodies)(1.5)
    assert str(graph) == BODIES
    assert cp.parse(BODIES) == graph
    assert cp.run(cp.parse(BODIES), 1.5) == [np.sin(1.5)]


def test_a_body_that_is_used_twice_stands_once_and_large_constants_at_the_foot():
    def f(x):
        return cp.cond(x > 0, np.sin, np.sin, x) + np.sum(x * np.arange(100.0))

    text = str(cp.trace(f)(1.5))
    assert text.count("= graph(") == 1
    assert text.splitlines()[-2] == "}"
    assert text.splitlines()[-1].startswith("#")
    assert cp.parse(text) == cp.trace(f)(1.5)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("on_true=@0", "on_true=@3", "line 4, column 63 .*the graph '@3' does not stand below"),
        ("on_true=@0", "on_true=@", "line 4, .*unreadable text '@"),
        ("body=@2", "body=@1", "line 13, .*the graph '@1' does not stand below"),
        ("body=@2", "body=@0", "line 13, .*the graph '@0' does not stand below"),
        ("@1 =", "@0 =", "line 8, column 4 .*'@0' is defined twice"),
        ("@1 =", "@1", "line 12, .*expected '=', found 'graph'"),
        ("@1 = graph", "@1 = grph", "line 12, .*expected 'graph', found 'grph'"),
        ("  %0: float64 = sin", "  @9 = sin", "line 9, .*expected a node's name"),
        ("  return %0\n}\n@1", "@1", "line 9, .*the text ends before 'return'"),
        ("  return %0, x0\n}", "  return %0, x0", "line 20, .*expected '}'"),
        ("}\n@0 = ", "}\n", "line 4, .*the graph '@0' does not stand below"),
        ("sin(x0)", "sin(%9)", "line 9, .*'%9' is not defined above"),
        ("sin(x0)", "sin(x)", "line 9, .*'x' is not defined above"),
        ("(float64,) =", "(float64 =", r"line 4, .*expected '\)', found '='"),
        ("(float64,) =", "((float64,),) =", "line 4, .*a tuple cannot hold a tuple"),
        ("(float64,) =", "stack((float64,)) =", "line 4, .*a stack cannot hold a tuple"),
        ("(float64,) =", "stack() =", r"line 4, .*expected a type, found '\)'"),
        ("(float64,) =", "(float65,) =", "line 4, .*no dtype 'float65'"),
    ],
)
def test_what_is_wrong_with_a_body_is_said_with_its_line(old, new, message):
    assert BODIES.count(old) == 1
    with pytest.raises(ParseError, match=message):
        cp.parse(BODIES.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("on_true=@0", "on_true=3", "on_true=3 is no Graph"),
        ("on_true=@0", "on_true=@2", "a body takes"),
        (
            "x0: float64) {\n  %0: float64 = sin",
            "x0: float32) {\n  %0: float32 = sin",
            "a body takes",
        ),
        ("index=0)\n  return %3", "index=1)\n  return %3", "item 1 of a value of type"),
        ("  return %3", "  return %2", r"an input or output of type \(float64,\)"),
    ],
)
def test_bodies_that_do_not_fit_make_an_illegal_graph(old, new, message):
    with pytest.raises(GraphError, match=message):
        cp.parse(BODIES.replace(old, new))


@given(st.integers(0, len(BODIES) - 1), st.sampled_from('@0123#()=,{}\nstack %"'))
@settings(deadline=None)
def test_damaged_bodies_parse_or_are_refused(place, character):
    with contextlib.suppress(GraphError):
        cp.parse(BODIES[:place] + character + BODIES[place + 1 :])


def test_types_of_tuples_and_stacks_survive():
    text = """\
graph(x: stack(stack(float32[2])), y: stack(bool), z: float32[2]) {
  %0: (stack(stack(float32[2])), stack(float32[2])) = stack_pop(x)
  %1: stack(float32[2]) = item(%0, index=1)
  %2: stack(float32[2]) = stack_push(%1, z)
  %3: stack(float32[2]) = stack_new(shape=(2,), dtype=float32, depth=0)
  return %2, y, %3
}"""
    assert str(cp.parse(text)) == text


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


def test_a_body_stands_below_all_that_use_it():
    loop = lambda x: cp.fori_loop(0, 2, lambda i, u: u * 1.5, x)  # noqa: E731
    graph = cp.trace(lambda x: cp.checkpoint(loop)(loop(x)))(2.0)
    assert str(graph).count("\n@") == 2
    assert cp.parse(str(graph)) == graph
