"""What a row of the page "Awkward points" says: a function, a point, a decision and its reason."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """A decision.

    Attributes:
        code: Statements in ``x`` and ``np``, the namespace of any library; the last is a number.
        at: The point: a number, a list or an array.
        first: The derivative there; the name of an exception if there must be none.
        because: Why, in one sentence.
        second: The second derivative; None where it says no more.
    """

    code: str
    at: Any
    first: Any
    because: str
    second: Any = None

    @property
    def key(self) -> str:
        """What tells the row from all others."""
        return f"{self.code} at {self.at}"

    @property
    def refused(self) -> bool:
        """Whether it must be an error."""
        return isinstance(self.first, str)

    def function(self, np: Any) -> Callable[[Any], Any]:
        """The code as a function of x, over a namespace."""
        tree = ast.parse(self.code)
        last = tree.body[-1]
        assert isinstance(last, ast.Expr), self.code
        tree.body[-1] = ast.Return(last.value)
        outer = ast.parse("def f(x): pass")
        (definition,) = outer.body
        assert isinstance(definition, ast.FunctionDef)
        definition.body = tree.body
        known: dict[str, Any] = {"np": np}
        exec(compile(ast.fix_missing_locations(outer), f"<{self.code}>", "exec"), known)
        made: Callable[[Any], Any] = known["f"]
        return made


@dataclass(frozen=True)
class Group:
    """Rows under one heading.

    Attributes:
        title: The heading.
        text: What the decisions have in common.
        rows: The decisions.
    """

    title: str
    text: str
    rows: tuple[Row, ...]
