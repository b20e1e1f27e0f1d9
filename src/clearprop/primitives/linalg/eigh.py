"""Eigenvalues, ascending, and eigenvectors, in columns, of a symmetric matrix: a = V diag(w) Vᵀ.

As NumPy's it reads one triangle alone, so the derivative by the strict other one is 0. Source:
M. Giles, *An extended collection of matrix derivative results* (2008), section 3.1.

Where eigenvalues coincide (but for rounding), their eigenvectors are any basis of a subspace. The
decision: the derivative turns no two of them into each other (1 / (λⱼ − λᵢ) counts as 0), the
smallest of the possible ones. So functions that treat all eigenvalues alike, and projectors
on whole eigenspaces, keep their derivative. What singles out a vector inside an eigenspace has
none; and second derivatives, which need how a step mixes the vectors inside one, are NaN.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda a: np.sum(np.linalg.eigh(a).eigenvalues ** 2))(np.eye(2))
array([[2., 0.],
       [0., 2.]])
"""

from collections.abc import Sequence
from typing import Any

from clearprop.graph import Type, tuple_of
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.matrices import (
    alone,
    check_square,
    diagonal,
    diagonal_matrix,
    folded,
    mirrored,
    reciprocal_gaps,
    stacked,
    times,
    turned,
)
from clearprop.primitives.samples import matrices, sample


def value(xp: Any, x: Any, lower: bool) -> tuple[Any, Any]:
    """NumPy's, as a plain tuple."""
    w, v = xp.linalg.eigh(x, "L" if lower else "U")
    return w, v


def result(x: Type, lower: bool) -> Type:
    """A vector of eigenvalues, and vectors as x."""
    check_square(x)
    return tuple_of((x.with_shape(x.shape[:-1]), x.strong))


def tangent(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], tangents: Sequence[Sym], lower: bool
) -> tuple[Sym, Sym]:
    """With M = Vᵀ da V: dw = diag M and dV = V (M / (wⱼ − wᵢ))."""
    w, v = y
    inner = times(ops, turned(ops, v), mirrored(ops, tangents[0], lower), v)
    return diagonal(ops, inner) + alone(ops, v, w), times(ops, v, reciprocal_gaps(ops, w) * inner)


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], ct: Sequence[Sym | None], lower: bool
) -> tuple[Sym | None]:
    """V (diag ct_w + Vᵀ ct_V / (wⱼ − wᵢ)) Vᵀ, added to the triangle that is read."""
    w, v = y
    to_w, to_v = ct
    turn = None if to_v is None else times(ops, turned(ops, v), to_v)
    inner = ops.total(
        [
            None if to_w is None else diagonal_matrix(ops, to_w + alone(ops, v, w)),
            None if turn is None else reciprocal_gaps(ops, w) * turn,
        ]
    )
    if inner is None:
        return (None,)
    return (folded(ops, times(ops, v, inner, turned(ops, v)), lower),)


primitive = General(
    "eigh",
    value=value,
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=stacked("eigh"),
    formula=r"\operatorname{eigh} @0",
    samples=(
        sample(matrices(1, 1, spectrum="symmetric"), lower=True),
        sample(matrices(3, 3, spectrum="symmetric"), lower=True),
        sample(matrices(3, 3, spectrum="symmetric"), lower=False),
        sample(matrices(2, 4, 4, spectrum="symmetric"), lower=True),
        sample(matrices(0, 0, spectrum="symmetric"), lower=True),
        sample(matrices(0, 2, 2, spectrum="symmetric"), lower=False),
    ),
)
