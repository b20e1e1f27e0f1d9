"""A gradient check as a piece of a web page or notebook: two pictures, and the table under them.

The style sheet touches nothing outside. It follows the reader's light or dark setting, and brings
its own ground. What fails has a cross as well as a colour, so no meaning hangs on colour alone.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping, Sequence
from string import Template
from typing import TYPE_CHECKING, Final

from clearprop.api.check.pictures.heat import FAILING, LEVELS, Heat, heats
from clearprop.api.check.pictures.scatter import SIDE, scatter
from clearprop.api.check.table import remarks, rows, verdict

if TYPE_CHECKING:
    from clearprop.api.check.outcome import GradientCheck

MOST_MAPS: Final = 12
LEFT: Final = 58.0
TOP: Final = 34.0
MAPS: Final = LEFT + SIDE + 36
"""Where the frame of the dots stands, and where the maps begin."""
LEGEND: Final = 340.0
"""The width of the legend."""

LIGHT: Final = {
    **{"ground": "#ffffff", "ink": "#1b1f24", "soft": "#4a525b", "line": "#d5dae0"},
    **{"frame": "#f6f8fa", "none": "#eceff2", "unknown": "#ffffff", "kink": "#d9c9f7"},
    **{"shade0": "#dcebfa", "shade1": "#aecfef", "shade2": "#6fa8df", "shade3": "#2f74b8"},
    **{"shade4": "#ffb066", "shade5": "#e2593b", "good": "#0b63b5", "bad": "#c8102e"},
}
DARK: Final = {
    **{"ground": "#0f141a", "ink": "#e8edf2", "soft": "#b4bec9", "line": "#2c3743"},
    **{"frame": "#151c24", "none": "#1b232c", "unknown": "#0f141a", "kink": "#4b3a78"},
    **{"shade0": "#16304b", "shade1": "#1f4a78", "shade2": "#2f6fae", "shade3": "#62abf5"},
    **{"shade4": "#c26a12", "shade5": "#d8433a", "good": "#6cb4ff", "bad": "#ff7b8b"},
}

_FORMS: Final = Template("""
.$scope { font: 13px/1.5 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif;
  border-radius: 8px; padding: 10px 16px; max-width: 100%; box-sizing: border-box;
  display: inline-block; }
.$scope .cp-scroll { overflow-x: auto; }
.$scope svg { display: block; }
.$scope svg text { font: 11px 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif; }
.$scope svg .cp-name { font-weight: 600; font-size: 12px; }
.$scope svg .cp-sign { font-weight: 700; pointer-events: none; }
.$scope .cp-verdict { font-weight: 600; margin: 0 0 4px; }
.$scope p { margin: 4px 0; max-width: 100ch; }
.$scope table { border-collapse: collapse; margin: 8px 0; background: none; width: auto; }
.$scope tr { background: none; }
.$scope th, .$scope td { padding: 2px 14px 2px 0; text-align: left; border: 0; font-size: 13px;
  white-space: nowrap; font-variant-numeric: tabular-nums; }
