"""A program: the text of a Python file with a function ``f`` and a point ``ARGS``."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from tests.fuzz import plain

HEADER = "import {namespace} as np\n\nimport clearprop as cp\n\n\n"
OURS = re.compile(r"\b(cp\.(grad|value_and_grad|jvp|vjp|jacobian|hessian)|np\.(sigmoid|erf))\b")
"""What plain NumPy cannot do."""


@dataclass(frozen=True)
class Program:
    """A file that can be run, mailed and put into the corpus as it is.

    Attributes:
        source: Its text. It defines ``f``, a function of floats and float arrays, and the tuple
            ``ARGS`` of such.
    """

    source: str

    def __repr__(self) -> str:
        return "\n" + self.source

    @functools.cached_property
    def names(self) -> dict[str, Any]:
        """The file, executed."""
        return self._executed()

    @property
    def function(self) -> Callable[..., Any]:
        """The function, with clearprop's operations."""
        found: Callable[..., Any] = self.names["f"]
        return found

    @property
    def args(self) -> tuple[Any, ...]:
        """The point."""
        found: tuple[Any, ...] = self.names["ARGS"]
        return found

    @functools.cached_property
    def reference(self) -> Callable[..., Any]:
        """The same function on NumPy alone: loops and branches are Python's.

        Only a derivative taken inside the program remains clearprop's, and what NumPy lacks.
        """
        names = self._executed()
        names["cp"] = plain
        if not OURS.search(self.source):
            names["np"] = numpy
        found: Callable[..., Any] = names["f"]
        return found

    @property
    def single(self) -> bool:
        """Whether it computes in single precision somewhere."""
        return "float32" in self.source

    def save(self, path: Path, said: str) -> None:
        """Write it down as a file that opens with what went wrong."""
        lines = "\n".join(line.rstrip() for line in said.strip().splitlines())
        said = lines.replace("\\", "/").replace('"""', "'''")
        path.write_text(f'"""{said}\n"""\n\n{self.source}', encoding="utf-8")

    def _executed(self) -> dict[str, Any]:
        names: dict[str, Any] = {}
        exec(compile(self.source, "program.py", "exec"), names)
        return names


def written(namespace: str, lines: list[str], result: str, args: dict[str, str]) -> Program:
    """The program of a function's lines.

    Args:
        namespace: Where ``np`` comes from: ``numpy`` or ``clearprop.numpy``.
        lines: The body of the function.
        result: What it returns.
        args: The text of each argument's value, by name.
    """
    body = "".join(f"    {line}\n" for line in (*lines, f"return {result}"))
    point = "".join(f"    {text},\n" for text in args.values())
    head = HEADER.format(namespace=namespace)
    return Program(f"{head}def f({', '.join(args)}):\n{body}\n\nARGS = (\n{point})\n")
