"""Running product along one axis: yᵢ = x₀ ⋯ xᵢ; right where elements are 0, at every order.

With p the product before an element, dyᵢ = xᵢ dyᵢ₋₁ + pᵢ dxᵢ: a recurrence of sums and products,
which divides by no element and can be differentiated again. Backwards it gives the cotangents.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: np.cumprod(x)[2])(np.array([2.0, 0.0, 5.0]))
array([ 0., 10.,  0.])
"""

from collections.abc import Sequence

from clearprop.graph import Type
from clearprop.primitives.axes import check_axis
from clearprop.primitives.batching import moved
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.samples import integers, reals, sample
from clearprop.primitives.scans import flipped, recurrence, shifted


def result(x: Type, axis: int) -> Type:
    """As x (tracing casts small integers first, as NumPy does)."""
    check_axis(x.shape, axis)
    return x.strong


def tangent(ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym], axis: int) -> Sym:
    """The recurrence from the front."""
    last = len(y.shape) - 1
    rows, steps = (moved(ops, each, axis, last) for each in (xs[0], tangents[0]))
    before = shifted(ops, moved(ops, y, axis, last), 1, 1)
    return moved(ops, recurrence(ops, rows, before * steps), last, axis)


def cotangents(ops: Builder, y: Sym, xs: Sequence[Sym], ct: Sym, axis: int) -> tuple[Sym]:
    """From the end zⱼ = ctⱼ + xⱼ₊₁ zⱼ₊₁, times the product before."""
    last = len(y.shape) - 1
    rows, back = (flipped(ops, moved(ops, each, axis, last)) for each in (xs[0], ct))
    after = flipped(ops, recurrence(ops, shifted(ops, rows, 1, 1), back))
    before = shifted(ops, moved(ops, y, axis, last), 1, 1)
    return (moved(ops, before * after, last, axis),)


primitive = General(
    "cumprod",
    value=lambda xp, x, axis: xp.cumprod(x, axis=axis, dtype=x.dtype),
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=lambda ops, xs, batched, size, axis: ops.cumprod(*xs, axis=axis + 1),
    formula=r"\operatorname{cumprod} @0",
    samples=(
        sample(reals(1), axis=0),
        sample(reals(5), axis=0),
        sample(reals(2, 3, 2), axis=1),
        sample(reals(0), axis=0),
        sample(reals(3, 0), axis=1),
        sample(integers(2, 3), axis=1),
    ),
)
