"""Writing a program line by line, each line tried on the point before the next is drawn.

As every value is known, what is drawn next can be chosen to suit it: a logarithm where the numbers
are positive, an index that is in bounds, a branch that is not taken by a hair. A line that does not
work out is dropped.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np

import clearprop.numpy
from clearprop.errors import ClearpropError, ShapeError
from tests.fuzz import plain

T = TypeVar("T")
RANK = 4
ERRORS = (ArithmeticError, AttributeError, IndexError, NameError, TypeError, ValueError)
"""What a line raises that makes no sense; NameError where a second call takes another branch."""
NAMESPACES = {"numpy": np, "clearprop.numpy": clearprop.numpy}
OURS = ("np.asarray(", "np.sigmoid(", "np.erf(")
"""What plain ``numpy`` does not have, or cannot trace."""
CONSTANTS = ("0.5", "2.0", "1.5", "-0.7", "0.3", "-1.25", "3.0", "2", "3", "-1")


@dataclass(frozen=True)
class Scale:
    """How large things may be.

    Attributes:
        shapes: Those of arguments.
        elements: The most elements of an array.
        largest: Greater numbers are not let in: derivatives of what follows would drown in
            rounding.
        side: The most rows of a matrix that is factored.
        trips: The longest recurrence along an array; rounding may grow in each trip.
    """

    shapes: tuple[tuple[int, ...], ...]
    elements: int
    largest: float
    side: int
    trips: int

    def holds(self, value: Any) -> bool:
        """Whether a value is a real float or array of them, not too large in any sense."""
        if not isinstance(value, (float, np.ndarray, np.floating)):
            return False
        array = np.asarray(value)
        if array.dtype.kind != "f" or array.size > self.elements or array.ndim > RANK:
            return False
        return bool(np.all(np.abs(array) < self.largest))


SMALL = Scale(
    shapes=(
        *((), (3,), (2, 3), (2,), (), (2, 2), (3, 1), (1, 2), (4,), (2, 1, 2), (3, 3), (2, 3, 2)),
        (0,),
    ),
    elements=24,
    largest=30.0,
    side=3,
    trips=24,
)
"""What a person can read."""

WIDE = Scale(
    shapes=(
        *((64,), (), (16,), (3,), (128,), (17,), (64, 3), (64, 64), (16, 16), (17, 16), (65, 4)),
        *((16, 64), (64, 16), (2, 64), (32, 32), (8, 8), (1, 64), (64, 1), (16, 10), (33, 5)),
        *((64, 2, 2), (64, 3, 3), (4, 4, 64), (100, 2), (64, 8), (20, 16, 4), (5, 200)),
    ),
    elements=20_000,
    largest=3e3,
    side=65,
    trips=8,
)
"""The sizes at which native code goes about things in another way, and those beside them."""


class RefusedError(Exception):
    """The library refuses the last lines of the outermost function, a derivative inside it."""


class Writer:
    """The lines of one function, and what its variables hold at the point.

    Args:
        draw: The source of choices: ``draw(n)`` is one of 0, …, n - 1; 0 is the simplest.
        namespace: One of the above; in a trace, arrays that the first makes cannot be written into.
        values: The variables in scope.
        go_on: Writes so many statements more; it knows the kinds that there are.
        scale: How large things may be.
        within: The writer of the function around this one.
        abstract: Whether it is the body of a loop or branch, which cannot look at values.
    """

    def __init__(
        self,
        draw: Callable[[int], int],
        namespace: str,
        values: dict[str, Any],
        go_on: Callable[[Writer, int], None],
        scale: Scale = SMALL,
        within: Writer | None = None,
        abstract: bool = False,
    ) -> None:
        self._draw = draw
        self._continue = go_on
        self.scale = scale
        self.namespace = namespace
        self.values = values
        self.lines: list[str] = []
        self.params: tuple[str, ...] = ()
        self.depth = within.depth + 1 if within else 0
        self.abstract = abstract
        self.writes = within.writes if within else True
        self._numbers: Iterator[int] = within._numbers if within else itertools.count()
        known = within._scope if within else {"np": NAMESPACES[namespace], "cp": plain}
        self._scope: dict[str, Any] = {**known}
        self._scope.update(values)

    # Choices -------------------------------------------------------------------------------------

    def number(self, low: int, high: int) -> int:
        """An integer, both ends included."""
        return low + self._draw(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """One of them; the first is the simplest."""
        return choices[self._draw(len(choices))] if len(choices) > 1 else choices[0]

    def chance(self, percent: int) -> bool:
        """True that often."""
        return self._draw(100) >= 100 - percent

    # Text ----------------------------------------------------------------------------------------

    def new(self, letter: str = "v") -> str:
        """A name that is not in use."""
        return f"{letter}{next(self._numbers)}"

    def constant(self) -> str:
        """A Python number."""
        return self.pick(CONSTANTS)

    def array(self, shape: tuple[int, ...], kind: str = "float") -> str:
        """The text of a constant array: float, float32, int or bool."""
        generator = np.random.default_rng(self.number(0, 999))
        if kind == "bool":
            return f"np.array({(generator.random(shape) < 0.6).tolist()}, dtype=bool)"
        if kind == "int":
            return f"np.array({generator.integers(-3, 4, shape).tolist()}, dtype=int)"
        dtype = "" if kind == "float" and np.prod(shape) else f", dtype={kind}"
        dtype = dtype.replace("float32", "np.float32")
        return f"np.array({np.round(generator.uniform(-2, 2, shape), 2).tolist()}{dtype})"

    def positions(self, listed: Any) -> str:
        """An index: an array, but where that would be a traced one, which no plain array takes."""
        return f"np.array({listed})" if self.namespace == "numpy" else str(listed)

    # Variables -----------------------------------------------------------------------------------

    def some(self, test: Callable[[Any], Any] | None = None) -> str | None:
        """A variable whose value passes the test, or None; the newest is the simplest."""
        names = [name for name, value in self.values.items() if test is None or test(value)]
        return self.pick(names[::-1]) if names else None

    def any(self) -> str:
        """Any variable."""
        return self.pick([*self.values][::-1])

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def give(self, name: str, value: Any) -> None:
        """A variable from outside, which is not to be written into."""
        self.values[name] = self._scope[name] = _fixed(value)

    # Lines ---------------------------------------------------------------------------------------

    def let(self, expression: str) -> str | None:
        """Bind a new variable to an expression, if that gives a sound value."""
        if self.namespace == "numpy" and any(name in expression for name in OURS):
            return None
        name = self.new()
        return name if self.block([f"{name} = {expression}"], [name]) else None

    def block(self, lines: list[str], names: Sequence[str] = ()) -> bool:
        """Write these lines, if they run and leave sound values under the names.

        Lines that write into arrays must not fail after they have begun to.
        """
        try:
            with np.errstate(all="ignore"):
                exec("\n".join(lines), self._scope)
        except ClearpropError as error:
            if self.depth or isinstance(error, ShapeError):
                return False
            self.lines += lines
            raise RefusedError from None
        except ERRORS:
            return False
        found = {name: self._scope[name] for name in names}
        if not all(map(self.scale.holds, found.values())):
            return False
        self.values.update(found)
        self.lines += lines
        return True

    def attempt(self, name: str, lines: list[str]) -> bool:
        """Write lines that write into that variable, if they leave it sound on a copy."""
        tried = {**self._scope, name: self.values[name].copy("K")}
        try:
            with np.errstate(all="ignore"):
                exec("\n".join(lines), tried)
        except ERRORS:
            return False
        return self.scale.holds(tried[name]) and self.block(lines, [name])

    def apart(self, count: int) -> list[str]:
        """Draw statements as if they came next, but hand their lines back."""
        before = len(self.lines)
        self._continue(self, count)
        drawn = self.lines[before:]
        del self.lines[before:]
        return drawn

    def continue_with(self, count: int) -> None:
        """Draw that many statements more."""
        self._continue(self, count)

    # Functions inside this one -------------------------------------------------------------------

    def child(
        self, params: dict[str, Any], *, abstract: bool, captures: bool, writes: bool = False
    ) -> Writer:
        """The writer of a function inside this one.

        Args:
            params: What its parameters hold.
            abstract: Whether it will be traced without values, and so handed arrays in C order.
            captures: Whether it may refer to variables from outside.
            writes: Whether it may write into arrays even so. Where a trace is opened for it, those
                from outside may be plain, and cannot take what is traced.
        """
        around = {name: _fixed(value) for name, value in self.values.items()} if captures else {}
        order: Literal["C", "K"] = "C" if abstract else "K"
        given = {name: _fixed(value, order) for name, value in params.items()}
        values = {**around, **given}
        writer = Writer(
            *(self._draw, self.namespace, values, self._continue, self.scale, self),
            self.abstract or abstract,
        )
        writer.params = tuple(params)
        writer.writes = self.writes and (writes or not captures)
        return writer

    def define(self, name: str, params: Sequence[str], child: Writer, result: str) -> list[str]:
        """The lines of a ``def`` with the child's lines as its body."""
        body = [f"    {line}" for line in (*child.lines, f"return {result}")]
        return [f"def {name}({', '.join(params)}):", *body]


def _fixed(value: Any, order: Literal["C", "K"] = "K") -> Any:
    """A copy that cannot be written into."""
    if isinstance(value, np.ndarray):
        value = value.copy(order)
        value.flags.writeable = False
    return value
