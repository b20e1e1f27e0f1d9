"""The grammar of expressions: what it reads, what it refuses, and that nothing else happens."""

import builtins
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import clearprop as cp
from clearprop.errors import ArgumentError, ClearpropError, ExpressionError
from clearprop.explain.expressions import read_expression, read_number
from clearprop.explain.expressions.grammar import MOST_NESTED
from clearprop.explain.expressions.vocabulary import ARITIES, FUNCTIONS
from clearprop.explain.numbers.naming import names_of
from clearprop.graph import location_of

SOURCES = ("grammar", "tokens", "complaints", "pointing", "vocabulary", "expression")


def value_of(text: str, **values: float) -> float:
    """The expression's value, by way of its graph."""
    expression = read_expression(text)
    graph = expression.graph(values)
    return float(cp.run(graph, *[values[name] for name in expression.inputs_given(values)])[0])


def complaint(text: str) -> str:
    """What is said about an expression."""
    with pytest.raises(ExpressionError) as caught:
        at_ones(text)
    return str(caught.value)


def at_ones(text: str) -> cp.Graph:
    """The expression's graph, every input 1."""
    expression = read_expression(text)
    return expression.graph(dict.fromkeys(expression.inputs, 1.0))


# What it reads ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a", 2.0),
        ("a + b*c", 17.0),
        ("a - b - c", -6.0),
        ("a / b / c", 2.0 / 3.0 / 5.0),
        ("a ** b ** a", 512.0),
        ("-a**2", -4.0),
        ("a**-1", 0.5),
        ("2**-a", 0.25),
        ("--a", 2.0),
        ("- + - a", 2.0),
        ("-a*b", -6.0),
        ("a*-b", -6.0),
        ("c // a", 2.0),
        ("c % a", 1.0),
        ("-c // a", -3.0),
        ("-c % a", 1.0),
        ("((a))", 2.0),
        ("1e-3*a", 0.002),
        ("2.*a", 4.0),
        (".5*a", 1.0),
        ("2E+2*a", 400.0),
        ("pi*a", 2 * math.pi),
        ("e*a", 2 * math.e),
        ("a*exp(-inf)", 0.0),
        ("exp(log(a))", 2.0),
        ("maximum(a, b)", 3.0),
        ("max(a, min(b, c))", 3.0),
        ("abs(a - c)", 3.0),
        ("where(a < b, a, b)", 2.0),
        ("where(a >= b, a, b)", 3.0),
        ("where(logical_and(a < b, b != c), 1, 0)*a", 2.0),
        ("where(1 < 2, a, b)", 2.0),
        ("sigmoid(a*0)", 0.5),
        ("round(a + 0.4)", 2.0),
        ("ln(a) - log(a)", 0.0),
        ("d = a+b; d*c", 25.0),
        ("d = a+b\nd*c", 25.0),
        ("d = (a\n + b);;\n\n e = d*c;", 25.0),
        ("d = a; f = d; f*f", 4.0),
        ("e = a; e*e", 4.0),
        ("out = a*b", 6.0),
        (" \t a\t+ b ", 5.0),
        ("θ = a; θ*b", 6.0),
    ],
)
def test_it_computes_what_python_would(text, value):
    values = {name: v for name, v in zip("abc", (2.0, 3.0, 5.0), strict=True) if name in text}
    values = {name: v for name, v in values.items() if name in read_expression(text).inputs}
    assert value_of(text, **values) == pytest.approx(value, rel=1e-15, abs=1e-15)


def test_nodes_carry_the_names_and_the_text():
    expression = read_expression("c = a+b; d = b+1\nc*d*2")
    graph = expression.graph({"a": 2.0, "b": 1.0})
    assert list(names_of(graph).values()) == ["a", "b", "c", "d", "v1", "out"]
    places = [location_of(node) for node in graph.nodes]
    assert [(place.line, place.source) for place in places] == [
        (1, "c = a+b"),
        (1, "d = b+1"),
        (2, "c*d*2"),
        (2, "c*d*2"),
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [("a*b", "out"), ("out = 2*a; out*b", "out2"), ("out*a*b", "out2"), ("y = a*b", "y")],
)
def test_a_bare_result_has_a_name_that_is_free(text, name):
    expression = read_expression(text)
    graph = expression.graph(dict.fromkeys(expression.inputs, 2.0))
    assert names_of(graph)[graph.outputs[0]] == name


def test_inputs_come_in_the_order_of_the_text():
    expression = read_expression("y = b*a; z = y + c")
    assert expression.inputs == ("b", "a", "c")
    graph = expression.graph({"a": 1.0, "b": 2.0, "c": 3.0})
    assert [place.name for place in graph.inputs] == ["b", "a", "c"]


