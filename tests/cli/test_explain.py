"""``clearprop explain``: the worked example to the last figure, files, and how it looks."""

import math
import re
import xml.etree.ElementTree

import pytest

WORKED = ("c=a+b; d=b+1; c*d", "a=2", "b=1")


def test_the_worked_example_as_json(command):
    assert command("explain", *WORKED, "--json").json == {
        "value": 6.0,
        "nodes": [
            {"name": "a", "value": 2.0, "forward": {"a": 1.0, "b": 0.0}, "reverse": 2.0},
            {"name": "b", "value": 1.0, "forward": {"a": 0.0, "b": 1.0}, "reverse": 5.0},
            {
                "name": "c",
                "expression": "a + b",
                "value": 3.0,
                "forward": {"a": 1.0, "b": 1.0},
                "reverse": 2.0,
            },
            {
                "name": "d",
                "expression": "b + 1",
                "value": 2.0,
                "forward": {"a": 0.0, "b": 1.0},
                "reverse": 3.0,
            },
            {
                "name": "out",
                "expression": "c * d",
                "value": 6.0,
                "forward": {"a": 2.0, "b": 5.0},
                "reverse": 1.0,
            },
        ],
        "edges": [
            {"from": "a", "to": "c", "partial": 1.0},
            {"from": "b", "to": "c", "partial": 1.0},
            {"from": "b", "to": "d", "partial": 1.0},
            {"from": "c", "to": "out", "partial": 2.0},
            {"from": "d", "to": "out", "partial": 3.0},
        ],
        "gradient": {"a": 2.0, "b": 5.0},
        "paths": {"a": 1, "b": 2},
        "cost": {
            "forward": {"multiplications": 10, "additions": 4},
            "reverse": {"multiplications": 5, "additions": 1},
            "paths_unfactored": {"multiplications": 3, "additions": 1},
            "paths_factored": {"multiplications": 3, "additions": 1},
        },
    }


def test_one_expression_and_its_own_names(command):
    found = command("explain", "e = (a+b)*(b+1)", "a=2", "b=1", "--json").json
    assert found["value"] == 6.0
    assert [node["name"] for node in found["nodes"]] == ["a", "b", "v1", "v2", "e"]
    assert found["gradient"] == {"a": 2.0, "b": 5.0}


