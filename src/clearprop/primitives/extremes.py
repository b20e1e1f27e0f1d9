"""What ``max``, ``min``, ``maximum`` and ``minimum`` share: who has which part in the extreme.

An element that is the extreme has the partial 1 / (number of ties), every other one 0. Where the
extreme is NaN nothing equals it, and 0/0 makes all partials NaN, as the value is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clearprop.errors import ShapeError
from clearprop.graph import Type
from clearprop.primitives.axes import Axes, spread, without
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.samples import integers, reals, sample


def shares(ops: Builder, y: Sym, a: Sym, b: Sym) -> tuple[Sym, Sym]:
    """The partials of the extreme of two: 1, ½ at a tie, or 0."""
    hit_a = ops.cast(ops.equal(a, y), dtype=y.dtype)
    hit_b = ops.cast(ops.equal(b, y), dtype=y.dtype)
    ties = hit_a + hit_b
    return hit_a / ties, hit_b / ties


def result(x: Type, axes: Axes) -> Type:
    """The axes fall away; none of them may be empty."""
    shape = without(x.shape, axes)
    if any(x.shape[axis] == 0 for axis in axes):
        raise ShapeError(f"an extreme over an empty axis of shape {x.shape} does not exist")
    return x.with_shape(shape)


def position(x: Type, axis: int) -> Type:
    """The type of an extreme's place along one axis, which must not be empty."""
    return result(x, (axis,)).with_dtype("int64")


def tangent(ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym], axes: Axes) -> Sym:
    """The shares' mean of the tangents."""
    return ops.sum(tangents[0] * _share(ops, y, xs[0], axes), axes=axes)


def cotangents(ops: Builder, y: Sym, xs: Sequence[Sym], ct: Sym, axes: Axes) -> tuple[Sym]:
    """The cotangent, dealt out by the shares."""
    return (spread(ops, ct, xs[0].shape, axes) * _share(ops, y, xs[0], axes),)


def _share(ops: Builder, y: Sym, x: Sym, axes: Axes) -> Sym:
    hits = ops.cast(ops.equal(x, spread(ops, y, x.shape, axes)), dtype=x.dtype)
    return hits / spread(ops, ops.sum(hits, axes=axes), x.shape, axes)


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
