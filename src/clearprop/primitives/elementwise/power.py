"""Power: y = aᵇ, ∂y/∂a = b aᵇ⁻¹, ∂y/∂b = aᵇ ln a.

A constant exponent keeps its closed form, so x² has the partial 2x everywhere and x⁰ none at all.

>>> import clearprop as cp
>>> cp.grad(lambda x: x**3)(2.0)
12.0
"""

import numpy as np

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import POSITIVE, REAL, Awkward


def partials(ops: Builder, y: Sym, a: Sym, b: Sym) -> tuple[Sym | float | None, Sym | float | None]:
    """Both partials; decisions at a = 0 keep 0 · ∞ out."""
    return by_base(ops, a, b), by_exponent(ops, y, a, b) if b.number is None else None


def by_base(ops: Builder, a: Sym, b: Sym) -> Sym | float | None:
    """The partial b aᵇ⁻¹, in the simplest form that the exponent allows."""
    match b.number:
        case 0:
            return None
        case 1:
            return 1
        case 2:
            return 2 * a
        case int() | float() | complex() as exponent:
            return exponent * a ** (exponent - 1)
        case _:
            at_corner = ops.logical_and(ops.equal(a, 0), ops.equal(b, 0))
            return ops.where(at_corner, 0, b * a ** (b - 1))


def by_exponent(ops: Builder, y: Sym, a: Sym, b: Sym) -> Sym:
    """The partial aᵇ ln a; 0ᵇ does not move with b > 0, and jumps at b = 0."""
    at_zero = ops.equal(a, 0)
    is_positive = (ops.real(b) if b.dtype.kind == "c" else b) > 0
    along_zero = ops.where(is_positive, ops.like(0, y.type), np.nan)
    return ops.where(at_zero, along_zero, y * ops.log(ops.where(at_zero, 1, a)))


primitive = Elementwise(
    "power",
    value=lambda xp, a, b: a**b,
    partials=partials,
    formula="{@0}^{@1}",
    domain=(POSITIVE, REAL),
    awkward=(
        Awkward((0.0, 2.0), (0.0, 0.0), "0² and its neighbours along the exponent are flat"),
        Awkward((0.0, 1.0), (1.0, 0.0), "0¹ has slope 1 in the base"),
        Awkward((0.0, 0.0), (0.0, np.nan), "0ᵇ jumps from 1 to 0 as b leaves 0"),
        Awkward((-2.0, 3.0), (12.0, np.nan), "a negative base has no derivative by the exponent"),
    ),
    ufunc=np.power,
    accepts="iufc",
    symbol="**",
)
