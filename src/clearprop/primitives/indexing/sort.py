"""Elements in ascending order along one axis, with the permutation: (values, positions).

The sort is stable, NaN comes last. The derivative follows the elements to their places; equal ones
keep the order in which they stood, as no other order of theirs would be better. The positions are
integers and have no derivative.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda x: np.sort(x)[0])(np.array([3.0, 1.0, 2.0]))
array([0., 1., 0.])
"""

from collections.abc import Sequence
from typing import Any

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
    return take_along(ops, tangents[0], y[1], axis), None


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], ct: Sequence[Sym | None], axis: int
) -> tuple[Sym | None]:
    """The cotangents put back where the values stood."""
    return (None if ct[0] is None else put_along(ops, ct[0], y[1], axis, xs[0].type),)


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
