"""The grammar's errors in one place: what is wrong with an expression, what to write instead."""

from __future__ import annotations

import difflib
import keyword
import unicodedata
from collections.abc import Mapping
from typing import Final

from clearprop.errors import ExpressionError
from clearprop.explain.expressions.pointing import fault, quoted
from clearprop.explain.expressions.tokens import Token

_REMEDIES: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys("'\"", ("There are no strings.", "Write names without quotes.")),
    **dict.fromkeys("[]{}", ("There are no lists or indices.", "Write parentheses ( ).")),
    ".": ("There are no attributes or modules.", "Write functions by their bare name: exp(x)."),
    "^": ("It is not an operator here.", "Write ** for a power."),
    "&": ("", "Write logical_and(x, y)."),
    "|": ("", "Write abs(x) for a magnitude, or logical_or(x, y)."),
    "~": ("", "Write logical_not(x)."),
    "!": ("", "Write != to compare, or logical_not(x)."),
    ":": ("", "Write name = … to assign."),
    "@": ("All values are numbers.", "Write * for a product."),
    "#": ("There are no comments.", "Remove it and what follows."),
    "√": ("", "Write sqrt(x)."),
    "∞": ("", "Write inf."),
}
"""Why a character is no part of an expression, and what to write instead."""

_LOOKALIKES: Final[Mapping[str, str]] = {
    **dict.fromkeys("−–—", "-"),
    **dict.fromkeys("×·⋅∙•", "*"),
    **dict.fromkeys("÷∕", "/"),
    **dict.fromkeys("、，", ","),
    **{"≤": "<=", "≥": ">=", "≠": "!=", "²": "**2", "³": "**3"},
}


_WORDS: Final[Mapping[str, str]] = {
    "and": "Write logical_and(x, y).",
    "or": "Write logical_or(x, y).",
    "not": "Write logical_not(x).",
    "if": "Write where(condition, x, y).",
    "else": "Write where(condition, x, y).",
    "True": "Write a comparison, such as x > 0.",
    "False": "Write a comparison, such as x > 0.",
}
"""What to write instead of a word of Python."""

_ANYTHING: Final = "Write numbers, names, + - * / // % **, comparisons, parentheses and functions."


def misplaced(text: str, token: Token) -> ExpressionError:
    """After an operand stands what can neither follow nor end it."""
    if token.kind == "bad":
        return _bad_character(text, token)
    if token.kind == "name" and keyword.iskeyword(token.text):
        return python_word(text, token)
    what, remedy = {
        "=": (
            "this = does not follow a name at the beginning of a statement",
            "Write name = …; to assign, or == to compare.",
        ),
        ")": ("this ) closes nothing", "Remove it."),
        ",": (
            "a comma stands outside a call",
            "Separate statements by a semicolon, and write decimals with a point.",
        ),
    }.get(
        token.text,
        (
            f"an operator is missing before {quoted(token.text)}",
            "Write * for a product, or a semicolon between statements.",
        ),
    )
    return fault(text, token.span, what, remedy=remedy)


def missing_operand(text: str, token: Token) -> ExpressionError:
    """Where a number, a name or a parenthesis should stand, something else does."""
    if token.kind == "bad" or token.is_symbol("="):
        return misplaced(text, token)
    at_end = token.kind in ("end", "separator")
    place = "at the end" if at_end else f"before {token.text!r}"
    return fault(
        text,
        token.span,
        f"something is missing {place}",
        remedy="Write a number, a name or a parenthesis there.",
    )


def not_closed(text: str, opener: Token, token: Token) -> ExpressionError:
    """Where a parenthesis should close, something else stands."""
    if token.kind not in ("end", "separator"):
        return misplaced(text, token)
    return fault(text, opener.span, "this ( is never closed", remedy="Write ) where it ends.")


def chained(text: str, token: Token) -> ExpressionError:
    """``a < b < c``."""
    remedy = "Write logical_and(x < y, y < z)."
    return fault(text, token.span, "two comparisons stand in a row", remedy=remedy)


def nested_too_deep(text: str, opener: Token, most: int) -> ExpressionError:
    """Parentheses in parentheses in parentheses."""
    what = f"this is nested more than {most} deep"
    remedy = "Give the inner part a name, c = …; and write c in its place."
    return fault(text, opener.span, what, remedy=remedy)


def too_large(text: str, token: Token) -> ExpressionError:
    """A number beyond the floats."""
    what = f"{token.text[:30]} is larger than any float64"
    return fault(text, token.span, what, remedy="Write inf.")


def python_word(text: str, token: Token) -> ExpressionError:
    """``lambda``, ``if``, ``import`` and the like."""
    what = f"{token.text!r} is a word of Python, which this is not"
    return fault(text, token.span, what, remedy=_WORDS.get(token.text, _ANYTHING))


def function_name(text: str, token: Token, arity: int) -> ExpressionError:
    """A function's name where a variable should stand."""
    return fault(
        text,
        token.span,
        f"{token.text!r} is the name of a function",
        remedy=f"Call it, {_call(token.text, arity)}, or give the variable another name.",
    )


def wrong_count(text: str, token: Token, arity: int, count: int) -> ExpressionError:
    """A call with too few or too many arguments."""
    what = f"{token.text} takes {arity} argument{'s' * (arity != 1)}, not {count}"
    return fault(text, token.span, what, remedy=f"Write {_call(token.text, arity)}.")


def unknown_function(text: str, token: Token, functions: Mapping[str, int]) -> ExpressionError:
    """A call of what cannot be called."""
    name = token.text
    if keyword.iskeyword(name):
        return python_word(text, token)
    near = difflib.get_close_matches(name, functions, 1)
    if near:
        remedy = f"Did you mean {near[0]!r}?"
    elif len(name) <= 2:
        remedy = f"If a product is meant, write {name}*(…)."
    else:
        remedy = "Only functions of the catalogue can be called, such as exp, log and sin."
    return fault(text, token.span, f"there is no function {quoted(name)}", remedy=remedy)


def _call(name: str, arity: int) -> str:
    return f"{name}({', '.join('xyz'[:arity])})"


def _bad_character(text: str, token: Token) -> ExpressionError:
    why, remedy = _REMEDIES.get(token.text, ("", ""))
    if not remedy:
        folded = unicodedata.normalize("NFKC", token.text).strip()
        plain = _LOOKALIKES.get(token.text, folded)
        like = plain and plain.isascii() and plain != token.text
        remedy = f"Write {plain} in its place." if like else _ANYTHING
    what = f"{quoted(token.text)} is not part of an expression"
    return fault(text, token.span, what, why=why, remedy=remedy)
