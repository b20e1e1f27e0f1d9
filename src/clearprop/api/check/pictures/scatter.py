"""Analytic against numerical derivatives, a dot for each: on the diagonal where they agree."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from clearprop.api.check.element import ElementCheck

SIDE: Final = 220.0
"""The length of an axis, in pixels."""
MOST_DOTS: Final = 600
DECADES: Final = 4
"""How far down a logarithmic axis goes before it is linear."""


def scatter(checks: Sequence[ElementCheck], left: float, top: float) -> str:
    """The dots in their frame, as SVG; the upper left corner of the frame is given."""
    shown = [e for e in checks if math.isfinite(e.analytic) and math.isfinite(e.numerical)]
    spread, ticks = _axis([abs(v) for e in shown for v in (e.analytic, e.numerical)])
    right, bottom = left + SIDE, top + SIDE

    def across(value: float) -> float:
        return left + SIDE * (0.5 + 0.46 * spread(value))

    def up(value: float) -> float:
        return bottom - SIDE * (0.5 + 0.46 * spread(value))

    parts = [f'<rect class="cp-frame" x="{left}" y="{top}" width="{SIDE}" height="{SIDE}"/>']
    for value, text in ticks:
        x, y = across(value), up(value)
        parts.append(
            f'<path class="cp-grid" d="M{x:.1f} {top}V{bottom}M{left} {y:.1f}H{right}"/>'
            f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{text}</text>'
            f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
        )
    parts.append(f'<path class="cp-diagonal" d="M{left} {bottom}L{right} {top}"/>')
    parts += [_dot(e, across(e.numerical), up(e.analytic)) for e in _few(shown)]
    middle = (left + right) / 2
    parts.append(
        f'<text class="cp-soft" x="{middle}" y="{bottom + 34}" text-anchor="middle">'
        f'numerical</text><text class="cp-soft" text-anchor="middle" transform="'
        f'translate({left - 44} {(top + bottom) / 2}) rotate(-90)">analytic</text>'
    )
    return "".join(parts)


def _axis(sizes: Iterable[float]) -> tuple[Callable[[float], float], list[tuple[float, str]]]:
    """A map from derivatives to −1 … 1, and its ticks; logarithmic where the sizes differ much."""
    kept = sorted(size for size in sizes if size > 0)
    largest = kept[-1] if kept else 1.0
    if not kept or kept[len(kept) // 4] > largest / 100:
        step = _round(largest)
        ticks = [(-step, f"{-step:.3g}"), (0.0, "0"), (step, f"{step:.3g}")]
        return lambda value: value / largest, ticks
    smallest = max(kept[0], largest * 10.0**-DECADES * 1e-4)
    top, low = math.log10(largest), math.floor(math.log10(smallest))

    def spread(value: float) -> float:
        if abs(value) < 10.0**low:
            return 0.0
        return math.copysign((math.log10(abs(value)) - low) / max(top - low, 1e-9), value)

    power = math.floor(top)
    middle = (low + power + 1) // 2
    marks = [10.0**p for p in dict.fromkeys((power, middle)) if p > low]
    ticks = [
        (s * mark, f"{s * mark:.0e}".replace("e-0", "e-").replace("e+0", "e"))
        for mark in marks
        for s in (-1, 1)
    ]
    return spread, [*ticks, (0.0, "0")]


def _round(size: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above the size."""
    ten = 10.0 ** math.floor(math.log10(size))
    return next(k * ten for k in (5, 2, 1) if k * ten <= size * 1.0000001)


def _few(checks: Sequence[ElementCheck]) -> list[ElementCheck]:
    """At most so many dots, those that fail always and on top."""
    fails = [e for e in checks if e.status == "fails"][:MOST_DOTS]
    others = [e for e in checks if e.status != "fails"]
    step = max(1, -(-len(others) // MOST_DOTS))
    return others[::step] + fails


def _dot(check: ElementCheck, x: float, y: float) -> str:
    tip = html.escape(check.describe() if not check.ok else f"{check.title}: {check.analytic:.6g}")
    title = f"<title>{tip}</title>"
    if check.status == "fails":
        cross = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
        return f'<path class="cp-cross" d="{cross}">{title}</path>'
    return (
        f'<circle class="cp-dot cp-{check.status}" cx="{x:.1f}" cy="{y:.1f}" r="4">{title}</circle>'
    )
