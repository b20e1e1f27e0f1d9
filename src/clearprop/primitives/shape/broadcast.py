"""Broadcasting made explicit, by NumPy's rule; its transpose is the one place that sums it back.

>>> import clearprop as cp
>>> cp.grad(lambda x: cp.numpy.sum(cp.numpy.broadcast_to(x, (4, 3))))(1.0)
12.0
"""

from collections.abc import Sequence

from clearprop.errors import ShapeError
from clearprop.graph import Shape, Type
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import reals, sample


def result(x: Type, shape: Shape) -> Type:
    """The wanted shape, if x's axes, aligned at the right, are equal or 1."""
    lead = len(shape) - x.ndim
    fits = lead >= 0 and min(shape, default=0) >= 0
    if not fits or any(a not in (1, b) for a, b in zip(x.shape, shape[lead:], strict=True)):
        raise ShapeError(f"shape {x.shape} does not broadcast to {shape}")
    return x.with_shape(shape)


def transpose(ops: Builder, ct: Sym, x: Sym, shape: Shape) -> tuple[Sym]:
    """Sum over the axes along which x was repeated."""
    lead = len(shape) - len(x.shape)
    stretched = [lead + i for i, length in enumerate(x.shape) if length != shape[lead + i]]
    summed = ops.sum(ct, axes=(*range(lead), *stretched))
    return (ops.reshape(summed, shape=x.shape) if stretched else summed,)


def batch(ops: Builder, xs: Sequence[Sym], batched: Sequence[bool], size: int, shape: Shape) -> Sym:
    """The axes that are new for an element come behind the leading one."""
    (x,) = xs
    ones = (1,) * (len(shape) + 1 - len(x.shape))
    column = ops.reshape(x, shape=(size, *ones, *x.shape[1:])) if ones else x
    return ops.broadcast(column, shape=(size, *shape))


primitive = Linear(
    "broadcast",
    value=lambda xp, x, shape: xp.broadcast_to(x, shape),
    result=result,
    transpose=transpose,
    batch=batch,
    formula=r"\operatorname{broadcast} @0",
    samples=(
        sample(reals(), shape=(2, 3)),
        sample(reals(3), shape=(2, 3)),
        sample(reals(2, 1), shape=(4, 2, 3)),
        sample(reals(1, 3), shape=(0, 3)),
        sample(reals(2), shape=(2,)),
        sample(reals(0), shape=(2, 0)),
    ),
)
