"""Gaussian elimination with partial pivoting, by rows: a = P L U, and what goes along with it.

The pivot is the largest element of what is left of its column, of equal ones the first, as LAPACK
has it. Of small matrices the rows stay in registers, and are exchanged without a branch. L is not
kept: right-hand sides are further columns of the rows. Source: G. H. Golub, C. F. Van Loan, *Matrix
Computations*, 4th ed. (2013), section 3.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from clearprop.execute.native.factors.text import Index, Matrix, Text

TRUTH: Final = np.dtype(bool)

# In registers ------------------------------------------------------------------------------------


@final
@dataclass(frozen=True, slots=True)
class Eliminated:
    """Rows after the elimination, and what was found.

    Attributes:
        rows: In vectors; from the diagonal on those of U, then what became of other columns.
        scales: One divided by each pivot, in every lane.
        odd: Where the rows were exchanged an odd number of times.
    """

    rows: list[list[str]]
    scales: list[str]
    odd: str


def by_registers(text: Text, rows: list[list[str]], singular: bool) -> Eliminated:
    """Eliminate a square matrix that stands in the first columns.

    Args:
        text: What to write with.
        rows: Its rows, and what goes along, each as vectors.
        singular: Whether a pivot may be 0; it counts as infinity then.
    """
    n, odd, scales = len(rows), text.unit.splat(False, TRUTH), []
    rows = [list(row) for row in rows]
    for k in range(n):
        place, lane = divmod(k, text.lanes)
        if k < n - 1:
            odd = _exchanged(text, rows, k, odd)
        pivot = text.lane(rows[k][place], lane)
        if singular:
            nil = text.compare("oeq", pivot, text.constant(0.0))
            pivot = text.choose(nil, text.constant(np.inf), pivot)
        scales.append(text.reciprocal(pivot))
        for i in range(k + 1, n):
            factor = text.combine("multiply", text.lane(rows[i][place], lane), scales[k])
            for q in range(place, len(rows[i])):
                rows[i][q] = text.less(rows[i][q], factor, rows[k][q])
    return Eliminated(rows, scales, odd)


def _exchanged(text: Text, rows: list[list[str]], k: int, odd: str) -> str:
    """Bring the row with the largest element of a column to its place; whether the count is odd."""
    place, lane = divmod(k, text.lanes)
    best, wins = text.size(text.lane(rows[k][place], lane)), {}
    for i in range(k + 1, len(rows)):
        size = text.size(text.lane(rows[i][place], lane))
        wins[i] = text.compare("ogt", size, best)
        best = text.choose(wins[i], size, best)
    later, top = "", list(rows[k])
    for i in reversed(wins):  # of all that won in their turn, the last is the one
        chosen = wins[i]
        if later:
            chosen = text.both(chosen, text.different(later, text.unit.splat(True, TRUTH)))
        later = text.either(later, wins[i])
        for q in range(place, len(top)):
            rows[k][q], rows[i][q] = (
                text.choose(chosen, rows[i][q], rows[k][q]),
                text.choose(chosen, top[q], rows[i][q]),
            )
    return text.different(odd, later)


def diagonal(text: Text, rows: list[list[str]]) -> list[str]:
    """The diagonal in vectors, of a square matrix in the first columns; then infinities."""
    n = len(rows)
    found = [text.constant(np.inf)] * -(-n // text.lanes)
    for k in range(n):
        place, lane = divmod(k, text.lanes)
        found[place] = text.with_lane(found[place], rows[k][place], lane)
    return found


# In memory ---------------------------------------------------------------------------------------


def by_rows(
    text: Text,
    work: Matrix,
    n: int,
    found: Callable[[Index, str, str, list[str]], list[str]],
    carried: list[tuple[str, str]],
) -> list[str]:
    """Eliminate a square matrix that stands in the first columns of rows in whole vectors.

    Args:
        text: What to write with.
        work: The rows.
        n: Their number.
        found: Given a pivot's number, the pivot, whether its row was exchanged with another one,
            and the carried values, writes what is made of it; returns the next carried values.
        carried: The types and first values of what goes from pivot to pivot.

    Returns:
        The carried values after the last pivot.
    """
    single, put = Text(text.writer, text.dtype, 1), text.writer.put
    blocks = work.down // text.lanes

    def better(element: str, i: Index, best: list[str]) -> list[str]:
        """The largest of a column so far, and its row."""
        size = single.size(element)
        wins = single.compare("ogt", size, best[0])
        place = put(f"select i1 {wins}, i64 {i}, i64 {best[1]}")
        return [single.choose(wins, size, best[0]), place]

    def first(i: Index, best: list[str]) -> list[str]:
        return better(text.one(text.at(work, i)), i, best)

    def pivot(k: Index, state: list[str]) -> list[str]:
        here, following = text.at(work, k), text.plus(k, 1)
        _exchange(text, here, text.at(work, state[1]), text.block(k), blocks)
        element = text.one(text.access.moved(here, text.dtype, k))
        moved = put(f"icmp ne i64 {k}, {state[1]}")
        after = found(k, element, moved, state[2:])
        nil = single.compare("oeq", element, single.literal(0.0))
        scale = single.reciprocal(single.choose(nil, single.literal(np.inf), element))

        def row(i: Index, best: list[str]) -> list[str]:
            target = text.at(work, i)
            below = text.one(text.access.moved(target, text.dtype, k))
            factor = text.spread(single.combine("multiply", below, scale))

            def less(block: Index, _: list[str]) -> list[str]:
                there = text.in_row(target, block)
                known = text.load(text.in_row(here, block))
                text.store(text.less(text.load(there), factor, known), there)
                return []

            text.span(text.block(k), blocks, less)
            return better(text.one(text.access.moved(target, text.dtype, following)), i, best)

        start = [(text.single, single.literal(-1.0)), ("i64", str(following))]
        return [*text.span(following, n, row, start), *after]

    start = [(text.single, single.literal(-1.0)), ("i64", "0")]
    best = text.span(0, n, first, start)
    state = [(type_, value) for (type_, _), value in zip(start, best, strict=True)]
    return text.span(0, n, pivot, [*state, *carried])[2:]


def _exchange(text: Text, one: str, other: str, start: Index, blocks: int) -> None:
    """Exchange two rows, which may be the same, from a vector on."""

    def vector(block: Index, _: list[str]) -> list[str]:
        places = text.in_row(one, block), text.in_row(other, block)
        values = [text.load(place) for place in places]
        for value, place in zip(values, reversed(places), strict=True):
            text.store(value, place)
        return []

    text.span(start, blocks, vector)
