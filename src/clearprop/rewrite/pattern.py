"""Identities as text, matched against graphs: ``a + -b`` is ``a - b``.

Names are values: ``m`` and ``n`` are booleans, ``k`` and ``l`` constants, ``q`` is a finite number,
``p`` a power of two, all others are values of the dtypes that an identity is said to hold for.
Numbers stand for 0-d constants, with their sign: ``0`` is not ``-0.0``. Operators and functions are
primitives, whatever their parameters, and ``not`` is ``logical_not``.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from clearprop.graph import Constant, Node, Type, Value
from clearprop.rewrite.maker import Maker
from clearprop.rewrite.rule import CONSTANT, Rule, head_of
from clearprop.rewrite.share import COMMUTATIVE

MASKS: Final = frozenset("mn")
CONSTANTS: Final = frozenset("klpq")

ARITHMETIC: Final = frozenset(("add", "subtract", "multiply", "divide", "power", "negative"))
"""Primitives whose operands have the dtype that an identity is for."""

_OPERATORS: Final[dict[type[ast.AST], str]] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.USub: "negative",
    ast.Not: "logical_not",
    ast.And: "logical_and",
    ast.Or: "logical_or",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}


@final
@dataclass(frozen=True, slots=True)
class Name:
    """Any value, the same wherever the name stands."""

    text: str


@final
@dataclass(frozen=True, slots=True)
class Number:
    """A 0-d constant."""

    value: Any


@final
@dataclass(frozen=True, slots=True)
class Apply:
    """A primitive on patterns."""

    primitive: str
    operands: tuple[Pattern, ...]


Pattern = Name | Number | Apply

Match = Callable[[Value, dict[str, Value]], bool]
"""Whether a value has a form, given the values of the names; those found are added."""


@final
@dataclass(frozen=True, slots=True)
class Identity:
    """Two expressions that have one value, of which the second is cheaper.

    Attributes:
        left: What is replaced.
        right: By what.
        kinds: The kinds of dtype for which it holds.
        rounds: Whether the last bits may differ.
    """

    left: str
    right: str
    kinds: str
    rounds: bool = False

    @property
    def name(self) -> str:
        """The equation, with the dtypes that it is for."""
        return f"{self.left} = {self.right} [{self.kinds}]"

    @property
    def rule(self) -> Rule:
        """The identity at work."""
        left, right = parsed(self.left), parsed(self.right)
        assert isinstance(left, Apply), "a name or a number alone is never replaced"

        match = _matcher(left, self.kinds)

        def rewrite(make: Maker, node: Node) -> Value | None:
            found: dict[str, Value] = {}
            if not match(node, found):
                return None
            return _made(make, right, found, node.type)

        kinds = self.kinds if left.primitive in ARITHMETIC else ""
        return Rule(self.name, (left.primitive,), rewrite, self.rounds, _heads(left), kinds)


def parsed(text: str) -> Pattern:
    """The pattern that a text says."""
    return _pattern(ast.parse(text, mode="eval").body)


def _pattern(tree: ast.expr) -> Pattern:
    match tree:
        case ast.Name(id=name):
            return Name(name)
        case ast.Constant(value=value):
            return Number(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return Number(-value)
        case ast.UnaryOp(op=op, operand=operand):
            return Apply(_OPERATORS[type(op)], (_pattern(operand),))
        case ast.BinOp(left=a, op=op, right=b):
            return Apply(_OPERATORS[type(op)], (_pattern(a), _pattern(b)))
        case ast.Compare(left=a, ops=[op], comparators=[b]):
            return Apply(_OPERATORS[type(op)], (_pattern(a), _pattern(b)))
        case ast.BoolOp(op=op, values=[a, b]):
            return Apply(_OPERATORS[type(op)], (_pattern(a), _pattern(b)))
        case ast.Call(func=ast.Name(id=name), args=args):
            return Apply(name, tuple(map(_pattern, args)))
    raise SyntaxError(f"no pattern: {ast.unparse(tree)}")


def _head(pattern: Pattern) -> str:
    """The head that a value of the form must have; empty if any will do."""
    if isinstance(pattern, Apply):
        return pattern.primitive
    is_constant = isinstance(pattern, Number) or pattern.text in CONSTANTS
    return CONSTANT if is_constant else ""


def _heads(pattern: Apply) -> frozenset[str]:
    """The heads that operands must have, in any order."""
    return frozenset(map(_head, pattern.operands)) - {""}


def _matcher(pattern: Pattern, kinds: str) -> Match:
    """A function that says whether a value has the form.

    The values of the names are added to those found. What the operands are made by is asked first:
    most values have another form, and are told by that.
    """
    if isinstance(pattern, Name):
        text = pattern.text

        def is_name(value: Value, found: dict[str, Value]) -> bool:
            return found.setdefault(text, value) is value and _is_kind(text, value, kinds)

        return is_name
    if isinstance(pattern, Number):
        number = pattern.value
        return lambda value, _: _is_number(value, number)
    parts = [_matcher(operand, kinds) for operand in pattern.operands]
    outlines = [_outline(operand) for operand in pattern.operands if isinstance(operand, Apply)]
    is_like, commutes = _outline(pattern), pattern.primitive in COMMUTATIVE

    def is_applied(value: Any, found: dict[str, Value]) -> bool:
        if not is_like(value):
            return False
        operands = value.operands
        for outline in outlines:
            if not any(map(outline, operands)):
                return False
        if commutes:
            before = found.copy()
            if _match_all(parts, operands, found):
                return True
            found.clear()
            found.update(before)
            operands = operands[::-1]
        return _match_all(parts, operands, found)

    return is_applied


def _outline(pattern: Apply) -> Callable[[Any], bool]:
    """A function that says whether a value is made in that way, as far as heads tell."""
    primitive, heads = pattern.primitive, _heads(pattern)

    def is_like(value: Any) -> bool:
        return (
            value.__class__ is Node
            and value.primitive.name == primitive
            and heads.issubset(map(head_of, value.operands))
        )

    return is_like


def _match_all(parts: Sequence[Match], values: Sequence[Value], found: dict[str, Value]) -> bool:
    return all(part(value, found) for part, value in zip(parts, values, strict=True))


def _is_kind(name: str, value: Value, kinds: str) -> bool:
    """Whether a name may stand for the value."""
    kind = value.type.dtype.kind
    if name in MASKS:
        return kind == "b"
    if name in CONSTANTS and not isinstance(value, Constant):
        return False
    return kind in kinds and (name not in _NUMBERS or _NUMBERS[name](value))


def _is_number(value: Value, number: Any) -> bool:
    """Whether a value is that number, with that sign."""
    if not isinstance(value, Constant) or value.type.shape:
        return False
    held = value.value.item()
    return bool(held == number) and _signs(held) == _signs(number)


def _signs(number: complex) -> tuple[float, float]:
    return math.copysign(1, number.real), math.copysign(1, number.imag)


def is_power_of_two(value: Value) -> bool:
    """Whether a value is ±2ⁿ, one that has a reciprocal that is not denormal either."""
    if not isinstance(value, Constant) or value.type.shape or value.type.dtype.kind != "f":
        return False
    number, limits = abs(float(value.value)), np.finfo(value.type.dtype)
    lowest = float(limits.smallest_normal)
    return math.frexp(number)[0] == 0.5 and lowest <= number <= 1 / lowest


def is_finite(value: Value) -> bool:
    """Whether a value is a number that is neither infinite nor NaN."""
    return isinstance(value, Constant) and not value.type.shape and bool(np.isfinite(value.value))


_NUMBERS: Final[dict[str, Callable[[Value], bool]]] = {"p": is_power_of_two, "q": is_finite}
"""Names that stand for some numbers only."""


def _made(make: Maker, pattern: Pattern, found: dict[str, Value], type_: Type) -> Value:
    """The value that a pattern describes; numbers have the dtype of what they meet."""
    if isinstance(pattern, Name):
        return found[pattern.text]
    if isinstance(pattern, Number):
        return make.number(pattern.value, type_)
    data = [value.type for name, value in found.items() if name not in MASKS]
    like = data[0] if data else type_
    operands = [_made(make, operand, found, like) for operand in pattern.operands]
    return make(pattern.primitive, *operands)
