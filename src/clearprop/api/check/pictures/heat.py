"""The error over the elements of an array: a cell for each, the darker the nearer to failing."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from clearprop.api.check.element import ElementCheck
from clearprop.api.check.table import worst

WIDTH: Final = 330.0
HEIGHT: Final = 230.0
"""The largest map, in pixels."""
MOST: Final = 48
"""The most rows and columns; cells of larger arrays stand for blocks."""
CELL: Final = 22.0
LEVELS: Final = (1e-6, 1e-3, 1e-1, 1.0, 10.0)
"""Errors as parts of what is allowed, from which on a cell is a shade darker."""
FAILING: Final = LEVELS.index(1.0)
"""The number of the darkest shade of what does not fail."""


@final
@dataclass(frozen=True, slots=True)
class Heat:
    """A map of one array, or for order two of the pairs of two.

    Attributes:
        title: What it shows.
        cells: The worst check of each block; None where nothing was compared.
    """

    title: str
    cells: list[list[ElementCheck | None]]

    @property
    def cell(self) -> float:
        """The side of a cell, in pixels."""
        return min(CELL, WIDTH / len(self.cells[0]), HEIGHT / len(self.cells))

    @property
    def width(self) -> float:
        """With its title."""
        return max(self.cell * len(self.cells[0]), 6.5 * len(self.title))

    @property
    def height(self) -> float:
        """With its title."""
        return 24 + self.cell * len(self.cells)

    def svg(self, left: float, top: float) -> str:
        """The map, its upper left corner where it is said."""
        parts = [
            f'<text class="cp-name" x="{left}" y="{top + 12}">{html.escape(self.title)}</text>'
        ]
        for i, row in enumerate(self.cells):
            for j, check in enumerate(row):
                parts.append(self._cell(check, left + self.cell * j, top + 20 + self.cell * i))
        return "".join(parts)

    def _cell(self, check: ElementCheck | None, x: float, y: float) -> str:
        side = self.cell - min(1.5, self.cell / 6)
        shade, sign = shade_of(check)
        tip = f"<title>{html.escape(check.describe())}</title>" if check else ""
        mark = ""
        if sign and side > 7:
            mark = (
                f'<text class="cp-sign" x="{x + side / 2:.1f}" y="{y + side / 2 + 4:.1f}" '
                f'text-anchor="middle">{sign}</text>'
            )
        box = f'x="{x:.1f}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}"'
        return f'<g>{tip}<rect class="cp-cell cp-{shade}" {box}/>{mark}</g>'


def shade_of(check: ElementCheck | None) -> tuple[str, str]:
    """The class of a cell, and the sign in it.

    >>> shade_of(None)
    ('none', '')
    """
    if check is None:
        return "none", ""
    if check.status in ("kink", "unknown"):
        return check.status, "∧" if check.status == "kink" else "?"
    level = sum(check.severity > limit for limit in LEVELS)
    if check.status == "fails":
        return f"shade{max(level, FAILING + 1)}", "×"
    return f"shade{min(level, FAILING)}", ""


def heats(checks: Iterable[ElementCheck], shapes: Mapping[str, tuple[int, ...]]) -> list[Heat]:
    """A map per array, and for order two per pair of arrays."""
    groups: dict[tuple[str, ...], dict[tuple[int, ...], list[ElementCheck]]] = {}
    for check in checks:
        names = tuple(name for name, _ in check.places)
        if len(names) <= 2 and all(name in shapes for name in names):
            numbers = tuple(_number(shapes[name], index) for name, index in check.places)
            groups.setdefault(names, {}).setdefault(numbers, []).append(check)
    return [
        Heat(_title(names, shapes), _cells(members, *_layout(names, shapes)))
        for names, members in groups.items()
    ]


def _number(shape: tuple[int, ...], index: tuple[int, ...]) -> int:
    """The number of an element in its array."""
    return int(np.ravel_multi_index(index, shape)) if shape else 0


def _layout(names: Sequence[str], shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, int]:
    """Rows and columns of a map."""
    sizes = [int(np.prod(shapes[name])) for name in names]
    if len(names) == 2:
        return sizes[0], sizes[1]
    shape = shapes[names[0]]
    columns = shape[-1] if len(shape) > 1 else min(sizes[0], max(16, math.isqrt(sizes[0])))
    return -(-sizes[0] // columns), columns


def _cells(
    members: Mapping[tuple[int, ...], Sequence[ElementCheck]], rows: int, columns: int
) -> list[list[ElementCheck | None]]:
    """The worst check of each block of elements."""
    tall, wide = -(-rows // MOST), -(-columns // MOST)
    cells: list[list[ElementCheck | None]] = [
        [None] * -(-columns // wide) for _ in range(-(-rows // tall))
    ]
    for numbers, checks in members.items():
        i, j = numbers if len(numbers) == 2 else divmod(numbers[0], columns)
        before = cells[i // tall][j // wide]
        cells[i // tall][j // wide] = worst([*checks, before] if before else checks)
    return cells


def _title(names: Sequence[str], shapes: Mapping[str, tuple[int, ...]]) -> str:
    shown = [name + (f" {shapes[name]}" if shapes[name] else "") for name in names]
    return " by ".join(shown)
