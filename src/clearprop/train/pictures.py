"""Drawings made of cells: a confusion matrix, and small images; in the style of the charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from clearprop.train.charts import percent, short_name, svg


def heat_map(counts: NDArray[np.int64], names: Sequence[str]) -> str:
    """Draws a confusion matrix, shape (classes, classes); rows are the truth.

    Right answers and mistakes have a hue each, as strong as their share of the row; among
    mistakes the square root of it, so that a single one is seen.
    """
    short = [short_name(name, 14) for name in names]
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
    return svg(left + side + 8, top + side + 8, "confusion matrix", parts)


def picture(pixels: NDArray[np.float64], shape: tuple[int, int], *, label: str) -> str:
    """Draws an image of one channel, 0 as paper and its largest value as ink, in 16 steps."""
    levels = np.rint(16 * pixels / max(float(pixels.max()), 1e-300)).reshape(shape)
    parts = []
    for level in range(1, 17):
        path = "".join(f"M{x} {y}h1v1h-1z" for y, x in np.argwhere(levels == level).tolist())
        if path:
            parts.append(f'<path class="ink" fill-opacity="{level / 16:.2f}" d="{path}"/>')
    return svg(shape[1], shape[0], label, parts, grows=True)
