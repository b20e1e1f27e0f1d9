"""Errors that point: the line of the text, and under it a caret at the place."""

from __future__ import annotations

import unicodedata
from typing import Final

from clearprop.errors import ExpressionError
from clearprop.explain.expressions.tokens import Span

_WIDTH: Final = 72  # of the shown part of a line, in columns of a terminal
_BEFORE: Final = 44  # of those, at most, before the caret


def fault(text: str, span: Span, what: str, *, why: str = "", remedy: str = "") -> ExpressionError:
    """An error that shows the place in the text, then says what is wrong there.

    >>> print(fault("a + * b", (4, 5), "something is missing before '*'"))
    column 5 of the expression:
        a + * b
            ^
    something is missing before '*'.
    """
    start, end = span
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    line_number = text.count("\n", 0, start) + 1
    where = f"line {line_number}, " * ("\n" in text.strip()) + f"column {start - line_start + 1}"
    before = _shown(text[line_start:start])
    marked = _shown(text[start : min(end, line_end)])
    after = _shown(text[max(start, min(end, line_end)) : line_end])
    before = _tail(before, _BEFORE)
    marked = _head(marked, _WIDTH - _BEFORE)
    after = _head(after, max(0, _WIDTH - _columns(before) - _columns(marked)))
    picture = f"    {before}{marked}{after}".rstrip()
    caret = " " * (4 + _columns(before)) + "^" + "~" * (_columns(marked) - 1)
    return ExpressionError(
        f"{where} of the expression:\n{picture}\n{caret}\n{what}", why=why, remedy=remedy
    )


def quoted(text: str, most: int = 30) -> str:
    """A word as it is told in a sentence: in quotes, short and printable."""
    return repr(text if len(text) <= most else text[:most] + "…")


def _shown(text: str) -> str:
    """The text with nothing in it that could move a terminal's cursor."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes; Chinese characters take two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _head(text: str, columns: int) -> str:
    """The beginning of a text, cut to a number of columns."""
    if _columns(text) <= columns:
        return text
    kept = text[:columns]
    while kept and _columns(kept) > columns - 1:
        kept = kept[:-1]
    return kept + "…"


def _tail(text: str, columns: int) -> str:
    """The end of a text, cut to a number of columns."""
    if _columns(text) <= columns:
        return text
    kept = text[-columns:]
    while kept and _columns(kept) > columns - 1:
        kept = kept[1:]
    return "…" + kept
