"""Solution x of T x = b, or of Tᵀ x = b, where T is one triangle of the first operand.

The other triangle is not read; with ``unit=True`` neither is the diagonal, which counts as ones.
A 0 on the diagonal gives infinity or NaN, as a division does.

>>> import clearprop as cp, numpy as np
>>> T, b = np.array([[2.0, 9.0], [1.0, 4.0]]), np.array([[2.0], [9.0]])
>>> primitive.value(np, T, b, lower=True, transposed=False, unit=False)
array([[1.],
       [2.]])
"""

from collections.abc import Sequence
from typing import Any

from clearprop.graph import Type
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.matrices import (
    check_system,
    lower,
    stacked,
    times,
    turned,
    upper,
)
from clearprop.primitives.samples import matrices, reals, sample


def value(xp: Any, a: Any, b: Any, lower: bool, transposed: bool, unit: bool) -> Any:
    """BLAS's ``trsm``, loaded on first use, one matrix after the other.

    BLAS counts by columns where NumPy counts by rows: for it xᵀ Tᵀ = bᵀ stands in memory.
    """
    from scipy.linalg.blas import get_blas_funcs

    (trsm,) = get_blas_funcs(("trsm",), (a, b))
    x = xp.empty(b.shape, b.dtype)
    for place in xp.ndindex(b.shape[:-2]) if b.size else ():
        options = {"side": 1, "lower": not lower, "trans_a": transposed, "diag": unit}
        x[place] = trsm(1.0, a[place].T, b[place].T, **options).T
    return x


def result(a: Type, b: Type, lower: bool, transposed: bool, unit: bool) -> Type:
    """As b; a is square, with as many rows."""
    return check_system(a, b)


def tangent(
    ops: Builder, y: Sym, xs: Sequence[Sym], tangents: Sequence[Sym | None], **params: bool
) -> Sym:
    """T⁻¹ (db − dT x)."""
    da, db = tangents
    moved: Sym | None = None
    if da is not None:
        part = triangle(ops, da, **params)
        moved = -times(ops, turned(ops, part) if params["transposed"] else part, y)
    return ops.triangular_solve(xs[0], ops.total([db, moved]), **params)


def cotangents(ops: Builder, y: Sym, xs: Sequence[Sym], ct: Sym, **params: bool) -> tuple[Sym, Sym]:
    """To b: T⁻ᵀ ct; to T: minus that times xᵀ."""
    flipped = {**params, "transposed": not params["transposed"]}
    to_b = ops.triangular_solve(xs[0], ct, **flipped)
    pair = (y, to_b) if params["transposed"] else (to_b, y)
    return -triangle(ops, times(ops, pair[0], turned(ops, pair[1])), **params), to_b


def triangle(ops: Builder, x: Sym, **params: bool) -> Sym:
    """The part of a matrix that is read."""
    by = 1 if params["unit"] else 0
    return lower(ops, x, by) if params["lower"] else upper(ops, x, by)


primitive = General(
    "triangular_solve",
    value=value,
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=stacked("triangular_solve"),
    formula=r"{@0}^{-1} @1",
    samples=tuple(
        sample(
            matrices(*shape, spectrum="positive"),
            reals(*shape[:-1], columns),
            lower=lower,
            transposed=transposed,
            unit=unit,
        )
        for shape, columns, lower, transposed, unit in (
            ((1, 1), 1, True, False, False),
            ((3, 3), 2, True, False, False),
            ((3, 3), 2, False, False, False),
            ((3, 3), 4, True, True, False),
            ((3, 3), 1, False, True, True),
            ((2, 3, 3), 2, True, False, True),
            ((2, 2, 2, 2), 3, False, True, False),
            ((2, 2), 0, True, False, False),
            ((0, 0), 2, True, False, False),
        )
    ),
)