def test_the_text_tells_every_number(command):
    outcome = command("explain", *WORKED)
    assert (outcome.code, outcome.err) == (0, "")
    for piece in (
        "out = 6   ∂out/∂a = 2, ∂out/∂b = 5",
        "∂node/∂a",
        "∂out/∂node",
        "∂c/∂a = 1",
        "∂out/∂d = 3",
        "1 from a, 2 from b",
        "b → d → out",
        "forward, 2 passes",
        "reverse, 1 pass ",
    ):
        assert piece in outcome.out
    rows = {line.split()[0]: line.split()[1:] for line in outcome.out.splitlines() if line.strip()}
    assert rows["c"] == ["a", "+", "b", "3", "1", "1", "2"]
    assert rows["out"] == ["c", "*", "d", "6", "2", "5", "1"]


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_the_text_fits_the_terminal(command, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    names = [f"x{place}" for place in range(12)]
    text = "y = " + " + ".join(f"sin({name})*{name}**2" for name in names) + "; y*exp(-y/100)"
    outcome = command("explain", text, *(f"{name}=0.123456789" for name in names))
    assert outcome.code == 0
    assert max(map(len, outcome.out.splitlines())) <= columns
    assert "more inputs" in outcome.out


def test_it_is_plain_text_where_there_is_no_terminal(command):
    assert "\x1b" not in command("explain", *WORKED).out


def test_many_nodes_are_cut_in_the_middle(command):
    text = ";".join(["x0 = a", *(f"x{i} = sin(x{i - 1})" for i in range(1, 200))])
    out = command("explain", text, "a=0.5").out
    assert "and 160 more nodes" in out
    table = out[out.index("∂node/∂a") : out.index("partials on the edges")]
    assert "x29 " in table
    assert "x199 " in table
    assert "x100 " not in table


def test_a_value_may_be_any_constant_expression(command):
    found = command("explain", "x*y*z", "x=pi/2", "y=-1e-3", "z=2**0.5", "--json").json
    values = {node["name"]: node["value"] for node in found["nodes"][:3]}
    assert values == {"x": math.pi / 2, "y": -1e-3, "z": 2**0.5}


def test_an_expression_may_begin_with_a_minus(command):
    assert command("explain", "-a*b", "a=2", "b=3", "--json").json["value"] == -6.0
    assert command("explain", "-h*w", "h=2", "w=3", "--json").json["value"] == -6.0
    assert command("explain", "-(a)", "a=2", "--json").json["value"] == -2.0


def test_spaces_around_the_equals_sign(command):
    assert command("explain", "a*b", "a = 2", " b=3 ", "--json").json["value"] == 6.0


def test_names_in_any_script(command):
    found = command("explain", "损失 = (权重*x - y)**2", "权重=2", "x=3", "y=1", "--json").json
    assert found["gradient"] == {"权重": 30.0, "x": 20.0, "y": -10.0}


def test_an_input_may_be_the_result(command):
    found = command("explain", "a", "a=2", "--json").json
    assert (found["value"], found["gradient"]) == (2.0, {"a": 1.0})
    assert command("explain", "a", "a=2").code == 0


def test_not_a_number_is_a_string_in_json(command):
    found = command("explain", "log(a)*inf", "a=-1", "--json").json
    assert found["value"] == "nan"
    found = command("explain", "1/a", "a=0", "--json").json
    assert (found["value"], found["gradient"]["a"]) == ("inf", "-inf")


def test_nothing_is_warned_of_where_the_table_shows_it(process):
    outcome = process("explain", "1/a + log(b)", "a=0", "b=-1")
    assert (outcome.code, outcome.err) == (0, "")
    assert "nan" in outcome.out


# Paths ------------------------------------------------------------------------------------------


def test_the_paths_that_contribute_most(command):
    found = command("explain", *WORKED, "--paths", 2, "--json").json
    assert found["top_paths"] == [
        {"names": ["b", "d", "out"], "partials": [1.0, 3.0], "product": 3.0},
        {"names": ["a", "c", "out"], "partials": [1.0, 2.0], "product": 2.0},
    ]


def test_many_paths_are_counted_and_the_largest_listed(command):
    text = ";".join(["x0 = a", *(f"x{i} = x{i - 1}*x{i - 1}" for i in range(1, 101))])
    outcome = command("explain", text, "a=1")
    assert outcome.code == 0
    assert "1.2677e+30 from a" in outcome.out
    assert "--paths K lists K" in outcome.out
    found = command("explain", text, "a=1", "--json").json
    assert found["paths"] == {"a": 2**100}


# Files ------------------------------------------------------------------------------------------


def test_the_picture(command, tmp_path):
    outcome = command("explain", *WORKED, "--svg", "graph.svg")
    assert outcome.err == "wrote graph.svg\n"
    text = (tmp_path / "graph.svg").read_text("utf-8")
    assert xml.etree.ElementTree.fromstring(text).tag.endswith("svg")
    assert "c=a+b; d=b+1; c*d" in text


def test_the_page(command, tmp_path):
    outcome = command(
        "explain", "where(a<b, a, b)*a", "a=1", "b=2", "--html", "page.html", "--json"
    )
    assert outcome.json["value"] == 1.0
    text = (tmp_path / "page.html").read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "<title>where(a&lt;b, a, b)*a</title>" in text
    assert "<svg" in text
    assert not re.search(r'(src|href)="http', text)


@pytest.mark.parametrize("option", ["--svg", "--html"])
@pytest.mark.parametrize("place", ["missing/file", "."])
def test_a_file_that_cannot_be_written(complaint, option, place):
    message = complaint("explain", *WORKED, option, place)
    assert "cannot be written" in message


def test_all_files_or_none(complaint):
    complaint("explain", *WORKED, "--svg", "graph.svg", "--html", "missing/page.html")


def test_too_large_for_a_picture(complaint):
    text = "+".join(["a"] * 500)
    assert "at most 200 are drawn" in complaint("explain", text, "a=1", "--svg", "graph.svg")


def test_a_file_is_not_written_for_an_expression_that_fails(complaint):
    complaint("explain", "sine(a)", "a=1", "--svg", "graph.svg", "--html", "page.html")


# Refusals ---------------------------------------------------------------------------------------

REFUSED = [
    # words, what is said
    ((), "Missing argument 'EXPRESSION'"),
    (("",), "the expression is empty"),
    (("a*b", "a=2"), "the variable 'b' of the expression has no value. Add b=1.0"),
    (("a*b",), "the variables 'a' and 'b' of the expression have no value"),
    (("a*b", "a=1", "b=2", "c=3"), "'c' is given a value, but the expression has no such"),
    (("weight*2", "wieght=3"), "Did you mean 'weight'?"),
    (("a*2", "a=1", "a=2"), "'a' is given two values, 1 and 2. Remove one"),
    (("c=a; c*2", "a=1", "c=2"), "'c' is given a value, but the expression computes it"),
    (("a*2", "a=two"), "the value of a, 'two', is not a number. Write one"),
    (("a*2", "a=1,5"), "the value of a, '1,5', is not a number"),
    (("a*2", "a="), "'a=' gives no variable a value"),
    (("a*2", "2"), "'2' gives no variable a value. Write name=number"),
    (("a*2", "=2"), "'=2' gives no variable a value"),
    (("a*2", "2a=2"), "'2a=2' gives no variable a value"),
    (("c", "=", "a", "+", "b"), "stands in quotes as one word"),
    (("a*2", "a=__import__('os')"), "is not a number"),
    (("a*2", "a=1", "--jsn"), "--json"),
    (("a*2", "a=1", "--paths", "0"), "--paths"),
    (("a*2", "a=1", "--paths", "many"), "--paths"),
    (("a**", "a=1"), "column 4 of the expression:\n    a**\n       ^\nsomething is missing"),
    (("a^2", "a=1"), "Write ** for a power"),
    (("__import__('os').system('touch hacked')",), "no function '__import__'"),
    (("a; __import__('os')", "a=1"), "no function '__import__'"),
    (("[].__class__",), "no lists or indices"),
    (("a.__class__", "a=1"), "no attributes"),
    (("lambda: 0",), "a word of Python"),
    (("'a'",), "no strings"),
    (("(" * 10_000 + "a" + ")" * 10_000, "a=1"), "nested more than"),
    (("3*4",), "the result is the number 12"),
    (("a<1", "a=2"), "the result is a comparison"),
    (("a = a+1", "a=2"), "used before it is assigned"),
    (("c=a; c=a*2; c", "a=2"), "assigned a second time"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED, ids=lambda x: str(x)[:40])
def test_it_refuses(complaint, words, said):
    assert said in complaint("explain", *words)


def test_floor_has_no_derivative_and_says_so(command):
    found = command("explain", "floor(a)", "a=2.5", "--json").json
    assert (found["value"], found["gradient"], found["paths"]) == (2.0, {"a": 0.0}, {"a": 0})
