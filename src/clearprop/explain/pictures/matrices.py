"""Arrays as text and as HTML tables, cut short where they are large."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from clearprop.explain.pictures.lettering import figure

DIGITS = 9
_MOST = 12  # rows or columns that are shown whole
_EDGE = 4  # of a larger array, what is shown at each end


def matrix_text(array: Any, indent: str = "    ", digits: int = DIGITS) -> str:
    """Rows of right-aligned numbers.

    >>> print(matrix_text(np.array([[1.0, -0.25], [10.0, 2.0]]), indent=""))
     1  −0.25
    10      2
    """
    cells = _cells(array, digits)
    width = max(len(cell) for row in cells for cell in row)
    return "\n".join(indent + "  ".join(cell.rjust(width) for cell in row) for row in cells)


def matrix_html(array: Any, digits: int = DIGITS) -> str:
    """The same as a table."""
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
        for row in _cells(array, digits)
    )
    return f"<table>{rows}</table>"


def folded(title: str, array: Any, digits: int = 6) -> str:
    """An array as HTML that opens on a click."""
    return f"<details><summary>{escape(title)}</summary>{matrix_html(array, digits)}</details>"


def _cells(array: Any, digits: int) -> list[list[str]]:
    """The numbers as text; a row for a vector, a single cell for a scalar."""
    rows = np.atleast_2d(np.asarray(array))
    if not rows.size:
        return [["(empty)"]]
    lines, columns = _kept(rows.shape[0]), _kept(rows.shape[1])
    return [
        ["…" if line is None or column is None else figure(rows[line, column].item(), digits)
         for column in columns]
        for line in lines
    ]  # fmt: skip


def _kept(length: int) -> list[int | None]:
    """The indices to show; None stands for those left out."""
    if length <= _MOST:
        return list(range(length))
    return [*range(_EDGE), None, *range(length - _EDGE, length)]
