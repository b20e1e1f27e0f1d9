"""The function that ``clearprop check`` looks at: found by name, with arguments to call it on."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import json
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np

from clearprop.cli.lazily import load
from clearprop.errors import ArgumentError, ExpressionError

Function = Callable[..., Any]

_LENGTH: Final = 3  # of a vector that is made up
_DRAW: Final = (0.5, 1.5)  # made-up numbers lie here: away from 0, where logarithms and roots end


def find_function(name: str) -> Function:
    """The function that ``MODULE:FUNCTION`` or ``FILE.py:FUNCTION`` names.

    Raises:
        ArgumentError: Naming the part that is not there.
    """
    place, colon, path = name.rpartition(":")
    if not (place and colon and path):
        raise ArgumentError(
            f"{name!r} names no function",
            remedy="Write MODULE:FUNCTION or FILE.py:FUNCTION, such as model.py:loss.",
        )
    found: Any = _imported(place)
    for part in path.split("."):
        if not hasattr(found, part):
            known = [key for key, value in vars(found).items() if _is_own(value, found)]
            near = difflib.get_close_matches(part, known, 1)
            raise ArgumentError(
                f"{place} has no {part!r}",
                remedy=f"Did you mean {near[0]!r}?"
                if near
                else f"Its functions: {', '.join(known) or 'none'}.",
            )
        found = getattr(found, part)
    if not callable(found):
        raise ArgumentError(f"{name} is of type {type(found).__name__}, not a function")
    function: Function = found
    return function


def read_arguments(function: Function, words: Sequence[str]) -> tuple[Any, ...]:
    """The arguments that the user wrote, else the function's own examples, else made-up ones.

    Args:
        function: The function.
        words: Arguments as JSON: ``2.5``, ``[1, 2]``, ``{"w": [[1, 2], [3, 4]]}``.

    Raises:
        ArgumentError: A word cannot be read, or they do not fit the function.
    """
    if words:
        arguments = tuple(_value(word) for word in words)
    elif hasattr(function, "example_args"):
        own = function.example_args
        own = own() if callable(own) else own
        arguments = tuple(own) if isinstance(own, tuple | list) else (own,)
    else:
        arguments = _made_up(function)
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError as error:
        raise ArgumentError(
            f"{_title(function)} cannot be called with {len(arguments)} "
            f"argument{'s' * (len(arguments) != 1)}",
            why=f"Python says: {error}",
            remedy=f"Its parameters: {inspect.signature(function)}.",
        ) from None
    except ValueError:
        pass  # a function written in C may have no signature
    return arguments


def try_call(function: Function, arguments: Sequence[Any]) -> None:
    """Call the function once, so that what it raises is told as its own.

    Raises:
        ArgumentError: Naming the user's line that raised.
    """
    try:
        function(*arguments)
    except Exception as error:
        raise ArgumentError(
            f"{_title(function)} raised {type(error).__name__}: {error}",
            where=_last_line(error),
            remedy="Pass arguments at which it has a value.",
        ) from error


def _imported(place: str) -> ModuleType:
    if "" not in sys.path:
        sys.path.insert(0, "")
    if place.endswith(".py") and not Path(place).is_file():
        raise ArgumentError(f"there is no file {place!r}", remedy="Give the path of one.")
    try:
        if place.endswith(".py"):
            return _from_file(Path(place))
        return importlib.import_module(place)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{place}.".startswith(f"{error.name}."):
            raise _import_failed(place, error) from error
        modules = [path.stem for path in Path().glob("*.py")]
        near = difflib.get_close_matches(place, modules, 1)
        raise ArgumentError(
            f"there is no module {place!r}",
            remedy=f"Did you mean {near[0]!r}?"
            if near
            else "Name an installed module, or one in the current folder.",
        ) from error
    except Exception as error:
        raise _import_failed(place, error) from error


def _from_file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} has no loader")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _import_failed(place: str, error: Exception) -> ArgumentError:
    return ArgumentError(
        f"importing {place} raised {type(error).__name__}: {error}",
        where=_last_line(error),
        remedy=f"See that `python -c 'import {Path(place).stem}'` works.",
    )


def _last_line(error: Exception) -> str:
    """The line that raised; for a syntax error, the line that cannot be read."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}"
    here = Path(__file__).parent
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if here not in Path(frame.filename).parents and not frame.filename.startswith("<frozen")
    ]
    return f"{frames[-1].filename}:{frames[-1].lineno}: {frames[-1].line}" if frames else ""


def _value(word: str) -> Any:
    """An argument; numbers become floats, lists of numbers arrays."""
    try:
        return _floats(json.loads(word))
    except json.JSONDecodeError:
        pass
    try:
        return load("explain.expressions").read_number(word)
    except ExpressionError:
        raise ArgumentError(
            f"the argument {word.strip()!r} cannot be read",
            remedy="Write a number, such as 2 or pi/4, or a list such as [1, 2.5].",
        ) from None


def _floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _floats(entry) for key, entry in value.items()}
    if isinstance(value, list):
        try:
            return np.array(value, dtype=np.float64)
        except (TypeError, ValueError):
            return [_floats(entry) for entry in value]
    return float(value) if type(value) is int else value


def _made_up(function: Function) -> tuple[Any, ...]:
    """Numbers for the parameters: defaults where there are any, else draws of a fixed seed."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise ArgumentError(
            f"{_title(function)} does not tell its parameters",
            remedy="Write the arguments after it.",
        ) from None
    generator = np.random.default_rng(0)
    arguments = []
    for parameter in parameters:
        if parameter.kind not in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            continue
        if parameter.default is not parameter.empty:
            arguments.append(parameter.default)
            continue
        kind = str(parameter.annotation)
        if "ndarray" in kind or "NDArray" in kind:
            arguments.append(generator.uniform(*_DRAW, _LENGTH))
        elif parameter.annotation in (parameter.empty, float, "float", Any, "Any"):
            arguments.append(float(generator.uniform(*_DRAW)))
        else:
            raise ArgumentError(
                f"no value can be made up for the parameter {str(parameter)!r}",
                remedy="Write the arguments after the function's name, or give the function an "
                "attribute example_args.",
            )
    return tuple(arguments)


def _is_own(value: Any, module: Any) -> bool:
    """Whether a module's attribute is a function that it defines."""
    return callable(value) and getattr(value, "__module__", "") == getattr(module, "__name__", "")


def _title(function: Function) -> str:
    return getattr(function, "__qualname__", repr(function))
