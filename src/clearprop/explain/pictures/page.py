"""An explanation as a piece of a web page or notebook: the picture, and a table under it.

The style sheet touches nothing outside; it follows the reader's light or dark setting, and brings
its own ground, so it can be read on any page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from string import Template
from typing import Final

from clearprop.explain.pictures.markup import escaped
from clearprop.explain.pictures.palette import DARK, FONT, LIGHT

Table = Sequence[Sequence[str]]
"""Rows of cells, the heads first."""

_FORMS: Final = Template("""
.$scope { font: 13px/1.5 $font; border-radius: 8px; padding: 2px 0 8px; max-width: 100%;
  box-sizing: border-box; display: inline-block; }
.$scope .cp-scroll { overflow-x: auto; max-width: 100%; }
.$scope svg { display: block; }
.$scope .cp-parts { display: flex; flex-wrap: wrap; gap: 0 40px; padding: 0 16px; }
.$scope .cp-wide { flex-basis: 100%; }
.$scope p { margin: 8px 0; max-width: 75ch; }
.$scope table { border-collapse: collapse; margin: 6px 0; width: auto;
  font-variant-numeric: tabular-nums; background: none; }
.$scope tr { background: none; }
.$scope th, .$scope td { padding: 3px 12px 3px 0; text-align: right; white-space: nowrap;
  border: 0; font-size: 13px; line-height: 1.5; }
.$scope th { font-weight: 600; }
.$scope .cp-left { text-align: left; }
.$scope td.cp-code { font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
  font-size: 12px; }
""")
_COLOURS: Final = Template("""
.$scope { background: $canvas; color: $ink; }
.$scope p, .$scope th { color: $soft; }
.$scope td { color: $ink; border-top: 1px solid $operation; }
""")


def fragment(picture: str, parts: Sequence[str]) -> str:
    """A picture and what stands under it, with a style sheet of their own.

    Args:
        picture: The text of an SVG file; empty if there is none.
        parts: Tables and paragraphs, as HTML; tables stand side by side where there is room, and
            a paragraph alone takes the whole width.

    >>> fragment("", ["<p>text</p>"]).startswith('<div class="clearprop-')
    True
    """
    drawn = f'<div class="cp-scroll">{picture}</div>\n' if picture else ""
    pieces = "\n".join(_piece(part) for part in parts)
    body = f'{drawn}<div class="cp-parts">\n{pieces}\n</div>'
    scope = f"clearprop-{hashlib.sha256(body.encode('utf-8', 'replace')).hexdigest()[:10]}"
    style = _FORMS.substitute(scope=scope, font=FONT) + _colours(scope, LIGHT)
    style += f"@media (prefers-color-scheme: dark) {{{_colours(scope, DARK)}}}"
    lines = "\n".join(line for line in style.splitlines() if line)
    return f'<div class="{scope}">\n<style>\n{lines}\n</style>\n{body}\n</div>'


def table(rows: Table, left: set[int], code: set[int]) -> str:
    """A table; the first row holds the heads.

    Args:
        rows: The cells.
        left: Which columns begin at the left.
        code: Which columns are code.

    >>> table([["node"], ["a<b"]], left={0}, code=set())
    '<table><tr><th class="cp-left">node</th></tr><tr><td class="cp-left">a&lt;b</td></tr></table>'
    """
    made = []
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        cells = "".join(
            f"<{tag}{_classes(tag, i, left, code)}>{escaped(cell)}</{tag}>"
            for i, cell in enumerate(row)
        )
        made.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(made)}</table>"


def paragraph(text: str) -> str:
    """A paragraph of plain text.

    >>> paragraph("a < b")
    '<p>a &lt; b</p>'
    """
    return f"<p>{escaped(text)}</p>"


def _piece(part: str) -> str:
    alone = part.startswith("<p>") and part.endswith("</p>") and part.count("<p>") == 1
    return f'<div class="cp-wide">{part}</div>' if alone else f"<div>{part}</div>"


def _classes(tag: str, column: int, left: set[int], code: set[int]) -> str:
    names = ["cp-left"] * (column in left) + ["cp-code"] * (column in code and tag == "td")
    return f' class="{" ".join(names)}"' if names else ""


def _colours(scope: str, colours: Mapping[str, str]) -> str:
    return _COLOURS.substitute(colours, scope=scope)