.$scope .cp-diagonal { fill: none; stroke-dasharray: 4 4; }
.$scope .cp-cross { fill: none; stroke-width: 2.5; stroke-linecap: round; }
.$scope .cp-dot { fill-opacity: .55; stroke-width: 1; }
""")
_COLOURS: Final = Template("""
.$scope { background: $ground; color: $ink; }
.$scope svg text { fill: $ink; }
.$scope p, .$scope th { color: $soft; }
.$scope .cp-good { color: $good; }
.$scope .cp-bad { color: $bad; }
.$scope svg .cp-soft { fill: $soft; }
.$scope td { color: $ink; border-top: 1px solid $line; }
.$scope .cp-frame { fill: $frame; stroke: $line; }
.$scope .cp-grid { stroke: $line; fill: none; }
.$scope .cp-diagonal { stroke: $soft; }
.$scope .cp-cross { stroke: $bad; }
.$scope .cp-dot { fill: $good; stroke: $good; }
.$scope .cp-dot.cp-unknown { fill: none; stroke: $soft; }
.$scope .cp-cell.cp-unknown { fill: $unknown; stroke: $soft; stroke-dasharray: 2 2; }
""")
_SHADE: Final = Template(".$scope .cp-cell.cp-$name { fill: $colour; }\n")
_SHADES: Final = ("none", "kink", "shade0", "shade1", "shade2", "shade3", "shade4", "shade5")


def fragment(check: GradientCheck) -> str:
    """The check as HTML, with a style sheet of its own."""
    body = "\n".join([_verdict(check), _drawing(check), _table(check), *_paragraphs(check)])
    scope = f"clearprop-{hashlib.sha256(body.encode('utf-8', 'replace')).hexdigest()[:10]}"
    style = _FORMS.substitute(scope=scope) + _colours(scope, LIGHT)
    style += f"@media (prefers-color-scheme: dark) {{{_colours(scope, DARK)}}}"
    lines = "\n".join(line for line in style.splitlines() if line)
    return f'<div class="{scope}">\n<style>\n{lines}\n</style>\n{body}\n</div>'


def _drawing(check: GradientCheck) -> str:
    """The dots at the left, the maps beside them in columns, the legend under them."""
    if not check.checks:
        return ""
    placed = _placed(heats(check.elements, check.shapes)[:MOST_MAPS])
    width = max([MAPS + LEGEND * bool(placed), *(x + heat.width for heat, x, _ in placed)])
    height = max([TOP + SIDE, *(y + heat.height for heat, _, y in placed)]) + 46
    parts = [
        f'<text class="cp-name" x="{LEFT}" y="{TOP - 14}">derivatives</text>',
        scatter(check.checks, LEFT, TOP),
        *(heat.svg(x, y) for heat, x, y in placed),
        _legend(MAPS, height - 16) if placed else "",
    ]
    label = html.escape(repr(check))
    return (
        f'<div class="cp-scroll"><svg width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg></div>"
    )


def _placed(maps: Sequence[Heat]) -> list[tuple[Heat, float, float]]:
    """Where each map stands: under the one before, or in the next column if that is full."""
    placed: list[tuple[Heat, float, float]] = []
    x, y, widest = MAPS, TOP - 26, 0.0
    for heat in maps:
        if y > TOP and y + heat.height > TOP + SIDE + 4:
            x, y, widest = x + widest + 36, TOP - 26, 0.0
        placed.append((heat, x, y))
        y, widest = y + heat.height + 14, max(widest, heat.width)
    return placed


def _legend(x: float, y: float) -> str:
    """What the shades mean: each begins at the number before it."""
    parts = [f'<text class="cp-soft" x="{x}" y="{y}">error / allowed</text>']
    for number in range(len(LEVELS) + 1):
        left = x + 88 + 47 * number
        box = f'x="{left:.0f}" y="{y - 11}" width="15" height="15"'
        parts.append(f'<rect class="cp-cell cp-shade{number}" {box}/>')
        if number > FAILING:
            parts.append(f'<text class="cp-sign" x="{left + 4:.0f}" y="{y}">×</text>')
        if number < len(LEVELS):
            text = f"{LEVELS[number]:g}"
            parts.append(f'<text class="cp-soft" x="{left + 18:.0f}" y="{y}">{text}</text>')
    return "".join(parts)


def _verdict(check: GradientCheck) -> str:
    name = "good" if check.ok else "bad"
    return f'<p class="cp-verdict cp-{name}">{html.escape(verdict(check))}</p>'


def _table(check: GradientCheck) -> str:
    lines = []
    for number, row in enumerate(rows(check)):
        tag = "td" if number else "th"
        lines.append("".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row))
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _paragraphs(check: GradientCheck) -> list[str]:
    return [f"<p>{html.escape(remark)}</p>" for remark in remarks(check)]


def _colours(scope: str, colours: Mapping[str, str]) -> str:
    shades = (_SHADE.substitute(scope=scope, name=n, colour=colours[n]) for n in _SHADES)
    return _COLOURS.substitute(colours, scope=scope) + "".join(shades)
