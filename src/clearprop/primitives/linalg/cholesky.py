"""Cholesky factor: a = L Lᵀ with L lower triangular; a is symmetric and positive definite.

As NumPy's it reads the lower triangle alone, so the derivative by the strict upper one is 0, and an
element of the lower one moves both places that it stands for. Source: I. Murray, *Differentiation
of the Cholesky decomposition*, arXiv:1602.07527 (2016), sections 3.1 and 3.2; S. P. Smith,
*Differentiation of the Cholesky algorithm*, J. Comput. Graph. Stat. 4 (1995).

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda a: np.linalg.cholesky(a)[1, 1])(np.array([[4.0, 2.0], [2.0, 5.0]]))
array([[ 0.0625,  0.    ],
       [-0.25  ,  0.25  ]])
"""

from collections.abc import Sequence

from clearprop.graph import Type
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.matrices import (
    check_square,
    folded,
    lower_half,
    mirrored,
    stacked,
    times,
    turned,
)
from clearprop.primitives.samples import matrices, sample


def result(x: Type) -> Type:
    """As x, a stack of square matrices."""
    check_square(x)
    return x


def tangent(ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym]) -> Sym:
    """L Φ(L⁻¹ da L⁻ᵀ), where Φ takes the lower triangle and half the diagonal."""
    left = ops.triangular_solve(
        y, mirrored(ops, tangents[0]), lower=True, transposed=False, unit=False
    )
    both = ops.triangular_solve(y, turned(ops, left), lower=True, transposed=False, unit=False)
    return times(ops, y, lower_half(ops, both))


def cotangents(ops: Builder, y: Sym, xs: Sequence[Sym], ct: Sym) -> tuple[Sym]:
    """L⁻ᵀ Φ(Lᵀ ct) L⁻¹, each element of it added to the one of the lower triangle."""
    half = lower_half(ops, times(ops, turned(ops, y), ct))
    left = ops.triangular_solve(y, half, lower=True, transposed=True, unit=False)
    both = ops.triangular_solve(y, turned(ops, left), lower=True, transposed=True, unit=False)
    return (folded(ops, both),)


primitive = General(
    "cholesky",
    value=lambda xp, x: xp.linalg.cholesky(x),
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=stacked("cholesky"),
    formula=r"\operatorname{chol} @0",
    samples=(
        sample(matrices(1, 1, spectrum="positive")),
        sample(matrices(4, 4, spectrum="positive")),
        sample(matrices(2, 3, 3, spectrum="positive")),
        sample(matrices(0, 0, spectrum="positive")),
        sample(matrices(0, 2, 2, spectrum="positive")),
    ),
)
