"""Determinant of a square matrix; its partials are the cofactors, also where it is singular.

The cofactors are never det a · a⁻ᵀ, which fails where a has no inverse. Of matrices up to 3 × 3 they
are written out as polynomials. A larger one is looked at in the frame of its singular vectors, held
fixed: B = Uᵀ a V, of which the rows and columns of the three smallest singular values are split off:

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
    below,
    check_square,
    diagonal_matrix,
    identity,
    stacked,
    times,
    turned,
)
from clearprop.primitives.samples import matrices, reals, sample

SPLIT: Final = 3
"""How many of the smallest singular values are set apart."""


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
    return small_cofactors(ops, a) if n <= SPLIT else framed_cofactors(ops, a)


# Matrices up to 3 × 3 ----------------------------------------------------------------------------


def small_cofactors(ops: Builder, a: Sym) -> Sym:
    """Of 3 × 3 matrices the 2 × 2 determinants, counting on round the edge; of smaller ones less."""
    n, last = a.shape[-1], len(a.shape) - 1
    if n < 2:
        return ops.full(a.type, 1)
    if n == 2:
        turn = ops.flip(a, axes=(last - 1, last))
        odd = ops.logical_not(ops.cast(identity(ops, a.type), dtype="bool"))
        return ops.where(odd, -turn, turn)
    near, far = rolled(ops, a, last - 1, 1), rolled(ops, a, last - 1, 2)
    return rolled(ops, near, last, 1) * rolled(ops, far, last, 2) - rolled(
        ops, near, last, 2
    ) * rolled(ops, far, last, 1)


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
    u, s, vt = (ops.stop_gradient(item) for item in ops.items(ops.svd(here)))
    move = times(ops, turned(ops, u), a - here, turned(ops, vt))
    inner = split_cofactors(ops, s, diagonal_matrix(ops, s) + move)
    sign = ops.rint(ops.det(u) * ops.det(vt))
    return each(ops, sign, a.shape) * times(ops, u, inner, vt)
