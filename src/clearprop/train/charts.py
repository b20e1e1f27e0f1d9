"""Charts as inline SVG, drawn by hand: numbers in, one ``<svg>`` element out.

Colours are CSS variables and classes of :data:`STYLE`, so that one drawing serves light, dark
and print. Each mark carries a ``<title>``, which browsers show as a tooltip; nothing needs
JavaScript. Coordinates are those of the ``viewBox``, in pixels at natural size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from clearprop.train.scale import Scale

STYLE = """
svg { display: block; width: 100%; height: auto; }
svg text { font: 12px var(--sans); fill: var(--soft); font-variant-numeric: tabular-nums; }
.grid { stroke: var(--rule); stroke-width: 1; }
.line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round;
  stroke-linecap: round; }
.dashed { stroke-dasharray: 6 4; }
svg .label { fill: var(--c); font-weight: 600; }
.end { fill: var(--c); stroke: var(--paper); stroke-width: 1.5; }
.hit rect { fill: transparent; }
.hit line { stroke: var(--soft); } .hit line, .hit circle { opacity: 0; }
.hit:hover line, .hit:hover circle { opacity: 1; }
.dot { fill: var(--c); fill-opacity: .55; }
.cell { stroke: var(--paper); stroke-width: 1.5; }
.right { fill: var(--right); } .wrong { fill: var(--wrong); } .zero { fill: var(--wash); }
.cell + text { text-anchor: middle; fill: var(--ink); pointer-events: none; }
svg .strong { fill: var(--on); font-weight: 600; }
svg .axis { font-weight: 600; }
.ink { fill: var(--ink); shape-rendering: crispEdges; }
.c0 { --c: var(--c-blue); } .c1 { --c: var(--c-orange); } .c2 { --c: var(--c-green); }
.c3 { --c: var(--c-purple); } .c4 { --c: var(--c-ochre); } .c5 { --c: var(--c-rose); }
.c6 { --c: var(--c-teal); } .c7 { --c: var(--c-slate); }
"""
COLOURS = 8
LABELS = 120  # pixels at the end of the lines, so that charts side by side have one width
MOST_POINTS = 1000  # more than the pixels of a line
MOST_TOOLTIPS = 240
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """Writes a number in three digits for a label; in all, if it has up to six before the point.

    >>> number(0.012345), number(1e-7), number(-2.5e12), number(21056.3)
    ('0.0123', '10⁻⁷', '-2.5·10¹²', '21,056')
    """
    if value == 0 or not math.isfinite(value) or 1e-4 <= abs(value) < 999_999.5:
        return f"{value:.3g}" if abs(value) < 999.5 else f"{value:,.0f}"
    digits, ten = f"{value:.2e}".split("e")
    digits = digits.rstrip("0").rstrip(".")
    power = f"10{str(int(ten)).translate(SUPERSCRIPT)}"
    return f"{digits}·{power}" if digits.lstrip("-") != "1" else digits.replace("1", power)


def percent(share: float) -> str:
    """Writes a share of 1 as a percentage; ``–`` stands for NaN.

    >>> percent(0.97777), percent(1.0), percent(math.nan)
    ('97.8%', '100%', '–')
    """
    return "–" if math.isnan(share) else f"{100 * share:.1f}%".replace(".0%", "%")


def spans_decades(values: Iterable[float]) -> bool:
    """Whether a log scale shows these values better: all positive, largest over 20 × smallest."""
    kept = [value for value in values if math.isfinite(value)]
    return bool(kept) and min(kept) > 0 and max(kept) > 20 * min(kept)


def line_chart(
    x: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    *,
    label: str,
    log: bool = False,
    write: Callable[[float], str] = number,
    width: float = 496,
) -> str:
    """Draws lines over a common x, each labelled at its end with its last value.

    Args:
        x: Ascending; whole numbers are marked on its axis.
        lines: Values by name, each as long as x; the second of two is dashed. A line breaks
            where a value is not finite, or not positive on a log scale.
        label: What is drawn, for readers who do not see it.
        log: Whether the y axis is logarithmic.
        write: Writes a y value.
        width: Of the drawing, in pixels.
    """
    drawn = [value for line in lines.values() for value in line if _drawable(value, log)]
    if not drawn:
        return '<p class="none">No finite values to draw.</p>'
    height = max(290, 60 + 15 * len(lines))
    labels = [f"{short_name(name, 24)} {write(line[-1])}" for name, line in lines.items()]
    room = max(LABELS, 7.5 * max(map(len, labels)))
    across = Scale(x[0], x[-1], 46, width - 12 - room)
    up = Scale(*padded(min(drawn), max(drawn), log), height - 40, 12, log)
    parts = [axes(across, up, height, write)]
    for place, line in enumerate(lines.values()):
        dashed = " dashed" if place % 2 and len(lines) == 2 else ""
        parts.append(
            f'<path class="line c{place % COLOURS}{dashed}" d="{_path(x, line, across, up)}"/>'
        )
    parts += _ends(x, lines, labels, across, up)
    parts += _tooltips(x, lines, across, up, write)
    return svg(width, height, label, parts)


def scatter_chart(truth: NDArray[np.float64], predicted: NDArray[np.float64], *, label: str) -> str:
    """Draws predicted against true values, shapes (m,), with the line where both agree."""
    kept = np.flatnonzero((np.abs(truth) < 1e300) & (np.abs(predicted) < 1e300))
    if not kept.size:
        return '<p class="none">No finite values to draw.</p>'
    kept = kept[_thinned(len(kept), MOST_POINTS)]
    both = np.concatenate([truth[kept], predicted[kept]])
    low, high = padded(float(both.min()), float(both.max()), log=False)
    across, up = Scale(low, high, 84, 486), Scale(low, high, 250, 12)
    parts = [axes(across, up, 290, number, "true")]
    parts.append(
        '<text class="axis" transform="translate(12 131) rotate(-90)" '
        'text-anchor="middle">predicted</text>'
    )
    parts.append(
        f'<path class="line dashed c7" d="M{across(low)} {up(low)}L{across(high)} {up(high)}"/>'
    )
    for index in kept:
        tip = f"true {number(truth[index])}, predicted {number(predicted[index])}"
        parts.append(
            f'<circle class="dot c0" r="3.5" cx="{across(truth[index])}" '
            f'cy="{up(predicted[index])}"><title>{tip}</title></circle>'
        )
    return svg(496, 290, label, parts)


def svg(
    width: float, height: float, label: str, parts: Iterable[str], *, grows: bool = False
) -> str:
    """The drawing around its parts; it is no wider than ``width`` unless it grows."""
    limit = "" if grows else f' style="max-width: {width:g}px"'
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}"{limit}>'
        f"{''.join(parts)}</svg>"
    )


def axes(
    across: Scale, up: Scale, height: float, write: Callable[[float], str], name: str = "epoch"
) -> str:
    """Lines across at round values, marks along the lower edge, and the name of what runs there."""
    whole = name == "epoch"
    parts = []
    for value in up.ticks():
        y = up(value)
        parts.append(
            f'<line class="grid" x1="{across.start}" x2="{across.stop}" y1="{y}" y2="{y}"/>'
            f'<text x="{across.start - 8}" y="{y + 4}" text-anchor="end">{write(value)}</text>'
        )
    for value in across.ticks():
        if not whole or value == round(value):
            parts.append(
                f'<text x="{across(value)}" y="{up.start + 18}" text-anchor="middle">'
                f"{number(value)}</text>"
            )
    middle = (across.start + across.stop) / 2
    parts.append(
        f'<text class="axis" x="{middle}" y="{height - 4}" text-anchor="middle">{name}</text>'
    )
    return "".join(parts)


def _path(x: Sequence[float], line: Sequence[float], across: Scale, up: Scale) -> str:
    """Moves after every gap; the tiny step makes a point without neighbours a dot."""
    steps, pen = [], "M"
    for index in _thinned(len(x), MOST_POINTS):
        if not _drawable(line[index], up.log):
            pen = "M"
            continue
        steps.append(f"{pen}{across(x[index])} {up(line[index])}" + "h.01" * (pen == "M"))
        pen = "L"
    return "".join(steps)


def _ends(
    x: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    labels: Sequence[str],
    across: Scale,
    up: Scale,
) -> list[str]:
    """Dots and names each line's end; names that would overlap are spread, from the top down."""
    parts, wanted = [], []
    for place, line in enumerate(lines.values()):
        drawn = [index for index, value in enumerate(line) if _drawable(value, up.log)]
        wanted.append((up(line[drawn[-1]]) if drawn else up.start, place))
        parts += [_dot(x[index], line[index], place, across, up) for index in drawn[-1:]]
    y = 0.0
    for left, (end, place) in zip(range(len(wanted) - 1, -1, -1), sorted(wanted), strict=True):
        y = min(max(end, y + 15), up.start - 15 * left)
        parts.append(
            f'<text class="label c{place % COLOURS}" x="{across.stop + 10}" y="{y + 4}">'
            f"{escape(labels[place])}</text>"
        )
    return parts


