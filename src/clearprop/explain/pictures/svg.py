"""Pictures as SVG text: self-contained, without scripts, at home on light and dark pages.

The text stands on its own or inside a page: its style sheet touches nothing outside, identifiers
are made from the content, and the picture brings its own ground, so it can be read on any.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from typing import get_args

from clearprop.explain.layout.layout import Direction, Frame, Layout, Link, Route, Size, lay_out
from clearprop.explain.pictures.lettering import figure, shortened, text_width
from clearprop.explain.pictures.markup import (
    curve_path,
    escaped,
    lettering,
    number,
    points,
    rectangle,
    tooltip,
)
from clearprop.explain.pictures.palette import style_sheet
from clearprop.explain.pictures.picture import Arrow, Box, Kind, Picture

__all__ = ["Arrow", "Box", "Direction", "Kind", "Picture", "draw", "figure"]

_SIZE, _LABEL_SIZE, _TITLE_SIZE = 13.0, 12.0, 15.0  # of the letters, in pixels like all lengths
_LINE = 17.0  # from one line of text to the next
_PADDING = (11.0, 6.0)  # inside a box, at the sides and above and below
_STACK = 4.0  # by how much the sheet behind a layer's box looks out
_MARGIN = 16.0
_CAPTION = 30.0  # the room for a title or a legend
_LEAST_WIDTH, _PLAIN_WIDTH, _MOST_WIDTH = 0.8, 1.5, 4.0  # of lines
_TINT = 0.3  # the opacity of the strongest accent
_ROUNDING = {"input": 14.0, "operation": 6.0, "output": 6.0, "constant": 3.0, "layer": 6.0}


def draw(
    picture: Picture, *, title: str = "", direction: Direction = "right", legend: bool = False
) -> str:
    """A picture as the text of an SVG file; the same picture gives the same text.

    Args:
        picture: What to draw.
        title: A heading, also read by screen readers.
        direction: ``"right"`` for inputs at the left, ``"down"`` for inputs at the top.
        legend: Whether to tell below the picture what the colours mean.

    Raises:
        ValueError: The arrows form a cycle, or the direction is unknown.

    >>> a, y = Box("a", ("a", "value 3"), "input"), Box("y", ("y = a·a",), "output")
    >>> picture = Picture((a, y), (Arrow("a", "y", "3", 3.0), Arrow("a", "y", "3", 3.0)))
    >>> text = draw(picture, title="A square")
    >>> text.startswith("<svg "), text.count('class="cp-line"')
    (True, 2)
    """
    if direction not in get_args(Direction):
        raise ValueError(f"the direction is {direction!r}; it may be 'right' or 'down'")
    place = {box.key: rank for rank, box in enumerate(picture.boxes)}
    links = [
        Link(place[arrow.source], place[arrow.target], _label_size(arrow.label))
        for arrow in picture.arrows
    ]
    layout = lay_out([_box_size(box) for box in picture.boxes], links, direction=direction)
    body = "\n".join(_body(picture, layout, direction))
    return _sheet(body, layout, title, _description(picture), legend=legend)


def _box_size(box: Box) -> Size:
    widths = [
        text_width(shortened(line), _SIZE, bold=not row) for row, line in enumerate(box.lines)
    ]
    stack = _STACK if box.kind == "layer" else 0.0
    width = max(widths, default=0.0) + 2 * _PADDING[0] + stack
    return Size(max(width, 34.0), max(len(box.lines), 1) * _LINE + 2 * _PADDING[1] + stack)


def _label_size(label: str) -> Size | None:
    return Size(text_width(shortened(label), _LABEL_SIZE) + 4.0, 16.0) if label else None


def _body(picture: Picture, layout: Layout, direction: Direction) -> Iterator[str]:
    """All that is drawn, from the lowest to the topmost."""
    drawn = list(zip(picture.arrows, layout.routes, strict=True))
    for arrow, route in drawn:
        if arrow.highlighted:
            yield f'<path class="cp-mark" d="{curve_path(route.points)}"/>'
    for arrow, route in drawn:
        yield _arrow(arrow, route, direction)
    for box, frame in zip(picture.boxes, layout.boxes, strict=True):
        yield "".join(_box(box, frame))
    for arrow, route in drawn:
        if route.label:
            yield _label(arrow, route.label)


def _arrow(arrow: Arrow, route: Route, direction: Direction) -> str:
    width = _stroke_width(arrow.weight)
    half = 3.0 + 0.45 * width
    (x, y), (bx, by) = route.tip, route.points[-1]
    across, along = (0.0, half) if direction == "right" else (half, 0.0)
    head = [(x, y), (bx - across, by - along), (bx + across, by + along)]
    return (
        f'<g class="{_sign("cp-arrow", arrow.weight)}">{tooltip(arrow.tooltip)}'
        f'<path class="cp-line" stroke-width="{number(width)}" d="{curve_path(route.points)}"/>'
        f'<path class="cp-head" d="M{points(head)}Z"/></g>'
    )


def _label(arrow: Arrow, frame: Frame) -> str:
    x, y = frame.x + frame.width / 2, frame.y + frame.height / 2 + 0.35 * _LABEL_SIZE
    text = lettering("cp-label", x, y, shortened(arrow.label))
    halo = "cp-halo cp-marked" if arrow.highlighted else "cp-halo"
    return (
        f'<g class="{_sign("cp-arrow", arrow.weight)}">{tooltip(arrow.tooltip)}'
        f"{rectangle(halo, frame, 5.0)}{text}</g>"
    )


def _box(box: Box, frame: Frame) -> Iterator[str]:
    yield f'<g class="cp-box cp-{box.kind}" data-key="{escaped(box.key)}">{tooltip(box.tooltip)}'
    rounding = min(_ROUNDING[box.kind], frame.height / 2)
    if box.kind == "layer":
        width, height = frame.width - _STACK, frame.height - _STACK
        yield rectangle("cp-shape", Frame(frame.x + _STACK, frame.y, width, height), rounding)
        frame = Frame(frame.x, frame.y + _STACK, width, height)
    yield rectangle("cp-shape", frame, rounding)
    if box.accent is not None:
        strength = _TINT * min(1.0, abs(box.accent)) if math.isfinite(box.accent) else _TINT
        yield rectangle(_sign("cp-tint", box.accent), frame, rounding, strength)
    middle = frame.x + frame.width / 2
    for row, line in enumerate(box.lines):
        baseline = frame.y + _PADDING[1] + _LINE * (row + 0.5) + 0.36 * _SIZE
        yield lettering("cp-value" if row else "cp-name", middle, baseline, shortened(line))
    yield "</g>"


def _sign(name: str, weight: float | None) -> str:
    """The class, followed by that of the sign."""
    if weight is None:
        return name
    if not math.isfinite(weight):
        return f"{name} cp-invalid"
    return f"{name} cp-{'positive' if weight > 0 else 'negative' if weight < 0 else 'zero'}"


def _stroke_width(weight: float | None) -> float:
    """1.5 for weights of size one, and half a pixel more for each factor of ten."""
    if not weight or not math.isfinite(weight):
        return _PLAIN_WIDTH
    width = _PLAIN_WIDTH + 0.5 * math.log10(abs(weight))
    return min(_MOST_WIDTH, max(_LEAST_WIDTH, width))


def _sheet(body: str, layout: Layout, title: str, description: str, *, legend: bool) -> str:
    """The whole file around what is drawn."""
    top = _MARGIN + (_CAPTION if title else 0.0)
    width = layout.width
    if title:
        width = max(width, text_width(title, _TITLE_SIZE, bold=True))
    foot = ""
    if legend:
        foot, legend_width = _legend(layout.height + _CAPTION - 8.0)
        width = max(width, legend_width)
    width = math.ceil(width + 2 * _MARGIN)
    height = math.ceil(layout.height + top + _MARGIN + (_CAPTION if legend else 0.0))
    name = title or "Computational graph"
    key = "\n".join((name, description, body, foot, f"{width} {height}"))
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:10]
    scope = f"clearprop-{digest}"
    style = style_sheet(scope, size=_SIZE, label_size=_LABEL_SIZE, title_size=_TITLE_SIZE)
    heading = lettering("cp-title", _MARGIN, _MARGIN + _TITLE_SIZE, title, "start") if title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{scope}" role="img" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'aria-labelledby="{scope}-title {scope}-desc">\n'
        f'<title id="{scope}-title">{escaped(name)}</title>\n'
        f'<desc id="{scope}-desc">{escaped(description)}</desc>\n'
        f"<style>\n{style}\n</style>\n"
        f"{rectangle('cp-canvas', Frame(0.0, 0.0, width, height), 8.0)}\n{heading}"
        f'<g transform="translate({number(_MARGIN)} {number(top)})">\n{body}\n{foot}</g>\n'
        "</svg>\n"
    )


def _legend(y: float) -> tuple[str, float]:
    """A row that tells the colours, and its width."""
    parts, x = [], 0.0
    samples = (("positive", 1.0), ("negative", -1.0), ("zero", 0.0), ("nan, ∞", math.nan))
    for text, weight in samples:
        parts.append(
            f'<g class="{_sign("cp-arrow", weight)}">'
            f'<path class="cp-line" stroke-width="2" d="M{points([(x, y), (x + 22, y)])}"/>'
            f"{lettering('cp-label', x + 28, y + 4, text, 'start')}</g>"
        )
        x += 28 + text_width(text, _LABEL_SIZE) + 14
    last = "thicker: larger"
    parts.append(lettering("cp-label", x, y + 4, last, "start"))
    return "".join(parts), x + text_width(last, _LABEL_SIZE)


def _description(picture: Picture) -> str:
    """The picture in a sentence, for those who do not see it."""
    sources = {arrow.source for arrow in picture.arrows}
    targets = {arrow.target for arrow in picture.arrows}
    inputs = [box for box in picture.boxes if box.key not in targets]
    outputs = [box for box in picture.boxes if box.key not in sources]
    return (
        f"Boxes: {len(picture.boxes)}, arrows: {len(picture.arrows)}; "
        f"from {_names(inputs)} to {_names(outputs)}."
    )


def _names(boxes: Sequence[Box], most: int = 6) -> str:
    names = [box.lines[0] if box.lines else box.key for box in boxes[:most]]
    return ", ".join(names) + (", …" if len(boxes) > most else "")
