"""What ``cummax`` and ``cummin`` share: who has which part in the largest or smallest so far.

Of the elements up to a place, those that tie for the extreme share its derivative equally, as those
of ``max`` do. They all stand in the run of places that have this extreme, so one count and one sum
within the runs give the shares. Where the extreme is NaN nothing equals it, and 0/0 is NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from clearprop.graph import Type
from clearprop.primitives.axes import check_axis
from clearprop.primitives.batching import moved
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.complexes import require_order
from clearprop.primitives.gates import Gated
from clearprop.primitives.samples import integers, reals, sample
from clearprop.primitives.scans import flipped, shifted, sums_within


def result(x: Type, axis: int) -> Type:
    """As x, which has the axis."""
    require_order("an extreme", x)
    check_axis(x.shape, axis)
    return x.strong


def rules(loses: Callable[[Sym, Sym], Sym]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The tangent and the cotangents of a running extreme.

    Args:
        loses: ``loses(x, y)``: whether elements are not y, the extreme so far.
    """

    def tangent(ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym], axis: int) -> Sym:
        """The mean of the tangents of those that tie."""
        last = len(y.shape) - 1
        best, x, steps = (moved(ops, each, axis, last) for each in (y, xs[0], tangents[0]))
        hits, runs, ties = _parts(ops, best, x)
        counted = ops.settle(ops.gated(hits * steps, loses(x, best), False))
        return moved(ops, sums_within(ops, runs, counted) / ties, last, axis)

    def cotangents(ops: Builder, y: Sym, xs: Sequence[Sym], ct: Sym, axis: int) -> tuple[Gated]:
        """For each element that ties, its shares of the extremes up to the run's end."""
        last = len(y.shape) - 1
        best, x, back = (moved(ops, each, axis, last) for each in (y, xs[0], ct))
        hits, runs, ties = _parts(ops, best, x)
        later = sums_within(ops, flipped(ops, runs), flipped(ops, back / ties))
        slopes = moved(ops, hits * flipped(ops, later), last, axis)
        return (ops.gated(slopes, loses(xs[0], y), False),)

    return tangent, cotangents


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
