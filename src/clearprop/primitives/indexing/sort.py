"""Elements in ascending order along one axis, with the permutation: (values, positions).

The sort is stable, NaN comes last. The derivative follows the elements to their places. Which of
equal elements has which of their places could be any, so each has an equal share in all of them:
the smallest of the possible derivatives, and that of ``min`` at the first place. The positions are
integers and have no derivative.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: np.sort(x)[0])(np.array([3.0, 1.0, 2.0]))
array([0., 1., 0.])
>>> cp.grad(np.median)(np.array([1.0, 1.0, 2.0, 0.0]))
array([0.5, 0.5, 0. , 0. ])
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from clearprop.errors import DtypeError
from clearprop.graph import Type, tuple_of
from clearprop.primitives.axes import check_axis
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.positions import put_along, take_along
from clearprop.primitives.samples import integers, reals, sample


def value(xp: Any, x: Any, axis: int) -> tuple[Any, Any]:
    """By the permutation, so that both results belong together."""
    order = xp.argsort(x, axis=axis, kind="stable")
    return xp.take_along_axis(x, order, axis=axis), order


def result(x: Type, axis: int) -> Type:
    """As x, twice: its dtype and integers."""
    check_axis(x.shape, axis)
    if x.dtype.kind == "c":
        raise DtypeError(f"sort of dtype {x.dtype}: complex numbers have no order")
    return tuple_of((x.strong, x.with_dtype("int64")))


def tangent(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], tangents: Sequence[Sym], axis: int
) -> tuple[Sym, None]:
    """The tangents in the order of the values."""
    return shared(ops, take_along(ops, tangents[0], y[1], axis), y[0], axis), None


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], ct: Sequence[Sym | None], axis: int
) -> tuple[Sym | None]:
    """The cotangents put back where the values stood."""
    if ct[0] is None:
        return (None,)
    return (put_along(ops, shared(ops, ct[0], y[0], axis), y[1], axis, xs[0].type),)


def shared(ops: Builder, slopes: Sym, y: Sym, axis: int) -> Sym:
    """The slopes of sorted elements, with those of equal ones replaced by their mean."""
    if y.shape[axis] < 2:
        return slopes
    run = runs(ops, y, axis)
    total = put_along(ops, slopes, run, axis, slopes.type)
    count = put_along(ops, ops.full(slopes.type, 1), run, axis, slopes.type)
    return take_along(ops, total, run, axis) / take_along(ops, count, run, axis)


def runs(ops: Builder, y: Sym, axis: int) -> Sym:
    """For each sorted element the number of its run of equal ones, counted from 0."""
    last, one = y.shape[axis] - 1, tuple(int(i == axis) for i in range(len(y.shape)))
    end, step = list(y.shape), (1,) * len(y.shape)
    end[axis] = last
    before = ops.slice(y, start=(0,) * len(one), stop=tuple(end), step=step)
    after = ops.slice(y, start=one, stop=y.shape, step=step)
    begins = ops.cast(ops.not_equal(after, before), dtype=np.dtype("int64"))
    padded = ops.pad(begins, low=one, high=(0,) * len(one), interior=(0,) * len(one))
    number: Sym = ops.cumsum(padded, axis=axis, reverse=False)
    return number


primitive = General(
    "sort",
    value=value,
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=lambda ops, xs, batched, size, axis: ops.sort(*xs, axis=axis + 1),
    formula=r"\operatorname{sort} @0",
    samples=(
        sample(reals(1), axis=0),
        sample(reals(5, distinct=True), axis=0),
        sample(reals(2, 4, 3, distinct=True), axis=1),
        sample(reals(0), axis=0),
        sample(reals(3, 0), axis=0),
        sample(integers(2, 5), axis=1),
    ),
)
