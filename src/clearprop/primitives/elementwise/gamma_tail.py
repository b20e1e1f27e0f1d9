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

_BLOCK: Final = 1024
"""How many integrals are taken at a time: their nodes fit a processor's cache."""


def value(xp: Any, n: Any, a: Any, x: Any) -> Any:
    """The integrals, block by block, in double precision."""
    operands = xp.broadcast_arrays(n, a, x)
    order, shape, place = [operand.astype(xp.float64).ravel() for operand in operands]
    result = xp.empty(place.size)
    for start in range(0, place.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        result[block] = _integrals(xp, order[block], shape[block], place[block])
    return result.astype(x.dtype, copy=False).reshape(operands[0].shape)[()]


def _integrals(xp: Any, order: Any, shape: Any, place: Any) -> Any:
    """One block: over w = s − 1 on the upper side, over w = −ln s on the lower, both from 0.

    On both the exponent starts as −|x − a| w − min(x, a) w²/2, which tells the length to scale by.
    """
    upper = place >= shape
    slope, curvature = abs(place - shape), xp.where(upper, shape, place)
    parabola = 2 / (slope + xp.sqrt(slope * slope + 2 * curvature))
    scale = xp.maximum(parabola, 1 / xp.where(upper, place, shape))
    w = scale[:, None] * _NODES
    log_s, bent = xp.empty_like(w), xp.empty_like(w)
    log_s[upper], log_s[~upper] = xp.log1p(w[upper]), -w[~upper]
    bent[upper] = log_s[upper] - w[upper]
    bent[~upper] = log_s[~upper] - xp.expm1(log_s[~upper])
    exponent = curvature[:, None] * bent - slope[:, None] * w
    exponent[upper] -= log_s[upper]
    integrand = log_s ** xp.maximum(xp.rint(order), 0)[:, None] * xp.exp(exponent)
    return xp.where(upper, scale, -scale) * (integrand @ _WEIGHTS)


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