def test_a_constant_gives_way_to_a_value():
    assert value_of("2*e", e=3.0) == 6.0


def test_constants_are_neither_nodes_nor_inputs():
    graph = read_expression("2*3*a + exp(1)*pi").graph({"a": 1.0})
    assert [node.primitive.name for node in graph.nodes] == ["multiply", "add"]


def test_the_graph_is_the_one_of_the_python_function():
    graph = read_expression("c=a+b; d=b+1; c*d").graph({"a": 2.0, "b": 1.0})
    a, b = np.float64(2.0), np.float64(1.0)
    assert graph == cp.trace(lambda a, b: (a + b) * (b + 1))(a, b)


def test_every_function_can_be_called():
    for name, arity in ARITIES.items():
        arguments = ", ".join(
            "x > 0" if name.startswith("logical_") or place < FUNCTIONS[name].masks else "x"
            for place in range(arity)
        )
        call = f"{name}({arguments})"
        gives_truth = FUNCTIONS[name].gives == "bool"
        read_expression(f"where({call}, x, 0)" if gives_truth else call).graph({"x": 0.5})


def test_a_long_sum_is_no_deep_one():
    text = "+".join(["a"] * 20_000)
    assert value_of(text, a=1.0) == 20_000.0


def test_many_statements():
    text = ";".join(["x0 = a", *(f"x{i} = x{i - 1} + 1" for i in range(1, 2_000))])
    assert value_of(text, a=1.0) == 2_000.0


# What it refuses --------------------------------------------------------------------------------

REFUSED = [
    # text, the column, what is said about it
    ("", None, "empty"),
    (" ;\n; ", None, "empty"),
    ("a^2", 2, "Write ** for a power"),
    ("2a", 2, "operator is missing before 'a'. Write *"),
    ("(a+b)(b+1)", 6, "operator is missing before '('. Write *"),
    ("a(b+1)", 1, "no function 'a'. If a product is meant, write a*(…)"),
    ("sine(a)", 1, "no function 'sine'. Did you mean 'sin'?"),
    ("quux(a)", 1, "Only functions of the catalogue"),
    ("a b", 3, "operator is missing before 'b'"),
    ("a +", 4, "something is missing at the end"),
    ("a + ; b", 5, "something is missing at the end"),
    ("* a", 1, "something is missing before '*'"),
    ("a + * b", 5, "something is missing before '*'"),
    ("a -> b", 4, "something is missing before '>'"),
    ("()", 2, "something is missing before ')'"),
    ("(a", 1, "this ( is never closed"),
    ("(a; b", 1, "this ( is never closed"),
    ("exp(a", 4, "this ( is never closed"),
    ("(a b)", 4, "operator is missing before 'b'"),
    ("a)", 2, "this ) closes nothing"),
    ("a, b", 2, "comma stands outside a call"),
    ("1,5*a", 2, "write decimals with a point"),
    ("(a, b)", 3, "comma stands outside a call"),
    ("a < b < c", 7, "Write logical_and"),
    ("a == b", 1, "the result is a comparison"),
    ("(a < b) + 1", 9, "Write where(comparison, 1, 0)"),
    ("where(a, 1, b)", 1, "where wants a comparison"),
    ("logical_and(a, b)", 1, "logical_and wants a comparison"),
    ("a = = b", 5, "this = does not follow a name"),
    ("a + b = c", 7, "this = does not follow a name"),
    ("a += 1", 4, "this = does not follow"),
    ("a := 3", 3, "Write name = … to assign"),
    ("c = a; c = b", 8, "assigned a second time"),
    ("a = a + 1", 1, "used before it is assigned"),
    ("c = a; a = b", 8, "used before it is assigned"),
    ("a; b", 1, "not used, as it has no name"),
    ("3 + 4", 1, "the result is the number 7"),
    ("c = a; 7", 8, "the result is the number 7"),
    ("sin", 1, "the name of a function"),
    ("sin = a", 1, "the name of a function"),
    ("sin(a, b)", 1, "sin takes 1 argument, not 2"),
    ("maximum(a)", 1, "maximum takes 2 arguments, not 1"),
    ("exp()", 1, "exp takes 1 argument, not 0"),
    ("1e999*a", 1, "larger than any float64"),
    ("0x10*a", 2, "operator is missing before 'x10'"),
    ("1_000*a", 2, "operator is missing before '_000'"),
    ("1.2.3*a", 4, "operator is missing before '.3'"),
    ("1j*a", 2, "operator is missing before 'j'"),
    ("a.real", 2, "no attributes"),
    ("a[0]", 2, "no lists or indices"),
    ("{a}", 1, "no lists or indices"),
    ("'a'", 1, "no strings"),
    ('"a"', 1, "no strings"),
    ("a # comment", 3, "no comments"),
    ("a & b", 3, "Write logical_and"),
    ("a | b", 3, "logical_or"),
    ("~a", 1, "Write logical_not"),
    ("!a", 1, "Write !="),
    ("a @ b", 3, "Write *"),
    ("a − b", 3, "Write - in its place"),
    ("a × b", 3, "Write * in its place"),
    ("x²", 2, "Write **2 in its place"),
    ("（a）", 1, "Write ( in its place"),
    ("c = a；c", 6, "Write ; in its place"),
    ("√a", 1, "Write sqrt(x)"),
    ("a $ b", 3, "'$' is not part of an expression"),
    ("a \\ b", 3, "is not part of an expression"),
    ("a\x00b", 2, r"'\x00' is not part"),
    ("a\ud800", 2, r"'\ud800' is not part"),
    ("not a", 1, "Write logical_not(x)"),
    ("a and b", 3, "Write logical_and(x, y)"),
    ("a if b else c", 3, "Write where(condition, x, y)"),
    # attempts to run code
    ("__import__('os')", 1, "no function '__import__'"),
    ("__import__('os').system('true')", 1, "no function '__import__'"),
    ("eval(a)", 1, "no function 'eval'"),
    ("exec('1')", 1, "no function 'exec'"),
    ("open('x')", 1, "no function 'open'"),
    ("globals()", 1, "no function 'globals'"),
    ("getattr(a, b)", 1, "no function 'getattr'"),
    ("().__class__", 2, "something is missing before ')'"),
    ("a.__class__.__bases__", 2, "no attributes"),
    ("lambda: a", 1, "a word of Python"),
    ("lambda(a)", 1, "a word of Python"),
    ("import os", 1, "a word of Python"),
    ("a; import os", 1, "a word of Python"),
    ("a = 1; import os; a", 8, "a word of Python"),
    ("[x for x in a]", 1, "no lists"),
    ("f'{a}'", 2, "no strings"),
    ("(yield a)", 2, "a word of Python"),
    ("print(a)", 1, "no function 'print'"),
    ("a\n__import__('os')", None, "no function '__import__'"),
]


