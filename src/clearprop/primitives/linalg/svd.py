"""Singular values, descending, with their vectors: a = U diag(s) Vᵀ, thin; it gives (U, s, Vᵀ).

Source: J. Townsend, *Differentiating the singular value decomposition* (2016); what it writes as
1 / (sⱼ² − sᵢ²) is kept apart here as 1 / (sⱼ − sᵢ) and 1 / (sⱼ + sᵢ), which rounds less.

Where singular values coincide or are 0 (but for rounding) the vectors are not determined. The
decision is that of ``eigh``: what would divide by 0 counts as 0, so functions that treat all
singular values alike keep their derivative, and the vectors get the smallest of the possible ones;
second derivatives are NaN there.

>>> import clearprop as cp, numpy as np
>>> cp.grad(lambda a: np.linalg.svd(a, full_matrices=False).S.sum())(2 * np.eye(2))
array([[1., 0.],
       [0., 1.]])
"""

from collections.abc import Sequence
from typing import Any

from clearprop.graph import Type, tuple_of
from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import General
from clearprop.primitives.matrices import (
    alone,
    beyond_rounding,
    check_matrices,
    diagonal,
    diagonal_matrix,
    in_columns,
    in_rows,
    reciprocal,
    reciprocal_gaps,
    stacked,
    times,
    turned,
    without_part_in,
)
from clearprop.primitives.samples import matrices, sample


def value(xp: Any, x: Any) -> tuple[Any, Any, Any]:
    """NumPy's, as a plain tuple."""
    u, s, vt = xp.linalg.svd(x, full_matrices=False)
    return u, s, vt


def result(x: Type) -> Type:
    """Of an m × n matrix with k the smaller: m × k, k, and k × n."""
    lead = check_matrices(x)
    m, n = x.shape[-2:]
    k = min(m, n)
    shapes = ((*lead, m, k), (*lead, k), (*lead, k, n))
    return tuple_of(tuple(x.with_shape(shape) for shape in shapes))


def tangent(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], tangents: Sequence[Sym]
) -> tuple[Sym, Sym, Sym]:
    """With M = Uᵀ da V: ds = diag M, and the turns of U and V that its other elements ask for."""
    u, s, vt = y
    (step,) = tangents
    inner = times(ops, turned(ops, u), step, turned(ops, vt))
    mirror = turned(ops, inner)
    even = reciprocal_gaps(ops, s) * (inner + mirror)
    odd = _reciprocal_sums(ops, s) * (inner - mirror)
    inverse = reciprocal(ops, s, s)
    out_u = without_part_in(ops, u, times(ops, step, turned(ops, vt)))
    out_v = without_part_in(ops, turned(ops, vt), times(ops, turned(ops, step), u))
    du = times(ops, u, 0.5 * (even + odd)) + out_u * in_columns(ops, inverse, out_u.shape)
    dv = times(ops, turned(ops, vt), 0.5 * (even - odd)) + out_v * in_columns(
        ops, inverse, out_v.shape
    )
    return du, moving(ops, diagonal(ops, inner), s) + alone(ops, u, s), turned(ops, dv)


def cotangents(
    ops: Builder, y: Sequence[Sym], xs: Sequence[Sym], ct: Sequence[Sym | None]
) -> tuple[Sym | None]:
    """What the turns and ct_s ask for inside the spans of U and V, and what leads out of them."""
    u, s, vt = y
    to_u, to_s, to_vt = ct
    turn_u = None if to_u is None else times(ops, turned(ops, u), to_u)
    turn_v = None if to_vt is None else times(ops, vt, turned(ops, to_vt))
    even = ops.total([turn_u, turn_v])
    odd = ops.total([turn_u, None if turn_v is None else -turn_v])
    inner = ops.total(
        [
            None if to_s is None else diagonal_matrix(ops, moving(ops, to_s, s) + alone(ops, u, s)),
            _turns(ops, s, even, odd),
        ]
    )
    terms = [None if inner is None else times(ops, u, inner, vt)]
    inverse = reciprocal(ops, s, s)
    if to_u is not None:
        outside = without_part_in(ops, u, to_u)
        terms.append(times(ops, outside * in_columns(ops, inverse, u.shape), vt))
    if to_vt is not None:
        outside = turned(ops, without_part_in(ops, turned(ops, vt), turned(ops, to_vt)))
        terms.append(times(ops, u, outside * in_rows(ops, inverse, vt.shape)))
    return (ops.total(terms),)


def moving(ops: Builder, slopes: Sym, s: Sym) -> Sym:
    """The slopes of singular values; 0 for those that are 0."""
    if not s.shape[-1]:
        return slopes
    found: Sym = ops.where(beyond_rounding(ops, s, s), slopes, 0)
    return found


def _turns(ops: Builder, s: Sym, even: Sym | None, odd: Sym | None) -> Sym | None:
    """What M gets from the cotangents of the vectors, seen from U and V."""
    if even is None or odd is None:
        return None
    even = reciprocal_gaps(ops, s) * even
    odd = _reciprocal_sums(ops, s) * odd
    return 0.5 * (even + turned(ops, even) + odd - turned(ops, odd))


def _reciprocal_sums(ops: Builder, s: Sym) -> Sym:
    """1 / (sⱼ + sᵢ); 0 where both are 0."""
    shape = (*s.shape, s.shape[-1])
    return reciprocal(ops, in_columns(ops, s, shape) + in_rows(ops, s, shape), s)


primitive = General(
    "svd",
    value=value,
    result=result,
    tangent=tangent,
    cotangents=cotangents,
    batch=stacked("svd"),
    formula=r"\operatorname{svd} @0",
    samples=(
        sample(matrices(1, 1)),
        sample(matrices(3, 3)),
        sample(matrices(4, 2)),
        sample(matrices(2, 2, 3)),
        sample(matrices(2, 4, 4)),
        sample(matrices(0, 0)),
        sample(matrices(0, 3)),
        sample(matrices(0, 3, 2)),
    ),
)
