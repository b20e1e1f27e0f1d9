"""The k largest elements along one axis, largest first, with their places: (values, positions).

Of equal elements the first ones are taken, and the derivative goes to those; NaN counts as the
largest, as it does in a sort. The positions are integers and have no derivative.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: cp.numpy.top_k(x, 2).values.sum())(np.array([3.0, 1.0, 2.0, 3.0]))
array([1., 0., 0., 1.])
"""

from collections.abc import Sequence
from typing import Any

from clearprop.errors import DtypeError, ShapeError
from clearprop.graph import Type, tuple_of
from clearprop.primitives.axes import check_axis
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.positions import put_along, take_along
from clearprop.primitives.samples import integers, reals, sample


def value(xp: Any, x: Any, k: int, axis: int) -> tuple[Any, Any]:
    """The end of a stable sort of the flipped array: there the first of equal ones comes last."""
    order = xp.argsort(xp.flip(x, axis), axis=axis, kind="stable")
    count = x.shape[axis]
    places = count - 1 - xp.take(order, xp.arange(count - 1, count - 1 - k, -1), axis=axis)
    return xp.take_along_axis(x, places, axis=axis), places


def result(x: Type, k: int, axis: int) -> Type:
    """As x, with k elements along the axis, twice: x's dtype and integers."""
    check_axis(x.shape, axis)
    if not 0 <= k <= x.shape[axis]:
        raise ShapeError(f"the {k} largest of {x.shape[axis]} elements")
    if x.dtype.kind == "c":
        raise DtypeError(f"top_k of dtype {x.dtype}: complex numbers have no order")
    shape = (*x.shape[:axis], k, *x.shape[axis + 1 :])
    return tuple_of((x.with_shape(shape), x.with_shape(shape).with_dtype("int64")))


def tangent(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], tangents: Sequence[Sym], k: int, axis: int
) -> tuple[Sym, None]:
    """The tangents of the chosen elements."""
    return take_along(ops, tangents[0], y[1], axis), None


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], ct: Sequence[Any], k: int, axis: int
) -> tuple[Sym | None]:
    """The cotangents put back where the values stood."""
    return (None if ct[0] is None else put_along(ops, ct[0], y[1], axis, xs[0].type),)


primitive = General(
    "top_k",
    value=value,
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=lambda ops, xs, batched, size, k, axis: ops.top_k(*xs, k=k, axis=axis + 1),
    formula=r"\operatorname{top}_k @0",
    samples=(
        sample(reals(1), k=1, axis=0),
        sample(reals(5, distinct=True), k=2, axis=0),
        sample(reals(2, 4, 3, distinct=True), k=3, axis=1),
        sample(reals(3), k=0, axis=0),
        sample(reals(0, 3), k=2, axis=1),
        sample(integers(2, 5), k=5, axis=1),
    ),
)