@pytest.mark.parametrize(("text", "column", "said"), REFUSED)
def test_it_refuses(text, column, said):
    message = complaint(text)
    assert said in message
    if text.strip(" ;\n"):
        lines = message.splitlines()
        assert "column" in lines[0]
        assert lines[2].lstrip().startswith("^")
        assert len(lines) == 4
    if column is not None and "import os" not in text:
        assert f"column {column} " in message


def test_no_message_moves_the_cursor():
    for text, _, _ in REFUSED:
        assert all(c.isprintable() or c == "\n" for c in complaint(text))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "(" * 10_000 + "a" + ")" * 10_000,
        "-" * 10_000 + "a",
        "**".join(["a"] * 10_000),
        "exp(" * 10_000 + "a" + ")" * 10_000,
        "maximum(a, " * 10_000 + "a" + ")" * 10_000,
    ],
)
def test_deep_nesting_is_told_and_not_suffered(text):
    message = complaint(text)
    assert f"nested more than {MOST_NESTED} deep" in message
    assert "Give the inner part a name" in message
    assert len(message) < 500


def test_nesting_just_below_the_limit_works():
    text = "(" * MOST_NESTED + "a" + ")" * MOST_NESTED
    assert value_of(text, a=3.0) == 3.0


def test_the_caret_stands_under_the_culprit():
    assert complaint("c = a+b; d = sine(b)").splitlines()[1:3] == [
        "    c = a+b; d = sine(b)",
        "                 ^~~~",
    ]


def test_the_caret_counts_chinese_characters_twice():
    _, line, caret, _ = complaint("变量 + ?").splitlines()
    assert line == "    变量 + ?"
    assert caret == "           ^"


def test_a_long_line_is_shown_around_the_culprit():
    text = "+".join(["abc"] * 200) + "+$+" + "+".join(["abc"] * 200)
    _, line, caret, _ = complaint(text).splitlines()
    assert len(line) <= 80
    assert line[caret.index("^")] == "$"
    assert line.strip()[0] == line.strip()[-1] == "…"


def test_a_line_of_many_is_named():
    message = complaint("c = a\nd = sine(c)\nd")
    assert message.startswith("line 2, column 5 of the expression:\n    d = sine(c)\n")


