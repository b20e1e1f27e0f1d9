"""A comparison of structures to look at: validation loss against parameters, on a page or alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, final

from clearprop.train import charts
from clearprop.train.charts import axes, number, padded, short_name, spans_decades, svg
from clearprop.train.page import DARK, LIGHT, PAGE, STYLE
from clearprop.train.scale import Scale

WIDTH, HEIGHT = 620.0, 300.0
LETTER, LINE = 6.8, 14.0  # of a label, in pixels
SCOPE: Final = ".clearprop-chart"
RULE: Final = re.compile(r"([^{}]+)(\{[^{}]*\})")
OWN_STYLE: Final = """
svg text.best { font-weight: 700; fill: var(--c); } svg text.point { fill: var(--ink); }
.point-dot { fill: var(--c); stroke: var(--paper); stroke-width: 1.5; }
"""

Table = Sequence[Sequence[str]]
Corner = tuple[float, float, float, float]


@final
@dataclass(frozen=True, slots=True)
class Point:
    """A structure in the picture.

    Attributes:
        name: Its hidden layers.
        parameters: How many there are.
        loss: The validation loss.
        best: Whether it is the winner.
    """

    name: str
    parameters: int
    loss: float
    best: bool


def chart(points: Sequence[Point]) -> str:
    """Draws the validation loss of each structure above its number of parameters."""
    drawn = [point for point in points if abs(point.loss) < 1e300]
    if not drawn:
        return '<p class="none">No structure was trained to its end.</p>'
    losses, counts = [point.loss for point in drawn], [float(point.parameters) for point in drawn]
    high, wide = spans_decades(losses), spans_decades(counts)
    across = Scale(*padded(min(counts), max(counts), wide), 64, WIDTH - 40, wide)
    up = Scale(*padded(min(losses), max(losses), high), HEIGHT - 40, 16, high)
    middle = (up.start + up.stop) / 2
    parts = [
        axes(across, up, HEIGHT, number, "parameters" + ", log scale" * wide),
        f'<text class="axis" transform="translate(12 {middle}) rotate(-90)" '
        f'text-anchor="middle">validation loss{", log scale" * high}</text>',
        *_marks(drawn, across, up),
    ]
    return svg(WIDTH, HEIGHT, "validation loss by parameters", parts)


def piece(points: Sequence[Point], rows: Table, sentences: Sequence[str]) -> str:
    """Picture, table and sentences for a notebook or a part of a page."""
    from clearprop.explain.pictures import page as explained  # what only trains does without it

    table = explained.table(rows, left={0}, code=set())
    paragraphs = [explained.paragraph(sentence) for sentence in sentences]
    return explained.fragment(_scoped(chart(points)), [table, *paragraphs])


def page(
    title: str, points: Sequence[Point], rows: Table, sentences: Sequence[str], command: str
) -> str:
    """Picture, table and sentences as a page of their own, with what repeats them."""
    from clearprop.explain.pictures import page as explained

    table = explained.table(rows, left={0}, code=set())
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    body = (
        f'<header><p class="eyebrow">clearprop · comparison of structures '
        f'<span lang="zh">结构比较</span></p><h1>{escape(title)}</h1></header>\n'
        f"<section>{said}</section>\n"
        f"<section><h2>Validation loss by parameters</h2>{chart(points)}</section>\n"
        f'<section><h2>Structures</h2><div class="scroll">{table}</div></section>\n'
        f"<section><h2>Repeat this comparison</h2><pre>{escape(command)}</pre></section>"
    )
    style = (STYLE + charts.STYLE + OWN_STYLE).replace("LIGHT", LIGHT).replace("DARK", DARK)
    return PAGE.format(title=escape(title), style=style, body=body)


def _marks(points: Sequence[Point], across: Scale, up: Scale) -> Iterator[str]:
    """Dots with their names, each where it covers no other."""
    spots = [(across(point.parameters), up(point.loss)) for point in points]
    taken: list[Corner] = [(x - 6, y - 6, x + 6, y + 6) for x, y in spots]
    for point, (x, y) in zip(points, spots, strict=True):
        name = short_name(point.name, 20)
        corner = _free(x, y, LETTER * len(name), taken)
        taken.append(corner)
        kind, colour, radius = ("best", 1, 6) if point.best else ("point", 0, 4.5)
        tip = f"{point.name}: {point.parameters:,} parameters, validation loss {point.loss:.4g}"
        yield (
            f'<circle class="point-dot c{colour}" r="{radius}" cx="{x}" cy="{y}">'
            f"<title>{escape(tip)}</title></circle>"
            f'<text class="{kind} c{colour}" x="{(corner[0] + corner[2]) / 2:.1f}" '
            f'y="{corner[3] - 3:.1f}" text-anchor="middle">{escape(name)}</text>'
        )


def _free(x: float, y: float, width: float, taken: Sequence[Corner]) -> Corner:
    """The first place around a point where a label covers nothing; above it if there is none."""
    half = width / 2
    places = [
        (x + shift - half, y + down - LINE, x + shift + half, y + down)
        for shift, down in (
            *((0.0, -7.0), (0.0, LINE + 7), (half + 10, LINE / 2), (-half - 10, LINE / 2)),
            *((half + 6, -7.0), (-half - 6, -7.0), (half + 6, LINE + 7), (-half - 6, LINE + 7)),
        )
    ]
    inside = [place for place in places if place[0] > 66 and place[2] < WIDTH and place[1] > 0]
    for place in inside:
        if not any(_overlap(place, other) for other in taken):
            return place
    return inside[0] if inside else places[0]


def _overlap(one: Corner, other: Corner) -> bool:
    """Whether two rectangles, as left, top, right and bottom, have a point in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _scoped(drawing: str) -> str:
    """A drawing with a style sheet that touches nothing else on its page."""
    from clearprop.explain.pictures.palette import FONT

    rules = RULE.sub(
        lambda rule: ", ".join(f"{SCOPE} {one.strip()}" for one in rule[1].split(",")) + rule[2],
        charts.STYLE + OWN_STYLE,
    )
    colours = f"{SCOPE} {{ {LIGHT} --sans: {FONT}; }}\n"
    colours += f"@media (prefers-color-scheme: dark) {{ {SCOPE} {{ {DARK} }} }}"
    return f'<div class="{SCOPE[1:]}"><style>{colours}{rules}</style>{drawing}</div>'
