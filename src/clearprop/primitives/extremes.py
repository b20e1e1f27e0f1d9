"""What ``max``, ``min``, ``maximum`` and ``minimum`` share: who has which part in the extreme.

An element that is the extreme has the partial 1 / (number of ties). No path leads to a smaller (or
larger) one, so the slope by which that came about, were it infinite, plays no part. Where the
extreme is NaN nothing equals it, and 0/0 makes all partials NaN, as the value is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from clearprop.errors import ShapeError
from clearprop.graph import Type
from clearprop.primitives.axes import Axes, spread, without
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.complexes import require_order
from clearprop.primitives.gates import Gated
from clearprop.primitives.samples import integers, reals, sample


def shares(ops: Builder, y: Sym, a: Sym, b: Sym, a_loses: Sym, b_loses: Sym) -> tuple[Gated, Gated]:
    """The partials of the extreme of two: 1, ½ at a tie, none by the one that loses."""
    hit_a = ops.cast(ops.equal(a, y), dtype=y.dtype)
    hit_b = ops.cast(ops.equal(b, y), dtype=y.dtype)
    ties = hit_a + hit_b
    return ops.gated(hit_a / ties, a_loses, False), ops.gated(hit_b / ties, b_loses, False)


def result(x: Type, axes: Axes) -> Type:
    """The axes fall away; none of them may be empty."""
    require_order("an extreme", x)
    shape = without(x.shape, axes)
    if any(x.shape[axis] == 0 for axis in axes):
        raise ShapeError(f"an extreme over an empty axis of shape {x.shape} does not exist")
    return x.with_shape(shape)


def position(x: Type, axis: int) -> Type:
    """The type of an extreme's place along one axis, which must not be empty."""
    return result(x, (axis,)).with_dtype("int64")


def rules(loses: Callable[[Sym, Sym], Sym]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The tangent and the cotangents of an extreme over axes.

    Args:
        loses: ``loses(x, y)``: whether elements are not the extreme y that stands beside them.
    """

    def slopes(ops: Builder, y: Sym, x: Sym, whole: Sym, axes: Axes) -> Gated:
        """Slopes of the shape of x times the shares, where there are any."""
        best = spread(ops, y, x.shape, axes)
        hits = ops.cast(ops.equal(x, best), dtype=x.dtype)
        ties = spread(ops, ops.sum(hits, axes=axes), x.shape, axes)
        return ops.gated(whole * (hits / ties), loses(x, best), False)

    def tangent(
        ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym], axes: Axes
    ) -> Sym:
        """The shares' mean of the tangents."""
        return ops.sum(ops.settle(slopes(ops, y, xs[0], tangents[0], axes)), axes=axes)

    def cotangents(ops: Builder, y: Sym, xs: Sequence[Sym], ct: Sym, axes: Axes) -> tuple[Gated]:
        """The cotangent, dealt out by the shares."""
        return (slopes(ops, y, xs[0], spread(ops, ct, xs[0].shape, axes), axes),)

    return tangent, cotangents


samples: Final = (
    sample(reals(), axes=()),
    sample(reals(4, distinct=True), axes=(0,)),
    sample(reals(2, 3, 2, distinct=True), axes=(0, 2)),
    sample(reals(3, 0), axes=(0,)),
    sample(integers(3, 4), axes=(1,)),
)

position_samples: Final = (
    sample(reals(4), axis=0),
    sample(reals(2, 3), axis=1),
    sample(reals(3, 0), axis=0),
    sample(integers(2, 5), axis=1),
)
