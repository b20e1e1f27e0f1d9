"""Pseudo-inverse p of a matrix a, by its singular values above ``rcond`` times the largest.

Source: G. H. Golub and V. Pereyra, *The differentiation of pseudo-inverses and nonlinear least
squares problems whose variables separate*, SIAM J. Numer. Anal. 10 (1973), theorem 4.3. It holds
along steps that keep the rank; where a step raises the rank p jumps, and that part is left out.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda a: np.linalg.pinv(a).sum())(np.array([[0.5, 0.0], [0.0, 1.0]]))
array([[-4., -2.],
       [-2., -1.]])
"""

from collections.abc import Sequence

from clearprop.errors import ArgumentError
from clearprop.graph import Type
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.matrices import check_matrices, stacked, times, turned
from clearprop.primitives.samples import matrices, sample


def result(x: Type, rcond: float) -> Type:
    """An n × m matrix for an m × n one; 0 ≤ rcond < 1."""
    if not 0 <= rcond < 1:
        raise ArgumentError(f"pinv: rcond={rcond} is no part of the largest singular value")
    lead = check_matrices(x)
    return x.with_shape((*lead, x.shape[-1], x.shape[-2]))


def tangent(ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym], rcond: float) -> Sym:
    """− p da p + p pᵀ daᵀ (1 − a p) + (1 − p a) daᵀ pᵀ p."""
    a, p, step = xs[0], y, tangents[0]
    inside = times(ops, p, step, p)
    turn = turned(ops, step)
    over = times(ops, p, turned(ops, p), turn)
    under = times(ops, turn, turned(ops, p), p)
    return _right(ops, over, a, p) + _left(ops, under, p, a) - inside


def cotangents(ops: Builder, y: Sym, xs: Sequence[Sym], ct: Sym, rcond: float) -> tuple[Sym]:
    """− pᵀ ct pᵀ + (1 − a p) ctᵀ p pᵀ + pᵀ p ctᵀ (1 − p a)."""
    a, p, back = xs[0], y, turned(ops, ct)
    inside = times(ops, turned(ops, p), ct, turned(ops, p))
    over = times(ops, back, p, turned(ops, p))
    under = times(ops, turned(ops, p), p, back)
    return (_left(ops, over, a, p) + _right(ops, under, p, a) - inside,)


def _left(ops: Builder, x: Sym, a: Sym, b: Sym) -> Sym:
    """The product (1 − a b) x."""
    return x - times(ops, a, times(ops, b, x))


def _right(ops: Builder, x: Sym, a: Sym, b: Sym) -> Sym:
    """The product x (1 − a b)."""
    return x - times(ops, times(ops, x, a), b)


primitive = General(
    "pinv",
    value=lambda xp, x, rcond: xp.linalg.pinv(x, rcond),
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=stacked("pinv"),
    formula="{@0}^{+}",
    samples=(
        sample(matrices(1, 1), rcond=1e-15),
        sample(matrices(3, 3), rcond=1e-15),
        sample(matrices(4, 2), rcond=1e-15),
        sample(matrices(2, 2, 3), rcond=1e-15),
        sample(matrices(0, 0), rcond=1e-15),
        sample(matrices(3, 0), rcond=1e-15),
        sample(matrices(0, 3, 2), rcond=1e-15),
    ),
)
