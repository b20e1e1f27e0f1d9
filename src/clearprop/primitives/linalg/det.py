"""Determinant of a square matrix; its partials are the cofactors, also where it is singular.

The cofactors are never det a · a⁻ᵀ, which fails where a has no inverse. Of matrices up to 4 × 4
they are written out as polynomials. A larger one is looked at in the frame of its singular vectors,
held fixed: B = Uᵀ a V, whose rows and columns of the three smallest singular values are split off:

    B = [[R, C], [D, E]],  det B = det R · det S,  S = E − D R⁻¹ C,

where S is 3 × 3. So all derivatives, of any order, are right where the rank is n − 3 or more, and
those of the first three orders, which are 0, where it is less. Sources: M. Giles, *An extended
collection of matrix derivative results* (2008), section 2.2.4; I. Schur's complement.

>>> import clearprop as cp, numpy as np
>>> cp.grad(np.linalg.det)(np.array([[1.0, 2.0], [2.0, 4.0]]))
array([[ 4., -2.],
       [-2.,  1.]])
"""

from collections.abc import Sequence
from typing import Final

from clearprop.graph import Shape, Type
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.matrices import (
    check_square,
    diagonal_matrix,
    identity,
    on_diagonal,
    on_even,
    stacked,
    times,
    turned,
)
from clearprop.primitives.samples import matrices, reals, sample

SPLIT: Final = 3
"""How many of the smallest singular values are set apart."""

EXPANDED: Final = 4
"""The most rows of a matrix whose cofactors are written out."""


def result(x: Type) -> Type:
    """A number for each matrix."""
    return x.with_shape(check_square(x))


def tangent(ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym]) -> Sym:
    """The sum of the cofactors times da."""
    last = len(xs[0].shape) - 1
    return ops.sum(tangents[0] * cofactors(ops, xs[0]), axes=(last - 1, last))


def cotangents(ops: Builder, y: Sym, xs: Sequence[Sym], ct: Sym) -> tuple[Sym]:
    """The cofactors times the cotangent."""
    return (each(ops, ct, xs[0].shape) * cofactors(ops, xs[0]),)


def each(ops: Builder, numbers: Sym, shape: Shape) -> Sym:
    """Matrices of that shape, filled with one number each."""
    return ops.broadcast(ops.reshape(numbers, shape=(*numbers.shape, 1, 1)), shape=shape)


def cofactors(ops: Builder, a: Sym) -> Sym:
    """The cofactor of every element."""
    n = a.shape[-1]
    return small_cofactors(ops, a) if n <= EXPANDED else framed_cofactors(ops, a)


# Matrices up to 4 × 4 ----------------------------------------------------------------------------


def small_cofactors(ops: Builder, a: Sym) -> Sym:
    """The determinants of what is left without a row and a column, counting on round the edge.

    Three rows or columns that are counted on from anywhere are in an even order, so of 4 × 4
    matrices every other one is negative, and of 3 × 3 none is.
    """
    n, last = a.shape[-1], len(a.shape) - 1
    if n < 2:
        return ops.full(a.type, 1)
    if n == 2:
        turn = ops.flip(a, axes=(last - 1, last))
        return ops.where(on_diagonal(ops, a.shape), turn, -turn)
    rows = [rolled(ops, a, last - 1, by) for by in range(1, n)]
    left = [[rolled(ops, row, last, by) for by in range(1, n)] for row in rows]
    if n == 3:
        return minor(left, 0, 1)
    (x, y, z), *others = left
    found = x * minor(others, 1, 2) - y * minor(others, 0, 2) + z * minor(others, 0, 1)
    return ops.where(on_even(ops, a.shape), found, -found)


def minor(rows: Sequence[Sequence[Sym]], i: int, j: int) -> Sym:
    """The determinant of two columns of two rows."""
    above, below = rows
    return above[i] * below[j] - above[j] * below[i]


