"""What the commands print with: JSON for programs, rich text for people, paragraphs for errors."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from clearprop.cli.lazily import load
from clearprop.errors import ArgumentError

_MOST_BITS: Final = 14_000  # of an integer that Python writes with its 4,300 digits at most


def console() -> Console:
    """Standard output as rich sees it: without colours when it is no terminal."""
    return Console(highlight=False, soft_wrap=False)


def new_table(**options: Any) -> Table:
    """A table without borders but for a line under its heads."""
    return Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold", **options)


def indented(part: RenderableType) -> Padding:
    """A part of the output under its heading, with an empty line after it."""
    return Padding(part, (0, 0, 1, 2))


def print_json(content: Mapping[str, Any]) -> None:
    """One JSON object on one line of standard output.

    Numbers are not rounded. JSON has no word for NaN and the infinities: they become the strings
    ``"nan"``, ``"inf"`` and ``"-inf"``. Integers of over 4,300 digits, which Python neither writes
    nor reads as numbers, become strings of their digits.
    """
    print(json.dumps(strict(content), allow_nan=False))


def strict(value: Any) -> Any:
    """The value in JSON's own types.

    >>> strict({"a": (1.0, float("-inf")), 2: np.arange(2)})
    {'a': [1.0, '-inf'], '2': [0, 1]}
    """
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): strict(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [strict(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"{Decimal(value):f}"
    return value


def complain(paragraph: str) -> None:
    """An error on standard error: what, where, why and what to do."""
    if not sys.stderr.isatty():
        sys.stderr.write(f"error: {paragraph}\n")
        return
    terminal = Console(stderr=True, highlight=False)
    text = Text.assemble(("error: ", "bold red"), paragraph)
    text.highlight_regex(r"(?m)^ +\^~*$", "bold red")
    terminal.print(text)


def note(sentence: str) -> None:
    """A remark on standard error, which is not part of the result."""
    Console(stderr=True, highlight=False).print(Text(sentence), style="dim", soft_wrap=True)


def write_files(files: Mapping[Path, str]) -> None:
    """Write all files or none, each of them whole or not at all.

    Raises:
        ArgumentError: One cannot be written.
    """
    for path in files:
        if path.is_dir():
            raise _not_written(path, "It is a folder")
        if not path.parent.is_dir():
            raise _not_written(path, "Its folder does not exist")
    for path, text in files.items():
        try:
            load("train.weights").write_atomically(path, text.encode())
        except OSError as error:
            raise _not_written(path, f"The system says: {error.strerror}") from error


def _not_written(path: Path, why: str) -> ArgumentError:
    remedy = "Give a file in a folder that exists and may be written to."
    return ArgumentError(f"{path} cannot be written", why=why, remedy=remedy)
