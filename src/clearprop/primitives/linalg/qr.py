"""QR factors of a matrix with at least as many rows as columns: a = Q R, reduced.

Q has orthonormal columns, R is upper triangular. Source: S. F. Walter and L. Lehmann, *Algorithmic
differentiation of linear algebra functions with application in optimum experimental design*,
arXiv:1001.1654 (2010), section 3.3. Where columns depend on one another R has a 0 on its diagonal,
Q is not determined, and the derivative is infinite or NaN.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda a: abs(np.linalg.qr(a).R[0, 0]))(np.array([[3.0, 0.0], [4.0, 1.0]]))
array([[0.6, 0. ],
       [0.8, 0. ]])
"""

from collections.abc import Sequence

from clearprop.errors import ShapeError
from clearprop.graph import Type, tuple_of
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.matrices import check_matrices, lower, stacked, times, turned
from clearprop.primitives.samples import matrices, sample


def result(x: Type) -> Type:
    """Q as x, R square."""
    lead = check_matrices(x)
    m, n = x.shape[-2:]
    if m < n:
        raise ShapeError(f"qr of shape {x.shape}: more columns than rows")
    return tuple_of((x.strong, x.with_shape((*lead, n, n))))


def tangent(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], tangents: Sequence[Sym]
) -> tuple[Sym, Sym]:
    """With S = da R⁻¹ and the antisymmetric Ω of the lower triangle of Qᵀ S.

    dQ = S − Q (Qᵀ S − Ω) and dR = (Qᵀ S − Ω) R.
    """
    q, r = y
    step = turned(ops, _solve(ops, r, turned(ops, tangents[0]), transposed=True))
    inner = times(ops, turned(ops, q), step)
    strict = lower(ops, inner, 1)
    rest = inner - (strict - turned(ops, strict))
    return step - times(ops, q, rest), times(ops, rest, r)


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], ct: Sequence[Sym | None]
) -> tuple[Sym | None]:
    """(ct_Q + Q (M mirrored at its diagonal)) R⁻ᵀ, with M = R ct_Rᵀ − ct_Qᵀ Q."""
    q, r = y
    to_q, to_r = ct
    inner = ops.total(
        [
            None if to_r is None else times(ops, r, turned(ops, to_r)),
            None if to_q is None else -times(ops, turned(ops, to_q), q),
        ]
    )
    if inner is None:
        return (None,)
    both = lower(ops, inner) + turned(ops, lower(ops, inner, 1))
    inside = times(ops, q, both)
    whole = inside if to_q is None else to_q + inside
    return (turned(ops, _solve(ops, r, turned(ops, whole))),)


def _solve(ops: Builder, r: Sym, b: Sym, transposed: bool = False) -> Sym:
    return ops.triangular_solve(r, b, lower=False, transposed=transposed, unit=False)


primitive = General(
    "qr",
    value=lambda xp, x: tuple(xp.linalg.qr(x)),
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=stacked("qr"),
    formula=r"\operatorname{qr} @0",
    samples=(
        sample(matrices(1, 1)),
        sample(matrices(3, 3)),
        sample(matrices(4, 2)),
        sample(matrices(2, 3, 2)),
        sample(matrices(3, 0)),
        sample(matrices(0, 0)),
        sample(matrices(0, 3, 2)),
    ),
)
