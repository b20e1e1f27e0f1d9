"""Arrays one after the other along an axis; the transpose cuts the cotangent apart again.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: cp.numpy.concatenate([x, 2 * x])[3])(np.ones(2))
array([0., 2.])
"""

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Type
from clearprop.primitives.axes import check_axis
from clearprop.primitives.batching import together
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Linear
from clearprop.primitives.samples import integers, reals, sample


def result(x: Type, *others: Type, axis: int) -> Type:
    """The lengths along the axis added up; all other lengths and the dtype are the same."""
    check_axis(x.shape, axis)
    lead, tail = x.shape[:axis], x.shape[axis + 1 :]
    length = x.shape[axis]
    for other in others:
        if other.dtype != x.dtype:
            raise DtypeError(f"concatenate of dtypes {x.dtype} and {other.dtype}")
        if other.ndim != x.ndim or (other.shape[:axis], other.shape[axis + 1 :]) != (lead, tail):
            raise ShapeError(f"shapes {x.shape} and {other.shape} do not join along axis {axis}")
        length += other.shape[axis]
    return x.with_shape((*lead, length, *tail))


def transpose(ops: Builder, ct: Sym, *xs: Sym, axis: int) -> list[Sym]:
    """For each operand the part of the cotangent at its place."""
    parts, begin = [], 0
    for x in xs:
        end = begin + x.shape[axis]
        start, stop = [0] * len(ct.shape), list(ct.shape)
        start[axis], stop[axis] = begin, end
        step = (1,) * len(ct.shape)
        parts.append(ops.slice(ct, start=tuple(start), stop=tuple(stop), step=step))
        begin = end
    return parts


primitive = Linear(
    "concatenate",
    value=lambda xp, *xs, axis: xp.concatenate(xs, axis=axis),
    result=result,
    transpose=transpose,
    batch=lambda ops, xs, batched, size, axis: ops.concatenate(
        *together(ops, xs, batched, size), axis=axis + 1
    ),
    formula=r"\operatorname{concatenate}(@0, \ldots)",
    samples=(
        sample(reals(2), axis=0),
        sample(reals(2), reals(3), axis=0),
        sample(reals(2, 3), reals(2, 1), reals(2, 2), axis=1),
        sample(reals(0, 3), reals(2, 3), axis=0),
        sample(integers(2), integers(2), axis=0),
    ),
)
