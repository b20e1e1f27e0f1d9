"""The grammar of expressions: text in, a flat program out; nothing is ever handed to Python.

::

    text       = statement (";" | newline) statement …
    statement  = [name "="] expression
    expression = sum [("<" | "<=" | ">" | ">=" | "==" | "!=") sum]
    sum        = product (("+" | "-") product)*
    product    = signed (("*" | "/" | "//" | "%") signed)*
    signed     = ("+" | "-") signed | power
    power      = operand ["**" signed]
    operand    = number | name | name "(" expression ("," expression)* ")" | "(" expression ")"

The operators bind as in Python. Each statement becomes postfix steps, which a loop with a stack can
run however long they are; only parentheses, signs and powers nest, and those to a fixed depth.

Reference: K. Clarke, "The top-down parsing of expressions", Queen Mary College, London, 1986
(precedence climbing).
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

from clearprop.errors import ExpressionError
from clearprop.explain.expressions import complaints
from clearprop.explain.expressions.tokens import Span, Token, tokenize

MOST_NESTED: Final = 100
"""Parentheses, signs and powers inside each other."""


@final
@dataclass(frozen=True, slots=True)
class Number:
    """Push a number."""

    value: float
    span: Span


@final
@dataclass(frozen=True, slots=True)
class Name:
    """Push the value of a name."""

    name: str
    span: Span


@final
@dataclass(frozen=True, slots=True)
class Call:
    """Take ``arity`` values off the stack and push the function's result.

    Attributes:
        function: What the vocabulary calls it; for ``a + b`` it is ``add``.
        arity: The number of operands.
        span: The operator, or the function's name.
    """

    function: str
    arity: int
    span: Span


Step = Number | Name | Call


@final
@dataclass(frozen=True, slots=True)
class Statement:
    """``target = …``, or a bare expression.

    Attributes:
        target: The name assigned to; empty for a bare expression.
        steps: The expression in postfix order.
        span: All of it.
    """

    target: str
    steps: tuple[Step, ...]
    span: Span


_COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER = 1, 2, 3, 4, 5

_BINARY: Final[Mapping[str, tuple[int, str]]] = {
    "<": (_COMPARISON, "less"),
    "<=": (_COMPARISON, "less_equal"),
    ">": (_COMPARISON, "greater"),
    ">=": (_COMPARISON, "greater_equal"),
    "==": (_COMPARISON, "equal"),
    "!=": (_COMPARISON, "not_equal"),
    "+": (_SUM, "add"),
    "-": (_SUM, "subtract"),
    "*": (_PRODUCT, "multiply"),
    "/": (_PRODUCT, "divide"),
    "//": (_PRODUCT, "floor_divide"),
    "%": (_PRODUCT, "remainder"),
    "**": (_POWER, "power"),
}


def read(text: str, functions: Mapping[str, int]) -> tuple[Statement, ...]:
    """The statements of a text.

    Args:
        text: The text.
        functions: The functions that may be called, with their numbers of arguments.

    Raises:
        ExpressionError: Pointing at the first character that does not fit.

    >>> [statement.target for statement in read("c = a + 1; c * exp(c)", {"exp": 1})]
    ['c', '']
    """
    return _Reader(text, functions).statements()


@final
class _Reader:
    """Reads tokens from left to right, one ahead."""

    def __init__(self, text: str, functions: Mapping[str, int]) -> None:
        self.text = text
        self.functions = functions
        self.tokens = tokenize(text)
        self.place = 0
        self.depth = 0
        self.steps: list[Step] = []

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def accept(self, symbol: str) -> bool:
        """Go past a symbol if it comes next."""
        found = self.token.is_symbol(symbol)
        self.place += found
        return found

    # Statements ------------------------------------------------------------------------------

    def statements(self) -> tuple[Statement, ...]:
        found: list[Statement] = []
        while self.token.kind != "end":
            if self.token.kind == "separator":
                self.place += 1
                continue
            found.append(self.statement())
            if self.token.kind not in ("separator", "end"):
                raise complaints.misplaced(self.text, self.token)
        if not found:
            raise ExpressionError("the expression is empty", remedy='Write one, such as "a*b".')
        return tuple(found)

    def statement(self) -> Statement:
        first = self.token
        target = ""
        if first.kind == "name" and self.tokens[self.place + 1].is_symbol("="):
            target = self.plain_name(first)
            self.place += 2
        self.steps = []
        self.expression(_COMPARISON)
        end = self.tokens[self.place - 1].span[1]
        return Statement(target, tuple(self.steps), (first.span[0], end))

    # Expressions -----------------------------------------------------------------------------

    def expression(self, least: int) -> None:
        """An expression whose operators bind at least that strongly."""
        self.operand()
        while (found := _BINARY.get(self.token.symbol)) is not None and found[0] >= least:
            strength, function = found
            operator = self.token
            self.place += 1
            if strength == _POWER:
                self.nested(_SIGN, operator)
            else:
                self.expression(strength + 1)
            self.steps.append(Call(function, 2, operator.span))
            if strength == _COMPARISON == _BINARY.get(self.token.symbol, (0,))[0]:
                raise complaints.chained(self.text, self.token)

    def nested(self, least: int, opener: Token) -> None:
        """An expression inside another."""
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise complaints.nested_too_deep(self.text, opener, MOST_NESTED)
        self.expression(least)
        self.depth -= 1

    def operand(self) -> None:
        """A sign, a parenthesis, a number, a call or a name."""
        token = self.token
        if token.kind == "number":
            self.place += 1
            self.steps.append(Number(self.number(token), token.span))
        elif token.kind == "name":
            self.place += 1
            if self.token.is_symbol("("):
                self.call(token)
            else:
                self.steps.append(Name(self.plain_name(token), token.span))
        elif self.accept("("):
            self.nested(_COMPARISON, token)
            self.close(token)
        elif self.accept("-"):
            self.nested(_SIGN, token)
            self.steps.append(Call("negative", 1, token.span))
        elif self.accept("+"):
            self.nested(_SIGN, token)
        else:
            raise complaints.missing_operand(self.text, token)

    def number(self, token: Token) -> float:
        value = float(token.text)
        if value == float("inf"):
            raise complaints.too_large(self.text, token)
        return value

    def call(self, name: Token) -> None:
        """A function's arguments, and the call."""
        function = name.text
        if function not in self.functions:
            raise complaints.unknown_function(self.text, name, self.functions)
        opener = self.token
        self.place += 1
        count = 0
        while not self.token.is_symbol(")"):
            self.nested(_COMPARISON, opener)
            count += 1
            if not self.accept(","):
                break
        self.close(opener)
        wanted = self.functions[function]
        if count != wanted:
            raise complaints.wrong_count(self.text, name, wanted, count)
        self.steps.append(Call(function, count, name.span))

    def plain_name(self, token: Token) -> str:
        """A name that is no word of Python and no function."""
        name = token.text
        if keyword.iskeyword(name):
            raise complaints.python_word(self.text, token)
        if name in self.functions:
            raise complaints.function_name(self.text, token, self.functions[name])
        return name

    def close(self, opener: Token) -> None:
        if not self.accept(")"):
            raise complaints.not_closed(self.text, opener, self.token)
