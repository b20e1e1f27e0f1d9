"""Expressions of Python as text, with what is needed to put one into another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from clearprop.graph import Shape, Type

ATOM: Final = 18
POWER: Final = 15
UNARY: Final = 14

LEVELS: Final = {
    "**": POWER,
    **dict.fromkeys(("*", "/", "//", "%", "@"), 13),
    **dict.fromkeys(("+", "-"), 12),
    **dict.fromkeys(("<<", ">>"), 11),
    "&": 10,
    "^": 9,
    "|": 8,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), 7),
}
"""How tightly Python's operators bind."""

Slices = tuple[slice | int, ...]


@final
@dataclass(frozen=True, slots=True)
class Expression:
    """An expression.

    Attributes:
        text: Its text.
        level: How tightly its outermost operator binds.
        shape: That of what the text gives; NumPy broadcasts it to the shape of the value.
        literal: Whether it is a bare number of Python's, which takes the dtype of what it meets.
        cheap: Whether it may be written twice, as a name or a view may.
        part: Of a part of something: of what, and which part, an entry per axis of that.
    """

    text: str
    level: int
    shape: Shape
    literal: bool = False
    cheap: bool = False
    part: tuple[Expression, Slices] | None = None

    def within(self, level: int) -> str:
        """The text where something that binds so tightly is wanted."""
        return self.text if self.level >= level else f"({self.text})"


def name(text: str, shape: Shape) -> Expression:
    """A name."""
    return Expression(text, ATOM, shape, cheap=True)


def called(function: str, shape: Shape, *args: Any, **options: Any) -> Expression:
    """A call, with options that are written as Python writes them."""
    given = [x.text if isinstance(x, Expression) else str(x) for x in args]
    given += [f"{key}={value!r}" for key, value in options.items()]
    return Expression(f"{function}({', '.join(given)})", ATOM, shape)


def method(x: Expression, call: str, shape: Shape, *, cheap: bool = False) -> Expression:
    """What stands behind a dot."""
    return Expression(f"{x.within(ATOM)}.{call}", ATOM, shape, cheap=cheap and x.cheap)


def binary(symbol: str, shape: Shape, a: Expression, b: Expression) -> Expression:
    """Two expressions with an operator between them, which takes its left operand first."""
    level = LEVELS[symbol]
    left, right = level, level + 1
    if symbol == "**":
        left, right = level + 1, UNARY
    elif level == 7:  # Python chains comparisons
        left = right
    return Expression(f"{a.within(left)} {symbol} {b.within(right)}", level, shape)


def unary(symbol: str, shape: Shape, x: Expression) -> Expression:
    """An operator in front."""
    return Expression(f"{symbol}{x.within(POWER)}", UNARY, shape)


def part_of(x: Expression, place: Slices) -> Expression:
    """A part of an array: an integer, or a slice with start, stop and step, per axis."""
    shape = tuple(
        len(range(*where.indices(length)))
        for where, length in zip(place, x.shape, strict=True)
        if isinstance(where, slice)
    )
    shown = [_shown(where, length) for where, length in zip(place, x.shape, strict=True)]
    while len(shown) > 1 and shown[-1] == ":":
        shown.pop()
    text = f"{x.within(ATOM)}[{', '.join(shown)}]"
    return Expression(text, ATOM, shape, cheap=x.cheap, part=(x, place))


def _shown(where: slice | int, length: int) -> str:
    if isinstance(where, int):
        return str(where)
    start, stop, step = where.start, where.stop, where.step
    if step < 0:
        return f"::{step}"
    text = f"{start or ''}:{'' if stop == length else stop}"
    return text if step == 1 else f"{text}:{step}"


def number(value: Any) -> Expression:
    """A number, as bare as Python writes it."""
    text = _digits(value)
    level = UNARY if text.startswith("-") else ATOM
    return Expression(text, level, (), literal=True, cheap=True)


def _digits(value: Any) -> str:
    if isinstance(value, complex | np.complexfloating):
        return f"complex({_digits(value.real)}, {_digits(value.imag)})"
    if isinstance(value, float | np.floating) and not np.isfinite(value):
        return "np.nan" if np.isnan(value) else "np.inf" if value > 0 else "-np.inf"
    if isinstance(value, np.floating):
        return str(value) if "." in str(value) or "e" in str(value) else f"{value}.0"
    return repr(value.item() if isinstance(value, np.generic) else value)


def dtype_name(dtype: np.dtype[Any]) -> str:
    """A dtype as NumPy calls it."""
    return "np.bool_" if dtype.kind == "b" else f"np.{dtype.name}"


def typed(x: Expression, type_: Type) -> Expression:
    """A bare number as one of a dtype."""
    return called(dtype_name(type_.dtype), (), x)


def exactly(x: Expression, type_: Type) -> Expression:
    """The expression as an array or number of just that shape and dtype."""
    shape = type_.shape
    if not x.literal:
        return x if x.shape == shape else called("np.broadcast_to", shape, x, shape_text(shape))
    if not shape:
        return typed(x, type_)
    dtype = [] if type_.dtype == np.float64 else [dtype_name(type_.dtype)]
    plain = {"0.0": "np.zeros", "1.0": "np.ones", "0": "np.zeros", "1": "np.ones"}
    plain["False"] = "np.zeros"
    if x.text in plain:
        return called(plain[x.text], shape, shape_text(shape), *dtype)
    return called("np.full", shape, shape_text(shape), x, *dtype)


def shape_text(shape: Sequence[int]) -> str:
    """A shape as an argument: one length by itself."""
    return str(shape[0]) if len(shape) == 1 else str(tuple(shape))
