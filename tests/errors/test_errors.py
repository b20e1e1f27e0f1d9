"""The exception tree: what its members say, and that each has its place in the documentation."""

import inspect
import pickle
import re
from pathlib import Path

import pytest

from clearprop import errors

CLASSES = [
    found
    for found in vars(errors).values()
    if inspect.isclass(found) and issubclass(found, errors.ClearpropError)
]
ROOT = Path(__file__).parents[2]


def test_a_message_is_one_paragraph_of_what_where_why_and_remedy():
    error = errors.ShapeError("x is odd", where="f.py:3, in f", why="It is.", remedy="Fix it")
    assert str(error) == "x is odd (at f.py:3, in f). It is. Fix it."
    assert str(errors.ShapeError("x is odd!")) == "x is odd!"
    assert (error.what, error.remedy) == ("x is odd", "Fix it")


@pytest.mark.parametrize("kind", CLASSES)
def test_errors_survive_pickling(kind):
    error = kind("what", where="where", why="why", remedy="remedy")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error)


def test_what_is_attached_survives_pickling():
    error = errors.DivergedError("the loss became nan")
    assert error.result is None
    error.result = {"weight": [1.0]}
    error.add_note("in the second run")
    again = pickle.loads(pickle.dumps(error))
    assert again.result == {"weight": [1.0]}
    assert again.__notes__ == ["in the second run"]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_is_documented_and_drawn_in_the_family(kind):
    page = (ROOT / "docs" / "guide" / "errors.md").read_text(encoding="utf-8")
    assert f"\n## {kind.__name__}\n" in page
    assert kind.__doc__
    assert re.search(rf"\b{kind.__name__}\b", errors.__doc__ or "")


@pytest.mark.parametrize("kind", CLASSES)
def test_the_page_names_the_built_in_bases(kind):
    page = (ROOT / "docs" / "guide" / "errors.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {kind.__name__}\n")[1].split("\n## ")[0]
    for base in kind.__bases__:
        if base.__module__ == "builtins" and base is not Exception:
            assert base.__name__ in section
