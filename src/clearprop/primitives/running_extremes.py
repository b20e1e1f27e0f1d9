"""What ``cummax`` and ``cummin`` share: who has which part in the largest or smallest so far.

Of the elements up to a place, those that tie for the extreme share its derivative equally, as those
of ``max`` do. They all stand in the run of places that have this extreme, so one count and one sum
within the runs give the shares. Where the extreme is NaN nothing equals it, and 0/0 is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from clearprop.graph import Type
from clearprop.primitives.axes import check_axis
from clearprop.primitives.batching import moved
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.samples import integers, reals, sample
from clearprop.primitives.scans import flipped, shifted, sums_within


def result(x: Type, axis: int) -> Type:
    """As x, which has the axis."""
    check_axis(x.shape, axis)
    return x.strong


def tangent(ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym], axis: int) -> Sym:
    """The mean of the tangents of those that tie."""
    last = len(y.shape) - 1
    hits, runs, ties = _parts(ops, moved(ops, y, axis, last), moved(ops, xs[0], axis, last))
    steps = moved(ops, tangents[0], axis, last)
    return moved(ops, sums_within(ops, runs, hits * steps) / ties, last, axis)


def cotangents(ops: Builder, y: Sym, xs: Sequence[Sym], ct: Sym, axis: int) -> tuple[Sym]:
    """For each element that ties, its shares of the extremes from its place to the run's end."""
    last = len(y.shape) - 1
    hits, runs, ties = _parts(ops, moved(ops, y, axis, last), moved(ops, xs[0], axis, last))
    shares = moved(ops, ct, axis, last) / ties
    later = flipped(ops, sums_within(ops, flipped(ops, runs), flipped(ops, shares)))
    return (moved(ops, hits * later, last, axis),)


def _parts(ops: Builder, y: Sym, x: Sym) -> tuple[Sym, Sym, Sym]:
    """1 where an element is the extreme so far, the runs' numbers, and how many tie up to there."""
    hits = ops.cast(ops.equal(x, y), dtype=y.dtype)
    begins = ops.cast(ops.not_equal(y, shifted(ops, y, 1, 0)), dtype=np.dtype("int64"))
    runs = ops.cumsum(begins, axis=len(y.shape) - 1, reverse=False)
    return hits, runs, sums_within(ops, runs, hits)


samples: Final = (
    sample(reals(1), axis=0),
    sample(reals(6, distinct=True), axis=0),
    sample(reals(2, 5, 3, distinct=True), axis=1),
    sample(reals(0), axis=0),
    sample(reals(0, 3), axis=1),
    sample(integers(3, 4), axis=1),
)
