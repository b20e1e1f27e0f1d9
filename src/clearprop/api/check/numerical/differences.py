"""The derivative of a function along a line by extrapolated differences, with its own error.

Central differences at shrinking steps are extrapolated to step 0 (Richardson, *The approximate
arithmetical solution by finite differences*, Phil. Trans. A 210, 1911), and the table of
extrapolations tells which of its entries to trust, and how far (Ridders, *Accurate computation of
F′(x) and F″(x)*, Adv. Eng. Software 4, 1982). The same is done on each side alone: where left and
right settle on different numbers there is a kink, where one side has no value the other is taken.

A table is begun with a large step, which is good for a smooth function, and with ever smaller ones
until it settles, which finds the derivative of one that oscillates, is about to overflow, has a
kink nearby or ends nearby.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, final

import numpy as np

from clearprop.api.check.numerical.tables import Line, Mask, Table, Vector

STARTS: Final = (0.15, 0.27, 0.40, 0.53, 0.66)
"""A table begins with ε to one of these powers, times the size of what moves."""


@final
@dataclass(frozen=True, slots=True)
class Estimate:
    """A numerical derivative of each of several values.

    Attributes:
        value: The derivative; NaN where there is none to be had.
        doubt: How far off it may be.
        left: The derivative from the left; NaN if the function has no value there.
        right: The derivative from the right.
        doubt_left: How far off the left one may be.
        doubt_right: How far off the right one may be.
        steep: Whether the slopes grow without bound as the step shrinks.
        bend: The second derivative, roughly and without its sign.
    """

    value: Vector
    doubt: Vector
    left: Vector
    right: Vector
    doubt_left: Vector
    doubt_right: Vector
    steep: Mask
    bend: Vector


def differentiate(line: Line, base: Vector, eps: float, size: float) -> Estimate:
    """The derivative at step 0 of each value along a line.

    Args:
        line: The function along the line.
        base: Its values at step 0, of shape (n,).
        eps: The relative rounding error of its values.
        size: How large the number is that moves, which gives the steps their scale.

    >>> made = differentiate(lambda h: (h, np.exp([h, 2 * h])), np.ones(2), 2.2e-16, 0.0)
    >>> np.abs(made.value - [1, 2]) < 1e-11
    array([ True,  True])
    """
    tables: list[Table] = []
    for start in _starts(eps, size):
        table = Table(line, base, start, eps)
        table.plateau = table.flat & _told_otherwise(tables, base)
        tables.append(table)
        if all(np.any([table.settled for table in tables], axis=0) | ~np.isfinite(base)):
            break
    return _best(tables)


def _starts(eps: float, size: float) -> Iterator[float]:
    """First steps of tables, the largest first: for a number of ordinary size, and for its own."""
    ordinary = [max(size, 0.25) * eps**power for power in STARTS]
    own = [size * eps**power for power in STARTS[:2]] if 0 < size < 0.01 else []
    yield from sorted(ordinary + own, reverse=True)


def _best(tables: Sequence[Table]) -> Estimate:
    """For each value the first table that settles, else the one that doubts least."""
    chosen = np.argmin([table.rank for table in tables], axis=0)

    def of_chosen(choices: Sequence[Vector]) -> Vector:
        picked: Vector = np.take_along_axis(np.array(choices), chosen[None], axis=0)[0]
        return picked

    def pick(side: str, what: str) -> Vector:
        return of_chosen([getattr(getattr(table, side), what) for table in tables])

    value, doubt = pick("central", "best"), pick("central", "doubt")
    left, right = pick("left", "best"), pick("right", "best")
    doubt_left, doubt_right = pick("left", "doubt"), pick("right", "doubt")
    steep = unsettled = ~np.any([table.settled for table in tables], axis=0)
    if unsettled.any():
        doubt = np.where(unsettled, _apart(tables, "central", value, doubt), doubt)
        doubt_left = np.where(unsettled, _apart(tables, "left", left, doubt_left), doubt_left)
        doubt_right = np.where(unsettled, _apart(tables, "right", right, doubt_right), doubt_right)
        upright = _grows(tables, "left") & (doubt_left > 0.1 * np.abs(left))
        upright |= _grows(tables, "right") & (doubt_right > 0.1 * np.abs(right))
        steep = unsettled & upright
    bend = of_chosen([table.bend for table in tables])
    return Estimate(value, doubt, left, right, doubt_left, doubt_right, steep, bend)


def _told_otherwise(tables: Sequence[Table], base: Vector) -> Mask:
    """Whether two tables of larger steps agree that the derivative is not 0."""
    told = np.zeros(base.shape, bool)
    for first, second in pairwise(table.central for table in tables):
        apart, doubts = np.abs(first.best - second.best), first.doubt + second.doubt
        sure = doubts < 0.1 * np.minimum(np.abs(first.best), np.abs(second.best))
        told |= sure & (apart <= 10 * doubts)
    return told


def _apart(tables: Sequence[Table], side: str, value: Vector, doubt: Vector) -> Vector:
    """A doubt that is not below the distance to other tables, unless one of these confirms it.

    A table of noise has, among its many entries, one that agrees with its neighbours by chance.
    """
    nearest, confirmed = np.full(value.shape, np.inf), np.zeros(value.shape, bool)
    for column in (getattr(table, side) for table in tables):
        distance = np.abs(column.best - value)
        other = np.isfinite(distance) & (distance > 0)
        nearest = np.where(other, np.minimum(nearest, distance), nearest)
        sure = column.doubt <= 0.1 * np.abs(column.best)
        confirmed |= other & sure & (distance <= 3 * (doubt + column.doubt))
    return np.where(np.isfinite(nearest) & ~confirmed, np.maximum(doubt, nearest), doubt)


def _grows(tables: Sequence[Table], side: str) -> Mask:
    """Whether the slopes of a side grow and grow: a jump, or an upright tangent."""
    first, last = (np.abs(getattr(tables[i], side).slopes) for i in (0, -1))
    if not len(first) or not len(last):
        return np.zeros(tables[0].central.best.shape, bool)
    with np.errstate(all="ignore"):
        return np.asarray(np.fmin.reduce(last) > 30 * np.fmax.reduce(first))
