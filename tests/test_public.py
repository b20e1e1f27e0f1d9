"""Every public name is documented and typed; the names are found, not listed here."""

import importlib
import inspect
import re
import runpy
import tomllib
from pathlib import Path

import pytest

import clearprop

ROOT = Path(__file__).parents[1]
SPACES = (
    *("clearprop", "clearprop.explain", "clearprop.nn", "clearprop.random", "clearprop.train"),
    *("clearprop.scipy.integrate", "clearprop.scipy.optimize"),
)
AS_IN_NUMPY = ("clearprop.numpy", "clearprop.numpy.fft", "clearprop.numpy.linalg")
"""Their functions are NumPy's, whose documentation has the arguments and the examples."""

ELSEWHERE = re.compile(r"Arguments.* are those of\s+:func:")
PROGRAM = "tests/typed/program.py"


def public(*spaces):
    """Each public object by the name that users write."""
    for space in spaces:
        module = importlib.import_module(space)
        for name in module.__all__:
            yield f"{space}.{name}", getattr(module, name)


def parametrized(named):
    found = dict(named)
    return pytest.mark.parametrize("thing", found.values(), ids=found)


def methods(cls):
    """The public methods and properties that a class defines."""
    for name, value in vars(cls).items():
        function = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if not name.startswith("_") and inspect.isfunction(function):
            yield f"{cls.__name__}.{name}", function


OBJECTS = {name: x for name, x in public(*SPACES) if callable(x)}
FUNCTIONS = {name: x for name, x in OBJECTS.items() if not inspect.isclass(x)}
CLASSES = {name: x for name, x in OBJECTS.items() if inspect.isclass(x)}
OF_NUMPY = {name: x for name, x in public(*AS_IN_NUMPY) if callable(x)}
METHODS = dict(method for cls in CLASSES.values() for method in methods(cls))
ERRORS = {name: x for name, x in vars(clearprop.errors).items() if inspect.isclass(x)}


def unannotated(function):
    signature = inspect.signature(function)
    given = [p for p in signature.parameters.values() if p.name != "self"]
    missing = [p.name for p in given if p.annotation is p.empty]
    if not inspect.isclass(function) and signature.return_annotation is signature.empty:
        missing.append("the result")
    return missing


@parametrized({**OBJECTS, **OF_NUMPY, **METHODS, **ERRORS})
def test_what_it_is_is_said(thing):
    assert inspect.getdoc(thing)


@parametrized({**OBJECTS, **OF_NUMPY, **METHODS})
def test_what_goes_in_and_comes_out_has_a_type(thing):
    assert unannotated(thing) == []


@parametrized(FUNCTIONS)
def test_functions_are_documented(thing):
    """Arguments, result, and an example, which the suite runs."""
    text = inspect.getdoc(thing)
    assert "Args:" in text or ELSEWHERE.search(text) or not inspect.signature(thing).parameters
    assert "Returns:" in text or re.search(r"Arguments, result", text)
    assert ">>> " in text


@parametrized(CLASSES)
def test_classes_are_documented(thing):
    text = inspect.getdoc(thing)
    assert "Args:" in text or "Attributes:" in text


def test_type_checkers_are_told_every_name():
    """The table of names that are imported on first use, and the imports that nothing runs."""
    text = Path(clearprop.__file__).read_text(encoding="utf-8")
    told = re.findall(r"^    from ([\w.]+) import (\w+) as \2$", text, re.MULTILINE)
    table = {**clearprop._HOME, **dict.fromkeys(clearprop._MODULES, "clearprop")}
    assert {name: module for module, name in told} == table


def test_the_typed_program_runs_and_is_checked():
    """``make check`` holds the types to it, with the cache that it has anyway."""
    runpy.run_path(str(ROOT / PROGRAM))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["mypy"]["strict"]
    assert PROGRAM in project["tool"]["mypy"]["files"]
