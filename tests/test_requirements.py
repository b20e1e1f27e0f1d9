"""The requirements page and the tests say the same."""

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
COUNTS = {"A": 4, "B": 6, "C": 5, "D": 5, "E": 4, "F": 7}

HEADING = re.compile(r"^### (\S+?)\. .+\n", re.MULTILINE)
SECTION = re.compile(r"^## .*\n", re.MULTILINE)
NAMED = re.compile(r"`(tests/[^`]*)`")
FIGURE = re.compile(r"\d+\.\d{6,}")


def rows():
    """Name and text of each row, in the page's order."""
    parts = HEADING.split(PAGE)[1:]
    return [
        (name, SECTION.split(text)[0]) for name, text in zip(parts[::2], parts[1::2], strict=True)
    ]


every_row = pytest.mark.parametrize(("name", "text"), rows(), ids=[name for name, _ in rows()])


@functools.cache
def functions(path):
    """The test functions that pytest finds in a file: at the top, and in its classes."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = set()
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        found |= {one.name for one in inside if isinstance(one, ast.FunctionDef)}
    return frozenset(name for name in found if name.startswith("test_"))


def test_every_row_is_there_once_and_in_order():
    expected = [f"{letter}{n}" for letter, count in COUNTS.items() for n in range(1, count + 1)]
    assert [name for name, _ in rows()] == expected


@every_row
def test_a_row_says_what_it_asks_and_what_shows_it(name, text):
    asked = re.split(r"^- `|^\*\*Not yet", text, maxsplit=1, flags=re.MULTILINE)[0]
    assert len(asked.split()) >= 8, f"{name} does not say what it asks"
    assert NAMED.search(text) or "**Not yet:** " in text, f"{name} names no test"
    assert name.startswith("F") or NAMED.search(text), f"{name} is of the texts and needs a test"


@every_row
def test_every_named_test_exists(name, text):
    named = NAMED.findall(text)
    assert len(named) == len(set(named)), f"{name} names a test twice"
    for one in named:
        path, mark, function = one.partition("::")
        assert mark, f"{name}: {one} names no function"
        assert Path(path).name.startswith("test_"), one
        assert (ROOT / path).is_file(), f"{name}: there is no file {path}"
        assert function in functions(path), f"{name}: {path} has no test {function}"


@every_row
def test_every_long_figure_stands_in_a_named_test(name, text):
    """Whole figures only: one more or one less digit is another figure."""
    paths = {one.partition("::")[0] for one in NAMED.findall(text)}
    shown = {
        figure
        for path in paths
        for figure in FIGURE.findall((ROOT / path).read_text(encoding="utf-8"))
    }
    assert set(FIGURE.findall(text)) <= shown, name


def test_the_page_is_read_as_it_is_meant():
    """The patterns above find what they should, so that none of these tests is empty."""
    named = {one for _, text in rows() for one in NAMED.findall(text)}
    figures = {figure for _, text in rows() for figure in FIGURE.findall(text)}
    assert len(named) > 80
    assert len(figures) == 33 + 12, "of the network worked by hand, and of the training set"
