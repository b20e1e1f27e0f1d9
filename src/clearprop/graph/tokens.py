"""The words of the text form, line by line, and the errors that point at them."""

from __future__ import annotations

import json
import re
from typing import Final

from clearprop.errors import ParseError

_TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<number>[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|inf\b|nan\b))
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<digest>\#[0-9a-f]{16})
  | (?P<body>@\d+)
  | (?P<name>%\d+|[^\W\d][\w.]*)
  | (?P<equal>==)
  | (?P<mark>[()\[\]{},:=])
    )""",
    re.VERBOSE,
)


class Tokens:
    """The lines of a text and the words of the current one; a base of the parser.

    Args:
        text: The text.

    Attributes:
        lines: Its lines.
        at: How many lines were read: the number of the current one, counted from 1.
        tokens: The current line's words: kind, text and column.
        position: Which of them is read next.
    """

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.at = 0
        self.tokens: list[tuple[str, str, int]] = []
        self.position = 0

    def next_line(self) -> bool:
        """Move to the next line that is not empty; False at the end of the text."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if line.strip():
                self.tokens = self.tokenize(line)
                self.position = 0
                return True
        self.tokens = [("end", "", 0)]
        self.position = 0
        return False

    def tokenize(self, line: str) -> list[tuple[str, str, int]]:
        """The words of a line."""
        tokens = []
        end, length = 0, len(line.rstrip())
        while end < length:
            match = _TOKEN.match(line, end)
            if match is None:
                raise self.error(f"unreadable text {line[end:].strip()[:20]!r}", end)
            kind = match.lastgroup or ""
            tokens.append((kind, match[kind], match.start(kind)))
            end = match.end()
        tokens.append(("end", "", length))
        return tokens

    def error(self, what: str, column: int | None = None) -> ParseError:
        """The error at a column, by default that of the next word."""
        if column is None:
            column = self.tokens[min(self.position, len(self.tokens) - 1)][2]
        return ParseError(
            f"line {max(self.at, 1)}, column {column + 1} of the graph's text: {what}",
            remedy="The text form is what str(graph) prints; its page in the docs has the grammar.",
        )

    def take(self, text: str) -> None:
        """Pass over a word that must stand here."""
        if self.tokens[self.position][1] != text:
            found = self.tokens[self.position][1] or "the end of the line"
            raise self.error(f"expected {text!r}, found {found!r}")
        self.position += 1

    def skip(self, text: str) -> bool:
        """Pass over a word if it stands here; whether it did."""
        if self.tokens[self.position][1] == text:
            self.position += 1
            return True
        return False

    def take_kind(self, kind: str, what: str) -> str:
        """The next word, which must be of that kind."""
        found, text, _ = self.tokens[self.position]
        if found != kind:
            raise self.error(f"expected {what}, found {text or 'the end of the line'!r}")
        self.position += 1
        return text

    def end(self) -> None:
        """Raise unless the line ends here."""
        if self.tokens[self.position][0] != "end":
            raise self.error("more text than one statement")

    def length(self) -> int:
        """The next word as the length of an axis."""
        text = self.take_kind("number", "a length")
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            self.position -= 1
            raise self.error(f"{text!r} is no length of an axis")
        return int(text)

    def number(self, text: str) -> int | float:
        """A word as a number."""
        try:
            return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
        except ValueError:  # Python reads no integer of thousands of digits
            self.position -= 1
            raise self.error(f"a number of {len(text)} digits is too long") from None

    def text(self, quoted: str) -> str:
        """A word in quotation marks, read as JSON."""
        try:
            return str(json.loads(quoted))
        except ValueError:
            self.position -= 1
            raise self.error(f"{quoted} is no text as JSON writes it") from None
