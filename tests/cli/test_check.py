"""``clearprop check``: gradients of the user's own functions, right and wrong."""

import sys

import pytest

MODULE = '''
"""A module of a user's."""
import clearprop as cp
import numpy as np

def loss(w: np.ndarray, b: float = 0.5, name: str = "x"):
    return np.sum(np.tanh(w) * b)

def square(x): return x * x

def twice(x): return 2 * x

def wrong(x): return 3 * x

def product(x, y): return x * y

def by_both(x, y): return y, x

def many(w): return np.sum(w ** 2)
many.example_args = (np.linspace(1, 2, 60).reshape(20, 3),)

def lazy(x): return x * x
lazy.example_args = lambda: 7.0

def boxed(p): return p["a"] * p["b"]

def step(x): return np.where(x > 1, x * x, x)

def kink(x): return np.abs(x)

def log(x): return np.log(x)

def lost(x): return 2 * x * cp.stop_gradient(x) - cp.stop_gradient(x) ** 2

def large(w): return np.sum(np.sin(w))
large.example_args = (np.linspace(0, 1, 1000),)

def boom(x): return 1 / (x - x)

def named(x: str): return 1.0

def nothing(): return 1.0

def whole(n): return n
whole.example_args = (3,)

class Model:
    @staticmethod
    def loss(x): return x ** 3

constant = 3
'''


@pytest.fixture(autouse=True)
def module(tmp_path):
    """A module in the current folder, forgotten afterwards."""
    (tmp_path / "mine.py").write_text(MODULE, "utf-8")
    (tmp_path / "broken.py").write_text("x = 1\ny = x / 0\n", "utf-8")
    (tmp_path / "garbled.py").write_text("def f(:\n", "utf-8")
    (tmp_path / "needy.py").write_text("import surely_not_installed\n", "utf-8")
    yield
    for name in ("mine", "broken", "garbled", "needy"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("mine:square", 3), 1),
        (("mine:square", -3), 1),
        (("mine:square", "pi/4"), 1),
        (("mine.py:square", 3), 1),
        (("mine:square",), 1),
        (("mine:loss",), 4),
        (("mine:loss", "[0.1, 0.2]", 2), 3),
        (("mine:many",), 60),
        (("mine:lazy",), 1),
        (("mine:boxed", '{"a": 2, "b": 3}'), 2),
        (("mine:step", 2), 1),
        (("mine:Model.loss", 2), 1),
        (("mine:square", 3, "--grad", "mine:twice"), 1),
        (("mine:product", 3, 4, "--grad", "mine:by_both"), 2),
        (("numpy:sin", 1), 1),
        (("mine:square", 3, "--order", 2), 2),
        (("mine:loss", "[0.1, 0.2]", 2, "--order", 2), 3 + 9),
        (("mine:square", 3, "--order", 4), 4),
        (("mine:lost", 2), 1),
    ],
)
def test_a_right_gradient(command, words, count):
    outcome = command("check", *words)
    assert (outcome.code, outcome.err) == (0, "")
    assert f"ok: {count} of {count} derivatives agree" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 100


def test_the_table(command):
    lines = command("check", "mine:square", 3).out.splitlines()
    head = next(line for line in lines if "numerical" in line).split()
    assert head == ["by", "reverse", "forward", "numerical", "difference", "allowed"]
    row = next(line for line in lines if line.strip().startswith("x ")).split()
    assert (row[0], row[1], row[2], row[3], row[-1]) == ("x", "6", "6", "6", "ok")


def test_a_wrong_gradient(command):
    outcome = command("check", "mine:square", 3, "--grad", "mine:wrong")
    assert outcome.code == 1
    assert "FAILED: 1 of 1 derivatives disagree" in outcome.out
    assert "FAILS" in outcome.out


def test_of_many_the_worst_are_shown(command):
    outcome = command("check", "mine:many")
    assert "and 36 derivatives that agree better" in outcome.out


def test_order_two(command):
    outcome = command("check", "mine:lost", 1.5, "--order", 2)
    assert outcome.code == 1
    assert "FAILED: 1 of 2 derivatives disagree" in outcome.out
    assert "order 2: reverse-over-reverse, forward-over-reverse" in outcome.out
    lines = map(str.strip, outcome.out.splitlines())
    row = next(line for line in lines if line.startswith("x, x ")).split()
    assert row[2:5] == ["0", "2", "2.0e+00"]
    found = command("check", "mine:lost", 1.5, "--order", 2, "--json").json
    assert sorted({e["mode"] for e in found["elements"] if not e["ok"]}) == [
        *("forward-over-forward", "forward-over-reverse"),
        *("reverse-over-forward", "reverse-over-reverse"),
    ]


