"""Product over axes: the partial by an element is the product of all the others.

That product is never y / xᵢ, which fails at zeros, but (everything before i) · (everything
after i). Both are running products, made in ⌈log₂ n⌉ steps of shifting and multiplying (W. D.
Hillis and G. L. Steele, *Data parallel algorithms*, CACM 29 (1986)); made of products alone, they
are differentiable again, so zeros are right at every order.

>>> import clearprop as cp, numpy as np
>>> cp.grad(cp.numpy.prod)(np.array([2.0, 0.0, 5.0]))
array([ 0., 10.,  0.])
"""

from collections.abc import Sequence
from math import prod

from clearprop.graph import Type
from clearprop.primitives.axes import Axes, inverse, spread, without
from clearprop.primitives.batching import after
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.samples import integers, reals, sample
from clearprop.primitives.scans import shifted


def result(x: Type, axes: Axes) -> Type:
    """The axes fall away; the dtype stays (tracing casts small integers first, as NumPy does)."""
    return x.with_shape(without(x.shape, axes))


def tangent(ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym], axes: Axes) -> Sym:
    """Each element's tangent times the product of the others, summed."""
    return ops.sum(tangents[0] * others(ops, xs[0], y, axes), axes=axes)


def cotangents(ops: Builder, y: Sym, xs: Sequence[Sym], ct: Sym, axes: Axes) -> tuple[Sym]:
    """The cotangent times the product of the others."""
    return (spread(ops, ct, xs[0].shape, axes) * others(ops, xs[0], y, axes),)


def others(ops: Builder, x: Sym, y: Sym, axes: Axes) -> Sym:
    """For each element of x the product of all others over the axes."""
    order = (*(axis for axis in range(len(x.shape)) if axis not in axes), *axes)
    last = ops.transpose(x, axes=order)
    count = prod(x.shape[axis] for axis in axes)
    rows = ops.reshape(last, shape=(*y.shape, count))
    flip = (len(y.shape),)
    after = ops.flip(before(ops, ops.flip(rows, axes=flip)), axes=flip)
    product = ops.reshape(before(ops, rows) * after, shape=last.shape)
    return ops.transpose(product, axes=inverse(order))


def before(ops: Builder, rows: Sym) -> Sym:
    """For each element the product of those before it in its row."""
    count = rows.shape[-1]
    if count < 2:
        return ops.full(rows.type, 1)
    product, reach = shifted(ops, rows, 1, 1), 1
    while reach < count - 1:
        product = product * shifted(ops, product, reach, 1)
        reach *= 2
    return product


primitive = General(
    "prod",
    value=lambda xp, x, axes: xp.prod(x, axis=axes, dtype=x.dtype),
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=lambda ops, xs, batched, size, axes: ops.prod(*xs, axes=after(axes)),
    formula=r"\prod @0",
    samples=(
        sample(reals(), axes=()),
        sample(reals(1), axes=(0,)),
        sample(reals(5), axes=(0,)),
        sample(reals(2, 3, 4), axes=(0, 2)),
        sample(reals(2, 3), axes=()),
        sample(reals(0, 3), axes=(0,)),
        sample(reals(3, 0), axes=(0,)),
        sample(integers(2, 3), axes=(1,)),
    ),
)
