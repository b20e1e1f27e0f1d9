"""Sign and logarithm of the determinant of a square matrix: (sign det a, ln |det a|).

The logarithm moves by d ln |det a| = tr(a⁻¹ da), the sign does not move. Source: M. Giles, *An
extended collection of matrix derivative results* (2008), section 2.2.4. A singular a, where the
logarithm is −∞, has no derivative: asking for it is NumPy's ``LinAlgError``.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda a: np.linalg.slogdet(a).logabsdet)(np.array([[2.0, 0.0], [0.0, 4.0]]))
array([[0.5 , 0.  ],
       [0.  , 0.25]])
"""

from collections.abc import Sequence
from typing import Any

from clearprop.graph import Type, tuple_of
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.matrices import (
    check_square,
    diagonal,
    diagonal_matrix,
    stacked,
    turned,
)
from clearprop.primitives.samples import matrices, sample


def value(xp: Any, x: Any) -> tuple[Any, Any]:
    """NumPy's, as a plain tuple."""
    sign, logarithm = xp.linalg.slogdet(x)
    return sign, logarithm


def result(x: Type) -> Type:
    """Two numbers for each matrix."""
    lead = check_square(x)
    return tuple_of((x.with_shape(lead), x.with_shape(lead)))


def tangent(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], tangents: Sequence[Sym]
) -> tuple[None, Sym]:
    """The trace of a⁻¹ da."""
    shift = diagonal(ops, ops.solve(xs[0], tangents[0]))
    return None, ops.sum(shift, axes=(len(shift.shape) - 1,))


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], ct: Sequence[Sym | None]
) -> tuple[Sym | None]:
    """a⁻ᵀ, times the cotangent."""
    if ct[1] is None:
        return (None,)
    column = ops.reshape(ct[1], shape=(*ct[1].shape, 1))
    each = ops.broadcast(column, shape=xs[0].shape[:-1])
    return (ops.solve(turned(ops, xs[0]), diagonal_matrix(ops, each)),)


primitive = General(
    "slogdet",
    value=value,
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=stacked("slogdet"),
    formula=r"\operatorname{slogdet} @0",
    samples=(
        sample(matrices(1, 1)),
        sample(matrices(3, 3)),
        sample(matrices(2, 4, 4)),
        sample(matrices(0, 0)),
        sample(matrices(0, 2, 2)),
    ),
)
