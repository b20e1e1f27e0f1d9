"""Solution x of the linear system a x = b for a square a, b in columns.

A step of a or b moves x by dx = a⁻¹ (db − da x). Source: M. Giles, *An extended collection of
matrix derivative results for forward and reverse mode algorithmic differentiation*, Oxford
University NA-08/01 (2008), section 2.3.1. A singular a is NumPy's ``LinAlgError``.

>>> import clearprop as cp, numpy as np
>>> a = np.array([[2.0, 0.0], [0.0, 4.0]])
>>> cp.grad(lambda b: np.linalg.solve(a, b).sum())(np.ones(2))
array([0.5 , 0.25])
"""

from collections.abc import Sequence

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.matrices import check_system, stacked, times, turned
from clearprop.primitives.samples import matrices, reals, sample


def tangent(ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym | None]) -> Sym:
    """a⁻¹ (db − da x)."""
    da, db = tangents
    moved = None if da is None else -times(ops, da, y)
    return ops.solve(xs[0], ops.total([db, moved]))


def cotangents(ops: Builder, y: Sym, xs: Sequence[Sym], ct: Sym) -> tuple[Sym, Sym]:
    """To b: a⁻ᵀ ct; to a: minus that times xᵀ."""
    to_b = ops.solve(turned(ops, xs[0]), ct)
    return -times(ops, to_b, turned(ops, y)), to_b


primitive = General(
    "solve",
    value=lambda xp, a, b: xp.linalg.solve(a, b),
    result=check_system,
    tangent=tangent,
    cotangents=cotangents,
    batch=stacked("solve"),
    formula=r"{@0}^{-1} @1",
    samples=(
        sample(matrices(1, 1), reals(1, 1)),
        sample(matrices(3, 3), reals(3, 2)),
        sample(matrices(2, 3, 3), reals(2, 3, 1)),
        sample(matrices(2, 2), reals(2, 0)),
        sample(matrices(0, 0), reals(0, 2)),
    ),
)