# Values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "the variables 'a' and 'b' of the expression have no value. Add a=1.0 b=1.0"),
        ({"a": 1.0}, "the variable 'b' of the expression has no value. Add b=1.0"),
        ({"a": 1.0, "b": 1.0, "x": 1.0}, "no such variable. Its variables: a, b"),
        ({"a": 1.0, "b": 1.0, "c": 1.0}, "the expression computes it. Remove c=…"),
        ({"a": 1.0, "b": 1.0, "pi": 1.0}, "no such variable"),
    ],
)
def test_values_that_do_not_fit(values, said):
    with pytest.raises(ArgumentError) as caught:
        read_expression("c = a + b; 2*c").graph(values)
    assert said in str(caught.value)


def test_a_value_with_a_slip_of_the_pen():
    with pytest.raises(ArgumentError, match="Did you mean 'weight'"):
        read_expression("2*weight").graph({"wieght": 1.0})


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2.0), ("-1e-3", -1e-3), ("pi/4", math.pi / 4), ("inf", math.inf), ("sqrt(2)", 2**0.5)],
)
def test_numbers(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["two", "", "2;", "1 2", "a=", "1<2", "(", "__import__('os')"])
def test_what_is_no_number(text):
    if text == "2;":
        assert read_number(text) == 2.0
        return
    with pytest.raises(ClearpropError):
        read_number(text)


# Whatever is typed ------------------------------------------------------------------------------

_PIECES = [*"abexy012.+-*/%()<>=!,; \n'\"[]{}^_", "**", "//", "1e3", "sin(", "where(", "lambda "]


def _only_complains(text):
    complaint = None
    try:
        at_ones(text)
    except ExpressionError as error:
        complaint = error
    if complaint is not None:
        assert complaint.remedy
        assert "\n\n" not in str(complaint)


@given(st.text())
@example("a" + "²" * 5_000)
@example("९")
def test_any_text_only_complains(text):
    _only_complains(text)


@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
def test_any_near_expression_only_complains(text):
    _only_complains(text)


_NAMES = {"a": 1.5, "b": -0.75, "c": 3.0}
_NUMBERS = st.floats(0.0, 1e3).map(repr)
_LEAVES = st.one_of(st.sampled_from(sorted(_NAMES)), _NUMBERS)


def _grown(inner):
    pair = st.tuples(inner, inner)
    smooth = st.builds(
        lambda pair, op: f"{pair[0]} {op} {pair[1]}", pair, st.sampled_from(["+", "-", "*", "/"])
    )
    stepped = st.builds(
        lambda x, y, op: f"{x}{op}{y}", _LEAVES, _LEAVES, st.sampled_from(["//", "%"])
    )
    power = st.builds(lambda x, y: f"{x}**{y}", inner.map("({})".format), _LEAVES)
    called = st.builds(lambda f, x: f"{f}({x})", st.sampled_from(["sin", "exp", "abs"]), inner)
    signed = st.builds(lambda sign, x: f"{sign}{x}", st.sampled_from("+-"), inner)
    return st.one_of(smooth, stepped, power, called, signed, inner.map("({})".format))


@given(st.recursive(_LEAVES, _grown, max_leaves=12))
def test_it_agrees_with_python(text):
    scope = {**_NAMES, "sin": math.sin, "exp": math.exp, "abs": abs}
    try:
        wanted = eval(text, {"__builtins__": {}}, scope)
    except (ZeroDivisionError, OverflowError, ValueError):
        assume(False)
    assume(isinstance(wanted, float) and math.isfinite(wanted))
    expression = read_expression(f"y = ({text}) + 0*a")
    found = value_of(expression.text, **{name: _NAMES[name] for name in expression.inputs})
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9) or not math.isfinite(found)


# Safety -----------------------------------------------------------------------------------------


def test_python_is_never_asked_to_evaluate(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("Python was asked to evaluate text")

    for name in ("eval", "exec", "compile"):
        monkeypatch.setattr(builtins, name, refuse)
    try:
        read = at_ones("c = a + b; sin(c)*where(c > 0, 1, pi)")
        for text, _, _ in REFUSED:
            with pytest.raises(ExpressionError):
                at_ones(text)
    finally:
        monkeypatch.undo()
    assert len(read.nodes) == 5


def test_the_sources_hold_no_evaluator():
    folder = Path(read_expression.__code__.co_filename).parent
    for name in SOURCES:
        text = (folder / f"{name}.py").read_text("utf-8")
        for word in ("eval(", "exec(", "literal_eval", "import ast"):
            assert word not in text
