"""The words of an expression: numbers, names, symbols, separators, and what is none of these."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, final

Span = tuple[int, int]
"""Where something stands in the text: from, and to (exclusive)."""

Kind = Literal["number", "name", "symbol", "separator", "bad", "end"]


@final
@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression.

    Attributes:
        kind: What it is; ``"bad"`` for a character that begins no word.
        text: The word; names are normalized (NFKC), as Python's are.
        span: Where it stands.
    """

    kind: Kind
    text: str
    span: Span

    @property
    def symbol(self) -> str:
        """The text of a symbol, else empty."""
        return self.text if self.kind == "symbol" else ""

    def is_symbol(self, text: str) -> bool:
        """Whether it is that symbol."""
        return self.kind == "symbol" and self.text == text


_WORD: Final = re.compile(
    r"(?P<space>[ \t\r\f]+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[^\W\d])"
    r"|(?P<symbol>\*\*|//|<=|>=|==|!=|[-+*/%<>=(),])"
    r"|(?P<separator>[;\n])"
)


def tokenize(text: str) -> list[Token]:
    r"""All words of a text, an ``"end"`` last; never raises.

    A line break separates statements, but not inside parentheses.

    >>> [token.text for token in tokenize("c = 2*(a +\n1e-3)")]
    ['c', '=', '2', '*', '(', 'a', '+', '1e-3', ')', '']
    """
    found: list[Token] = []
    place = depth = 0
    while place < len(text):
        token = _token(text, place)
        place = token.span[1] if token is not None else place + 1
        if token is None or (token.text == "\n" and depth > 0):
            continue
        depth += token.is_symbol("(") - token.is_symbol(")")
        found.append(token)
    found.append(Token("end", "", (len(text), len(text))))
    return found


def _token(text: str, place: int) -> Token | None:
    """The word that begins at that place; None for white space."""
    match = _WORD.match(text, place)
    if match is None:
        return Token("bad", text[place], (place, place + 1))
    kind, word = match.lastgroup, match.group()
    if kind == "number":
        return Token("number", word, match.span())
    if kind == "symbol":
        return Token("symbol", word, match.span())
    if kind == "separator":
        return Token("separator", word, match.span())
    if kind == "space":
        return None
    return _name(text, place)


def _name(text: str, start: int) -> Token:
    r"""The longest identifier; ``\w`` takes in superscripts, too, which are no letters."""
    if not text[start].isidentifier():
        return Token("bad", text[start], (start, start + 1))
    end = start + 1
    while end < len(text) and ("a" + text[end]).isidentifier():
        end += 1
    return Token("name", unicodedata.normalize("NFKC", text[start:end]), (start, end))
