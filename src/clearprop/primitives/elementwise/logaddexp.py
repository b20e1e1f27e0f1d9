"""Logarithm of a sum of exponentials: y = ln(eᵃ + eᵇ), ∂y/∂a = σ(a − b), ∂y/∂b = σ(b − a).

Neither the value nor the partials overflow, however large a and b are.

>>> import clearprop as cp
>>> cp.grad(lambda a: cp.numpy.logaddexp(a, 1000.0))(1000.0)
0.5
"""

import math

import numpy as np

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import REAL, Awkward


def partials(ops: Builder, y: Sym, a: Sym, b: Sym) -> tuple[Sym, Sym]:
    """The shares of both, by their difference."""
    apart = difference(ops, a, b)
    return ops.sigmoid(apart), ops.sigmoid(-apart)


def difference(ops: Builder, a: Sym, b: Sym) -> Sym:
    """What lies between them: a − b, and 0 for equal infinities."""
    if any(x.number is not None and math.isfinite(x.number) for x in (a, b)):
        return a - b
    alike = ops.logical_and(ops.equal(a, b), ops.isinf(a))
    apart: Sym = ops.where(alike, 0, a - b)
    return apart


primitive = Elementwise(
    "logaddexp",
    value=lambda xp, a, b: xp.logaddexp(a, b),
    partials=partials,
    formula=r"\ln(e^{@0} + e^{@1})",
    domain=(REAL, REAL),
    awkward=(
        Awkward((1000.0, -1000.0), (1.0, 0.0), "the larger takes all"),
        Awkward((np.inf, np.inf), (0.5, 0.5), "equal infinities share like equal numbers"),
        Awkward((-np.inf, -np.inf), (0.5, 0.5), "equal infinities share like equal numbers"),
    ),
    ufunc=np.logaddexp,
)