def test_a_kink_is_told(command):
    outcome = command("check", "mine:kink", 0)
    assert outcome.code == 0
    assert "a kink: -1 from the left, 1 from the right" in outcome.out


def test_what_cannot_be_compared_is_no_success(complaint):
    assert "could not compare anything" in complaint("check", "mine:log", -1)
    assert "the value of the function here is nan" in complaint("check", "mine:log", -1, "--json")


def test_a_large_array_is_sampled(command):
    outcome = command("check", "mine:large")
    assert outcome.code == 0
    assert "3 derivatives along random directions agree" in outcome.out
    assert "800 more elements were not compared one by one" in outcome.out


@pytest.mark.parametrize(
    "words",
    [
        ("mine:loss",),
        ("mine:boxed", '{"a": 2, "b": 3}', "--order", 2),
        ("mine:square", 3, "--grad", "mine:wrong"),
    ],
)
def test_it_fits_eighty_columns(command, monkeypatch, words):
    monkeypatch.setenv("COLUMNS", "80")
    lines = command("check", *words).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.rstrip().endswith(("ok", "FAILS")) for line in lines)


def test_json(command):
    found = command("check", "mine:loss", "[0.1, 0.2]", "--json").json
    assert found["ok"] is True
    assert found["function"] == "mine:loss"
    assert found["arguments"] == [[0.1, 0.2]]
    assert {"argument", "index", "mode", "analytic", "numerical", "error", "allowed", "ok"} <= set(
        found["elements"][0]
    )
    outcome = command("check", "mine:square", 3, "--grad", "mine:wrong", "--json")
    assert (outcome.code, outcome.json["ok"]) == (1, False)


def test_made_up_arguments_are_the_same_each_time(command):
    assert command("check", "mine:loss").out == command("check", "mine:loss").out


def test_tolerances(command):
    assert command("check", "mine:square", 3, "--grad", "mine:wrong", "--rtol", 1).code == 0
    assert command("check", "mine:square", 3, "--grad", "mine:wrong", "--atol", 10).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument 'MODULE:FUNCTION'"),
        (("mine",), "'mine' names no function. Write MODULE:FUNCTION"),
        (("mine:",), "'mine:' names no function"),
        ((":square",), "':square' names no function"),
        (("mien:square",), "there is no module 'mien'. Did you mean 'mine'?"),
        (("quux.corge:f",), "there is no module 'quux.corge'. Name an installed module"),
        (("absent.py:f",), "there is no file 'absent.py'"),
        (("mine:sqare",), "mine has no 'sqare'. Did you mean 'square'?"),
        (("mine:quux",), "mine has no 'quux'. Its functions: loss, square"),
        (("mine:Model.quux",), "mine has no 'quux'"),
        (("mine:constant",), "of type int, not a function"),
        (("mine:square", 1, 2), "square cannot be called with 2 arguments"),
        (("mine:product", 1), "product cannot be called with 1 argument."),
        (("mine:square", "two"), "the argument 'two' cannot be read"),
        (("mine:square", "[1, 2"), "the argument '[1, 2' cannot be read"),
        (("mine:boom", 1), "boom raised ZeroDivisionError"),
        (("mine:named",), "no value can be made up for the parameter 'x: str'"),
        (("mine:nothing",), "found no float argument"),
        (("mine:whole",), "found no float argument"),
        (("mine:square", 1, "--grad", "mine:absent"), "mine has no 'absent'"),
        (("mine:square", 1, "--grad", "mine"), "'mine' names no function"),
        (("mine:square", 1, "--rtol", "small"), "--rtol"),
        (("mine:square", 1, "--order", 0), "--order"),
        (("mine:square", 1, "--order", 2, "--grad", "mine:twice"), "at order 1 only"),
        (("broken:f",), "importing broken raised ZeroDivisionError"),
        (("garbled:f",), "importing garbled raised SyntaxError"),
        (("needy:f",), "importing needy raised ModuleNotFoundError"),
        (("math:sin", 1), "asking x for a plain float"),
    ],
    ids=lambda x: str(x)[:40],
)
def test_it_refuses(complaint, words, said):
    assert said in complaint("check", *words)


def test_the_line_that_raised_is_named(complaint):
    line = MODULE[: MODULE.index("def boom")].count("\n") + 1
    assert f"mine.py:{line}: def boom(x)" in complaint("check", "mine:boom", 1)
    assert "broken.py:2: y = x / 0" in complaint("check", "broken:f")
    assert "garbled.py:1" in complaint("check", "garbled:f")