def rolled(ops: Builder, x: Sym, axis: int, by: int) -> Sym:
    """The elements from place ``by`` on along an axis, then the first ones."""
    return ops.concatenate(
        part(ops, x, {axis: (by, x.shape[axis])}), part(ops, x, {axis: (0, by)}), axis=axis
    )


def part(ops: Builder, x: Sym, ranges: dict[int, tuple[int, int]]) -> Sym:
    """The elements from start to before stop along some axes."""
    bounds = [ranges.get(axis, (0, length)) for axis, length in enumerate(x.shape)]
    start, stop = zip(*bounds, strict=True)
    return ops.slice(x, start=start, stop=stop, step=(1,) * len(bounds))


# Larger ones, in the frame of their singular vectors ---------------------------------------------


def framed_cofactors(ops: Builder, a: Sym) -> Sym:
    """±U cof(B) Vᵀ, where B stands for a in the frame, and is diagonal at the point itself."""
    here = ops.stop_gradient(a)
    finite = ops.where(ops.isfinite(here), here, 0)  # no frame exists for NaN, which stays in B
    u, s, vt = (ops.stop_gradient(item) for item in ops.items(ops.svd(finite)))
    move = times(ops, turned(ops, u), a - here, turned(ops, vt))
    inner = split_cofactors(ops, s, diagonal_matrix(ops, s) + move)
    sign = ops.rint(ops.det(u) * ops.det(vt))
    return each(ops, sign, a.shape) * times(ops, u, inner, vt)


def split_cofactors(ops: Builder, s: Sym, b: Sym) -> Sym:
    """With M = cof(S): det R · ([[det S · R⁻ᵀ, 0], [0, 0]] + [−R⁻ᵀ Dᵀ; 1] M [−Cᵀ R⁻ᵀ, 1])."""
    row, column = len(b.shape) - 2, len(b.shape) - 1
    n = b.shape[column]
    head, tail = (0, n - SPLIT), (n - SPLIT, n)
    c, d, e = (
        part(ops, b, {row: rows, column: columns})
        for rows, columns in ((head, tail), (tail, head), (tail, tail))
    )
    r, alive = regular(ops, part(ops, s, {row: head}), part(ops, b, {row: head, column: head}))
    inverse = ops.solve(r, identity(ops, r.type))
    schur = e - times(ops, d, inverse, c)
    minors = small_cofactors(ops, schur)
    ones = identity(ops, schur.type)
    left = ops.concatenate(-turned(ops, times(ops, d, inverse)), ones, axis=row)
    right = ops.concatenate(-turned(ops, times(ops, inverse, c)), ones, axis=column)
    corner = each(ops, expanded(ops, schur, minors), r.shape) * turned(ops, inverse)
    low = (0,) * len(b.shape)
    high = (*low[2:], SPLIT, SPLIT)
    whole = ops.pad(corner, low=low, high=high, interior=low) + times(ops, left, minors, right)
    return each(ops, ops.det(r) * alive, b.shape) * whole


def regular(ops: Builder, s: Sym, r: Sym) -> tuple[Sym, Sym]:
    """R with ones for singular values that are 0, and 0 for each R that had one, else 1."""
    zero = ops.equal(s, 0)
    lost = ops.any(zero, axes=(len(s.shape) - 1,))
    filler = diagonal_matrix(ops, ops.cast(zero, dtype=r.dtype))
    return r + filler, ops.cast(ops.logical_not(lost), dtype=r.dtype)


def expanded(ops: Builder, a: Sym, minors: Sym) -> Sym:
    """The determinant by its first row."""
    last = len(a.shape) - 1
    row = part(ops, a * minors, {last - 1: (0, 1)})
    return ops.sum(row, axes=(last - 1, last))


primitive = General(
    "det",
    value=lambda xp, x: xp.linalg.det(x),
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=stacked("det"),
    formula=r"\det @0",
    samples=(
        sample(reals(1, 1)),
        sample(reals(2, 2)),
        sample(reals(3, 3)),
        sample(matrices(4, 4)),
        sample(matrices(2, 5, 5)),
        sample(reals(0, 0)),
        sample(matrices(0, 4, 4)),
    ),
)
