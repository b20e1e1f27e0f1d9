"""CSV files as tables of text, read with every fault named by file, line, column and value."""

from __future__ import annotations

import csv
import difflib
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import DataError

MISSING = frozenset({"", "na", "n/a", "nan", "null", "?"})  # "none" may be an honest class
LARGEST = 1e150  # squares of larger numbers overflow when columns are standardized


@final
@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a CSV file, as text, each row with the line it began on.

    Attributes:
        path: The file.
        header: The column names.
        rows: The cells, as many in each row as in the header.
        lines: The line in the file on which each row began.
    """

    path: Path
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def at(self, row: int, column: int) -> str:
        """Names a cell for a message."""
        return f"{self.path}, line {self.lines[row]}, column {self.header[column]!r}"


def read(path: Path, known: Sequence[str] = ()) -> Table:
    """Reads a CSV file: UTF-8, a header row, commas, semicolons or tabs between cells.

    Args:
        path: The file.
        known: Other names that may have been meant where there is no such file.

    Raises:
        DataError: The file cannot be read as a table.
    """
    text = _text(path, known)
    rows: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        mark = _delimiter(text)
        stream = io.StringIO(text, newline="")
        reader = csv.reader(stream, delimiter=mark, skipinitialspace=True, strict=True)
        for cells in reader:
            if len(cells) > 1 or any(map(str.strip, cells)):  # blank lines are skipped
                rows.append([cell.strip() for cell in cells])
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{path} is not a valid CSV file",
            where=f"line {line}",
            why=f"Python's csv module says: {error}",
            remedy='Close every quote, and write a quote inside a quoted cell as "".',
        ) from error
    if not rows:
        raise DataError(f"{path} is empty", remedy="Write a header row and one row per example.")
    table = Table(path, rows[0], rows[1:], lines[1:])
    _refuse_header(table, lines[0])
    _refuse_rows(table)
    return table


def refuse_missing(table: Table, columns: Iterable[int] | None = None) -> None:
    """Refuses missing values in some columns, which are needed; by default in all.

    Raises:
        DataError: Naming how many there are and where the first is.
    """
    wanted = set(range(len(table.header)) if columns is None else columns)
    holes = [
        (row, column)
        for row, cells in enumerate(table.rows)
        for column, cell in enumerate(cells)
        if column in wanted and cell.lower() in MISSING
    ]
    if holes:
        row, column = holes[0]
        several = len(holes) > 1
        it, lines = ("them", "those rows") if several else ("it", "the row")
        also = " or the column" + "s" * several if columns is None else ""
        written = repr(table.rows[row][column]) if table.rows[row][column] else "an empty cell"
        raise DataError(
            f"{len(holes)} value{'s are' if several else ' is'} missing in "
            f"{len({row for row, _ in holes})} of {len(table.rows)} rows"
            f"{'; the first is' if several else ':'} {written}",
            where=table.at(row, column),
            remedy=f"Fill {it} in, or remove {lines}{also}.",
        )


def numbers(table: Table, column: int) -> NDArray[np.float64]:
    """A column as float64.

    Raises:
        DataError: A cell is not a finite number.
    """
    values = np.empty(len(table.rows))
    for row, cells in enumerate(table.rows):
        value = number(cells[column])
        if value is None:
            raise DataError(
                f"{cells[column]!r} is not a number",
                where=table.at(row, column),
                why="All columns but a target of classes must be numeric",
                remedy="Write numbers with a decimal point, or remove the column.",
            )
        if not abs(value) <= LARGEST:
            large = any(digit in "0123456789" for digit in cells[column])  # 1e400 is inf, too
            raise DataError(
                f"{cells[column]!r} is {f'beyond ±{LARGEST:g}' if large else 'not finite'}",
                where=table.at(row, column),
                why="Its square is beyond what numbers hold" if large else "",
                remedy="Correct it, or remove the row.",
            )
        values[row] = value
    return values


def number(text: str) -> float | None:
    """The number that a cell holds, or None.

    >>> number("1e3"), number("1_000"), number("x")
    (1000.0, None, None)
    """
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def guess(name: str, known: Sequence[str]) -> str:
    """What may have been meant, as the start of a remedy.

    >>> guess("iriss", ["iris", "wine"])
    "Did you mean 'iris'? "
    """
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]!r}? " if close else ""


def listed(names: Iterable[str], most: int = 12) -> str:
    """Joins names for a sentence; a wide table does not flood it."""
    listed = list(names)
    rest = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest


def _delimiter(text: str) -> str:
    """Returns the mark that cuts the header, the first line not blank, into most columns."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=lambda mark: len(next(csv.reader([header], delimiter=mark), ())))


def _text(path: Path, known: Sequence[str]) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        nearby = [str(file) for file in path.parent.glob("*.csv")]
        others = f", or one of {listed(known)}" if known else ""
        raise DataError(
            f"there is no data set and no file named {str(path)!r}",
            remedy=f"{guess(str(path), [*known, *nearby])}Give the path of a CSV file{others}.",
        ) from error
    except (OSError, ValueError) as error:  # a ValueError for a name with a zero byte
        said = f"The system says: {getattr(error, 'strerror', error)}"
        why = "It is a folder" if os.path.isdir(path) else said
        raise DataError(
            f"{path} cannot be read", why=why, remedy="Give the path of a CSV file."
        ) from error
    try:
        if b"\0" in raw:
            raise UnicodeDecodeError("utf-8", raw, raw.index(0), raw.index(0) + 1, "a zero byte")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8 text",
            where=f"line {raw.count(10, 0, error.start) + 1}, byte {error.start}: "
            f"0x{raw[error.start]:02x}",
            why="It is a binary file, or text in another encoding",
            remedy='Save it as "CSV UTF-8".',
        ) from error


def _refuse_header(table: Table, line: int) -> None:
    where = f"{table.path}, line {line}"
    for place, name in enumerate(table.header):
        if not name:
            raise DataError(
                f"column {place + 1} has no name", where=where, remedy="Name it, or remove it."
            )
        if name in table.header[:place]:
            raise DataError(
                f"two columns are named {name!r}",
                where=f"{where}, columns {table.header.index(name) + 1} and {place + 1}",
                remedy="Rename one of them.",
            )
    counted = [str(place) for place in range(len(table.header))]  # what pandas calls its columns
    if table.header != counted and None not in map(number, table.header):
        raise DataError(
            "the header row is missing",
            where=where,
            why=f"The first line holds only numbers: {listed(map(repr, table.header))}",
            remedy="Put the column names on a line of their own before the first example.",
        )


def _refuse_rows(table: Table) -> None:
    for cells, line in zip(table.rows, table.lines, strict=True):
        if len(cells) != len(table.header):
            raise DataError(
                f"this row has {len(cells)} cells, the header has {len(table.header)}",
                where=f"{table.path}, line {line}, beginning {cells[0]!r}",
                remedy="Add or remove cells; quote a cell that contains the separator.",
            )