def _dot(x: float, y: float, place: int, across: Scale, up: Scale) -> str:
    return f'<circle class="end c{place % COLOURS}" r="4" cx="{across(x)}" cy="{up(y)}"/>'


def _tooltips(
    x: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    across: Scale,
    up: Scale,
    write: Callable[[float], str],
) -> list[str]:
    """Covers the chart with upright strips; the one under the pointer shows its values."""
    chosen = _thinned(len(x), MOST_TOOLTIPS)
    width = (across.stop - across.start) / max(1, len(chosen) - 1)
    parts = []
    for index in chosen:
        middle = across(x[index])
        tip = [f"epoch {x[index]:g}"]
        tip += [f"{name} {write(line[index])}" for name, line in lines.items()]
        dots = "".join(
            _dot(x[index], line[index], place, across, up)
            for place, line in enumerate(lines.values())
            if _drawable(line[index], up.log)
        )
        parts.append(
            f'<g class="hit"><title>{escape(chr(10).join(tip))}</title>'
            f'<rect x="{middle - width / 2:.2f}" y="{up.stop}" width="{width:.2f}" '
            f'height="{up.start - up.stop}"/>'
            f'<line x1="{middle}" x2="{middle}" y1="{up.stop}" y2="{up.start}"/>{dots}</g>'
        )
    return parts


def short_name(name: str, most: int) -> str:
    """The name, its middle left out if it has more than ``most`` characters.

    >>> short_name("a class with a long name 7", 13)
    'a clas…name 7'
    """
    if len(name) <= most:
        return name
    tail = (most - 1) // 2
    return f"{name[: most - 1 - tail]}…{name[-tail:]}"


def _drawable(value: float, log: bool) -> bool:
    return abs(value) < 1e300 and (value > 1e-300 or not log)


def padded(low: float, high: float, log: bool) -> tuple[float, float]:
    """Leaves a little room around the values, and some where they are all equal."""
    if log:
        room = 10.0 ** max(0.06 * (math.log10(high) - math.log10(low)), 0.05)
        return low / room, high * room
    room = 0.06 * (high - low) or 0.5 * abs(high) or 1.0
    return low - room, high + room


def _thinned(count: int, most: int) -> list[int]:
    """Indices of at most this many of count items, evenly spread, first and last included."""
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))})
