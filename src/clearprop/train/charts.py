"""Charts as inline SVG, drawn by hand: numbers in, one ``<svg>`` element out.

Colours are CSS variables and classes of :data:`STYLE`, so that one drawing serves light, dark
and print. Each mark carries a ``<title>``, which browsers show as a tooltip; nothing needs
JavaScript. Coordinates are those of the ``viewBox``, in pixels at natural size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

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
MOST_POINTS = 1000  # more than the pixels of a line
MOST_TOOLTIPS = 240
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Scale:
    """The map from values low..high to coordinates start..stop, linear or logarithmic."""

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Returns the coordinate of a value."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        share = (value - low) / (high - low) if high > low else 0.5
        return round(self.start + share * (self.stop - self.start), 2)

    def ticks(self) -> list[float]:
        """Returns round values within the scale, four to nine of them.

        >>> Scale(0.0, 10.0, 0, 1).ticks()
        [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
        >>> Scale(0.02, 3.0, 0, 1, log=True).ticks()
        [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]
        """
        if self.log:
            decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            digits, stride = ((1, 2, 5), 1) if len(decades) < 5 else ((1,), 1 + len(decades) // 8)
            values = [float(f"{digit}e{ten}") for ten in decades[::stride] for digit in digits]
        else:
            raw = (self.high - self.low) / 5 or 1.0
            unit = 10.0 ** math.floor(math.log10(raw))
            step = next(unit * nice for nice in (1, 2, 5, 10) if unit * nice >= raw * 0.999)
            first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
            values = [float(f"{count * step:.12g}") for count in range(first, last + 1)]
        slack = 1e-9 * abs(self.high)
        return [value for value in values if self.low - slack <= value <= self.high + slack]


def number(value: float) -> str:
    """Writes a number in three digits for a label.

    >>> number(0.012345), number(1e-7), number(-2.5e12), number(1234.5)
    ('0.0123', '10⁻⁷', '-2.5·10¹²', '1234')
    """
    if value == 0 or not math.isfinite(value) or 1e-4 <= abs(value) < 1e5:
        return f"{value:.3g}" if abs(value) < 999.5 else f"{value:.0f}"
    digits, ten = f"{value:.2e}".split("e")
    digits = digits.rstrip("0").rstrip(".")
    power = f"10{str(int(ten)).translate(SUPERSCRIPT)}"
    return power if digits == "1" else f"{digits}·{power}"


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
    labels = [f"{_short(name, 24)} {write(line[-1])}" for name, line in lines.items()]
    across = Scale(x[0], x[-1], 46, width - 12 - 7.5 * max(map(len, labels)))
    up = Scale(*_padded(min(drawn), max(drawn), log), height - 40, 12, log)
    parts = [_axes(across, up, height, write)]
    for place, line in enumerate(lines.values()):
        dashed = " dashed" if place % 2 and len(lines) == 2 else ""
        parts.append(
            f'<path class="line c{place % COLOURS}{dashed}" d="{_path(x, line, across, up)}"/>'
        )
    parts += _ends(x, lines, labels, across, up)
    parts += _tooltips(x, lines, across, up, write)
    return _svg(width, height, label, parts)


def scatter_chart(truth: NDArray[np.float64], predicted: NDArray[np.float64], *, label: str) -> str:
    """Draws predicted against true values, shapes (m,), with the line where both agree."""
    kept = np.flatnonzero((np.abs(truth) < 1e300) & (np.abs(predicted) < 1e300))
    if not kept.size:
        return '<p class="none">No finite values to draw.</p>'
    kept = kept[_thinned(len(kept), MOST_POINTS)]
    both = np.concatenate([truth[kept], predicted[kept]])
    low, high = _padded(float(both.min()), float(both.max()), log=False)
    across, up = Scale(low, high, 60, 486), Scale(low, high, 250, 12)
    parts = [_axes(across, up, 290, number, "true")]
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
    return _svg(496, 290, label, parts)


def heat_map(counts: NDArray[np.int64], names: Sequence[str]) -> str:
    """Draws a confusion matrix, shape (classes, classes); rows are the truth.

    Right answers and mistakes have a hue each, as strong as their share of the row; among
    mistakes the square root of it, so that a single one is seen.
    """
    short = [_short(name, 14) for name in names]
    longest = 7 * max(map(len, short))
    size = max(12, min(64, (450 - longest) // len(names)))
    left, top = 30 + longest, 40 if longest <= size else 34 + longest
    parts = [
        f'<text class="axis" x="{left}" y="14">predicted</text>',
        f'<text class="axis" transform="translate(14 {top + size * len(names) / 2}) '
        f'rotate(-90)" text-anchor="middle">true</text>',
    ]
    for place, name in enumerate(short):
        middle = place * size + size / 2
        turn = f"translate({left + middle + 4 * (longest > size)} {top - 8})"
        turn += " rotate(-90)" if longest > size else ""
        anchor = "start" if longest > size else "middle"
        parts.append(f'<text transform="{turn}" text-anchor="{anchor}">{escape(name)}</text>')
        parts.append(
            f'<text x="{left - 8}" y="{top + middle + 4}" text-anchor="end">{escape(name)}</text>'
        )
    for (row, column), count in np.ndenumerate(counts):
        share = count / max(1, counts[row].sum())
        kind, strength = ("right", share) if row == column else ("wrong", math.sqrt(share))
        tip = f"true {names[row]}, predicted {names[column]}: {count} ({percent(share)})"
        x, y = left + column * size, top + row * size
        fill = f"{kind} cell" if count else "zero cell"
        opacity = f"{0.12 + 0.88 * strength:.2f}" if count else "1"
        shown = str(count) if count and size >= 18 else ""
        strong = ' class="strong"' if count and strength > 0.5 else ""
        parts.append(
            f'<rect class="{fill}" x="{x}" y="{y}" width="{size}" height="{size}" rx="3" '
            f'fill-opacity="{opacity}"><title>{escape(tip)}</title></rect>'
            f'<text x="{x + size / 2}" y="{y + size / 2 + 4}"{strong}>{shown}</text>'
        )
    side = size * len(names)
    return _svg(left + side + 8, top + side + 8, "confusion matrix", parts)


def picture(pixels: NDArray[np.float64], shape: tuple[int, int], *, label: str) -> str:
    """Draws an image of one channel, 0 as paper and its largest value as ink, in 16 steps."""
    levels = np.rint(16 * pixels / max(float(pixels.max()), 1e-300)).reshape(shape)
    parts = []
    for level in range(1, 17):
        path = "".join(f"M{x} {y}h1v1h-1z" for y, x in np.argwhere(levels == level).tolist())
        if path:
            parts.append(f'<path class="ink" fill-opacity="{level / 16:.2f}" d="{path}"/>')
    return _svg(shape[1], shape[0], label, parts, grows=True)


def _svg(
    width: float, height: float, label: str, parts: Iterable[str], *, grows: bool = False
) -> str:
    limit = "" if grows else f' style="max-width: {width:g}px"'
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}"{limit}>'
        f"{''.join(parts)}</svg>"
    )


def _axes(
    across: Scale, up: Scale, height: float, write: Callable[[float], str], name: str = "epoch"
) -> str:
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
                f"{value:g}</text>"
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


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _drawable(value: float, log: bool) -> bool:
    return abs(value) < 1e300 and (value > 1e-300 or not log)


def _padded(low: float, high: float, log: bool) -> tuple[float, float]:
    """Leaves a little room around the values, and some where they are all equal."""
    if log:
        room = 10.0 ** max(0.06 * (math.log10(high) - math.log10(low)), 0.05)
        return low / room, high * room
    room = 0.06 * (high - low) or 0.5 * abs(high) or 1.0
    return low - room, high + room


def _thinned(count: int, most: int) -> list[int]:
    """Indices of at most this many of count items, evenly spread, first and last included."""
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))})
