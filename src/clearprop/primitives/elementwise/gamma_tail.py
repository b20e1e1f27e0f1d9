"""Tail of a gamma density with powers of a logarithm, the material of derivatives by its shape.

Over the side of x that holds less, y = ∫ (ln s)ⁿ sᵃ⁻¹ eˣ⁽¹⁻ˢ⁾ ds: over s from 1 to ∞ where x ≥ a,
else over s from 0 to 1, with the opposite sign. In t = x s, (t/x)ᵃ⁻¹ eˣ⁻ᵗ is the gamma density
relative to that at x. The two sides together are Γ(a) and its derivatives, over the density at x:
what a formula gains from one it gains from the other, and the smaller has no cancellation.

The family is closed: ∂y/∂a raises n by one, and integrating by parts gives ∂y/∂x. The order n is
rounded to a whole number, so no path leads through it.

The integral is taken by the trapezoidal rule after a double exponential change of variable,
H. Takahasi and M. Mori, *Double exponential formulas for numerical integration*, Publications of
the RIMS 9 (1974), formula for integrands that decay as e⁻ᶻ; its relative error is about 10⁻¹³ for
shapes from 10⁻³ to 10⁹ and x where gamma numbers fall.

>>> import numpy as np
>>> tail = primitive.value(np, np.array(0.0), np.array(1.0), np.array(2.0))  # ∫₁^∞ e²⁻²ˢ ds
>>> round(float(tail), 12)
0.5
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import reals

_PLACES: Final = np.linspace(-3.5, 3.9, 64)
_NODES: Final = np.exp(_PLACES - np.exp(-_PLACES))
_WEIGHTS: Final = (_PLACES[1] - _PLACES[0]) * _NODES * (1 + np.exp(-_PLACES))

_BLOCK: Final = 512
"""How many integrals are taken at a time: their nodes fit a processor's cache."""


def value(xp: Any, n: Any, a: Any, x: Any) -> Any:
    """The integrals in double precision, side by side and block by block."""
    operands = xp.broadcast_arrays(xp.maximum(xp.rint(n), 0), a, x)
    order, shape, place = [operand.astype(xp.float64).ravel() for operand in operands]
    result = xp.full(place.size, xp.nan)
    for integrals, side in ((_above, place >= shape), (_below, place < shape)):
        positions = xp.flatnonzero(side & (order >= 0))
        for start in range(0, positions.size, _BLOCK):
            block = positions[start : start + _BLOCK]
            result[block] = integrals(xp, order[block], shape[block], place[block])
    return result.astype(x.dtype, copy=False).reshape(operands[0].shape)[()]


def _above(xp: Any, order: Any, shape: Any, place: Any) -> Any:
    """Over w = s − 1 from 0 to ∞."""
    scale = xp.maximum(_parabola(xp, place - shape, shape), 1 / place)
    w = scale[:, None] * _NODES
    log_s = xp.log1p(w)
    integrand = xp.exp((shape - 1)[:, None] * log_s - place[:, None] * w)
    return scale * (_weighted(xp, integrand, log_s, order) @ _WEIGHTS)


def _below(xp: Any, order: Any, shape: Any, place: Any) -> Any:
    """Over w = ln s from 0 to −∞."""
    scale = xp.maximum(_parabola(xp, shape - place, place), 1 / shape)
    log_s = -scale[:, None] * _NODES
    integrand = xp.exp(shape[:, None] * log_s - place[:, None] * xp.expm1(log_s))
    return -scale * (_weighted(xp, integrand, log_s, order) @ _WEIGHTS)


def _parabola(xp: Any, slope: Any, curvature: Any) -> Any:
    """Where the start of the exponent, −slope w − curvature w²/2, has come down to −1."""
    return 2 / (slope + xp.sqrt(slope * slope + 2 * curvature))


def _weighted(xp: Any, integrand: Any, log_s: Any, order: Any) -> Any:
    """The integrand times (ln s)ⁿ, multiplied out: powers of negative numbers take long."""
    for i in range(int(order.max())):
        integrand = integrand * xp.where(order[:, None] > i, log_s, 1)
    return integrand


def partials(ops: Builder, y: Sym, n: Sym, a: Sym, x: Sym) -> tuple[None, Sym, Sym]:
    """By the shape the next order; by x from ∫ d((ln s)ⁿ sᵃ eˣ⁽¹⁻ˢ⁾), which ends at 1 or 0."""
    if n.number is not None and round(n.number) == 0:
        by_parts = a * y + 1
    else:
        order = ops.rint(n)
        at_end = ops.cast(ops.equal(order, 0), dtype=y.dtype)
        by_parts = a * y + order * ops.gamma_tail(order - 1, a, x) + at_end
    return None, ops.gamma_tail(n + 1, a, x), y - by_parts / x


primitive = Elementwise(
    "gamma_tail",
    value=value,
    partials=partials,
    formula=r"\operatorname{tail}_{@0}(@1, @2)",
    domain=(reals(low=0.6, high=1.4), reals(low=2.0, high=4.0), reals(low=0.5, high=1.5)),
)
