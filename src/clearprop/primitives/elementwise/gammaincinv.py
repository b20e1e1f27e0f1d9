"""Quantile of the gamma distribution: y such that P(a, y) = p, for the shape a and the scale 1.

P(a, y) = ∫₀ʸ f(t) dt is the regularized incomplete gamma function, f(t) = tᵃ⁻¹ e⁻ᵗ / Γ(a). The
partials are those of an implicit function: ∂y/∂p = 1 / f(y) and ∂y/∂a = −(∂P/∂a) / f(y), where
∂P/∂a = ∫₀ʸ (ln t − ψ(a)) f(t) dt is brought to the integrals of ``gamma_tail``.

Source of the second: M. Figurnov, S. Mohamed and A. Mnih, *Implicit reparameterization gradients*,
NeurIPS 2018, equation 8; the integral is taken as it stands here, not by differentiating a series.

>>> import numpy as np
>>> primitive.value(np, np.array(1.0), np.array([0.0, 0.5]))  # ln 2 in an exponential distribution
array([0.        , 0.69314718])
"""

from typing import Any

import numpy as np

from clearprop.primitives.builder import Builder, Sym
from clearprop.primitives.families import Elementwise
from clearprop.primitives.samples import Awkward, reals


def value(xp: Any, a: Any, p: Any) -> Any:
    """SciPy's, loaded on first use; it has none for float16, so the dtype is put back."""
    from scipy.special import gammaincinv

    return gammaincinv(a, p).astype(a.dtype, copy=False)


def partials(ops: Builder, y: Sym, a: Sym, p: Sym) -> tuple[Sym, Sym]:
    """Both partials; where y is 0, as p is or as it is too small for a float, they are limits."""
    at_zero = ops.equal(y, 0)
    inner = ops.where(at_zero, 1, y)
    score = ops.log(inner) - ops.polygamma(0, a)
    by_shape = inner * (score * ops.gamma_tail(0, a, inner) + ops.gamma_tail(1, a, inner))
    by_probability = ops.exp(y + ops.gammaln(a) - (a - 1) * ops.log(inner))
    none, one = ops.like(0, y.type), ops.like(1, y.type)
    start = ops.where(a < 1, none, ops.where(ops.equal(a, 1), one, np.inf))
    return ops.where(at_zero, none, by_shape), ops.where(at_zero, start, by_probability)


primitive = Elementwise(
    "gammaincinv",
    value=value,
    partials=partials,
    formula=r"P^{-1}(@0, @1)",
    domain=(reals(low=0.5, high=3.0), reals(low=0.1, high=0.4)),
    awkward=(
        Awkward((0.5, 0.0), (0.0, 0.0), "the quantile starts flat for shapes below 1"),
        Awkward((1.0, 0.0), (0.0, 1.0), "in an exponential distribution it starts with slope 1"),
        Awkward((2.0, 0.0), (0.0, np.inf), "the quantile starts upright for shapes above 1"),
        Awkward((1e-4, 0.5), (0.0, 0.0), "too small for a float, y is 0 all around"),
    ),
)
