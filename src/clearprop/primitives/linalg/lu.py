"""LU factors with row pivots: (packed, order) with a[order] = L U.

L is unit lower triangular and stands below the diagonal of ``packed``, U is upper triangular and
stands on and above it; ``order`` holds the rows' numbers as integers, which have no derivative.
Where a pivot in front of the last is 0 the derivative is infinite or NaN. Source: F. de Hoog,
R. Anderssen and M. Lukas, *Differentiation of matrix functionals using triangular factorization*,
Math. Comp. 80 (2011), theorem 1; of oblong matrices, L or U is filled up with an identity.

>>> import clearprop as cp, numpy as np
>>> packed, order = primitive.value(np, np.array([[1.0, 2.0], [4.0, 4.0]]))
>>> packed, order
(array([[4.  , 4.  ],
       [0.25, 1.  ]]), array([1, 0]))
"""

from collections.abc import Sequence
from typing import Any

from clearprop.graph import Type, tuple_of, type_of
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.matrices import (
    check_matrices,
    identity,
    in_rows,
    lower,
    stacked,
    times,
    turned,
    upper,
)
from clearprop.primitives.positions import put_along, take_along
from clearprop.primitives.samples import matrices, sample


def value(xp: Any, x: Any) -> Any:
    """SciPy's, loaded on first use; it numbers the rows of L, so its order is turned round."""
    from scipy.linalg import lu

    if not x.size:
        return x.copy(), xp.broadcast_to(xp.arange(x.shape[-2]), x.shape[:-1])
    rows, left, right = lu(x, p_indices=True, check_finite=False)
    packed = xp.zeros(x.shape, x.dtype)
    packed[..., :, : left.shape[-1]] = xp.tril(left, -1)
    packed[..., : right.shape[-2], :] += right
    return packed, xp.argsort(rows, axis=-1)


def result(x: Type) -> Type:
    """As x, and an integer per row."""
    check_matrices(x)
    return tuple_of((x.strong, type_of(x.shape[:-1], "int64")))


def tangent(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], tangents: Sequence[Sym]
) -> tuple[Sym, None]:
    """With F = L⁻¹ (da)[order] U⁻¹: L (strict lower part of F) + (upper part of F) U."""
    left, right = filled(ops, y[0])
    rows = take_along(ops, tangents[0], _whole(ops, y[1], xs[0]), len(xs[0].shape) - 2)
    step = _solve(ops, left, rows, lower=True, unit=True)
    step = turned(ops, _solve(ops, right, turned(ops, step), lower=False, transposed=True))
    below, above = lower(ops, step, 1), upper(ops, step)
    return times(ops, left, below) + times(ops, above, right), None


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], ct: Sequence[Sym | None]
) -> tuple[Sym | None]:
    """The same steps backwards."""
    if ct[0] is None:
        return (None,)
    left, right = filled(ops, y[0])
    below = lower(ops, times(ops, turned(ops, left), ct[0]), 1)
    above = upper(ops, times(ops, ct[0], turned(ops, right)))
    step = _solve(ops, left, below + above, lower=True, unit=True, transposed=True)
    step = turned(ops, _solve(ops, right, turned(ops, step), lower=False))
    axis = len(xs[0].shape) - 2
    return (put_along(ops, step, _whole(ops, y[1], xs[0]), axis, xs[0].type),)


def filled(ops: Builder, packed: Sym) -> tuple[Sym, Sym]:
    """Both factors as square matrices: what is missing of one is that of an identity."""
    (m, n), lead = packed.shape[-2:], packed.shape[:-2]
    k, none = min(m, n), (0,) * len(lead)
    square = {size: packed.type.with_shape((*lead, size, size)) for size in (m, n)}
    ones = {size: identity(ops, square[size]) for size in (m, n)}
    step = (1,) * len(packed.shape)

    def extended(part: Sym, size: int, axis: int) -> Sym:
        """The first k columns (or rows) of the packed factor, then those of the identity."""
        start, stop = [*none, 0, 0], [*lead, size, size]
        start[axis] = k
        rest = ops.slice(ones[size], start=tuple(start), stop=tuple(stop), step=step)
        stop = [*lead, m, n]
        stop[axis] = k
        kept = ops.slice(part, start=(*none, 0, 0), stop=tuple(stop), step=step)
        return ops.concatenate(kept, rest, axis=axis)

    last = len(packed.shape) - 1
    left = lower(ops, extended(packed, m, last), 1) + ones[m]
    return left, upper(ops, extended(packed, n, last - 1))


def _solve(ops: Builder, a: Sym, b: Sym, **params: bool) -> Sym:
    return ops.triangular_solve(a, b, **{"transposed": False, "unit": False, **params})


def _whole(ops: Builder, order: Sym, x: Sym) -> Sym:
    """The order of the rows, repeated for every column."""
    return in_rows(ops, order, x.shape)


primitive = General(
    "lu",
    value=value,
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=stacked("lu"),
    formula=r"\operatorname{lu} @0",
    samples=(
        sample(matrices(1, 1)),
        sample(matrices(3, 3)),
        sample(matrices(4, 2)),
        sample(matrices(2, 2, 3)),
        sample(matrices(2, 4, 4)),
        sample(matrices(0, 0)),
        sample(matrices(3, 0)),
        sample(matrices(0, 2, 2)),
    ),
)
