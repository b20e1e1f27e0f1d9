"""The few SVG elements that pictures are made of, as text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from clearprop.explain.layout.layout import Frame
from clearprop.explain.layout.routes import Point

_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(text: str) -> str:
    """Text that is safe in XML, between tags and in attributes.

    What XML cannot hold at all becomes the replacement character.

    >>> escaped("a<b & 'c'"), escaped(chr(0))
    ('a&lt;b &amp; &#x27;c&#x27;', '\ufffd')
    """
    return html.escape(_UNPRINTABLE.sub("\ufffd", text))


def number(x: float) -> str:
    """A coordinate, to a tenth of a pixel.

    >>> number(3.0), number(-0.04), number(12.34)
    ('3', '0', '12.3')
    """
    return f"{round(x, 1) + 0.0:.1f}".removesuffix(".0")


def points(coordinates: Iterable[Point]) -> str:
    """Points for the data of a path.

    >>> points([(1.0, 2.0), (3.5, 4.0)])
    '1 2 3.5 4'
    """
    return " ".join(f"{number(x)} {number(y)}" for x, y in coordinates)


def curve_path(chain: tuple[Point, ...]) -> str:
    """The data of a path along a chain of Bézier curves.

    >>> curve_path(((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)))
    'M0 0C1 0 2 0 3 0'
    """
    return f"M{points(chain[:1])}C{points(chain[1:])}"


def rectangle(classes: str, frame: Frame, rounding: float = 0.0, opacity: float = 1.0) -> str:
    """A rectangle with round corners.

    >>> rectangle("cp-halo", Frame(0, 0, 2, 1))
    '<rect class="cp-halo" x="0" y="0" width="2" height="1"/>'
    """
    corners = f' rx="{number(rounding)}"' if rounding else ""
    clear = f' opacity="{opacity:.3g}"' if opacity < 1 else ""
    return (
        f'<rect class="{classes}" x="{number(frame.x)}" y="{number(frame.y)}" '
        f'width="{number(frame.width)}" height="{number(frame.height)}"{corners}{clear}/>'
    )


def lettering(classes: str, x: float, y: float, text: str, anchor: str = "middle") -> str:
    """A line of text; ``x`` and ``y`` tell where its ``anchor`` stands on the baseline.

    >>> lettering("cp-name", 5, 7, "a<b")
    '<text class="cp-name" x="5" y="7" text-anchor="middle">a&lt;b</text>'
    """
    return (
        f'<text class="{classes}" x="{number(x)}" y="{number(y)}" text-anchor="{anchor}">'
        f"{escaped(text)}</text>"
    )


def tooltip(text: str) -> str:
    """What a browser shows when the reader points at the group that this stands in.

    >>> tooltip("∂c/∂a"), tooltip("")
    ('<title>∂c/∂a</title>', '')
    """
    return f"<title>{escaped(text)}</title>" if text else ""
