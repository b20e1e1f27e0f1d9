"""Randomness that is explicit and counted: the same key, the same bits, everywhere.

A key says what is drawn; nothing is remembered between draws, so a draw is a pure function that can
be traced, differentiated by its parameters, and repeated. A key is for one draw: for more,
:func:`split` it, or :func:`fold_in` a number.

>>> import clearprop as cp
>>> key = cp.random.key(0)
>>> cp.grad(lambda scale: cp.random.normal(key, scale=scale) ** 2)(3.0)
0.25...
"""

from clearprop.random.choosing import categorical, choice, permutation
from clearprop.random.counts import bernoulli, binomial, poisson
from clearprop.random.gammas import beta, chisquare, dirichlet, gamma, loggamma, t
from clearprop.random.integers import randint
from clearprop.random.keys import fold_in, key, split
from clearprop.random.location_scale import (
    cauchy,
    exponential,
    gumbel,
    laplace,
    logistic,
    lognormal,
    normal,
)
from clearprop.random.multivariate import multivariate_normal
from clearprop.random.truncated import truncated_normal
from clearprop.random.uniforms import bits, uniform

__all__ = [
    "bernoulli",
    "beta",
    "binomial",
    "bits",
    "categorical",
    "cauchy",
    "chisquare",
    "choice",
    "dirichlet",
    "exponential",
    "fold_in",
    "gamma",
    "gumbel",
    "key",
    "laplace",
    "loggamma",
    "logistic",
    "lognormal",
    "multivariate_normal",
    "normal",
    "permutation",
    "poisson",
    "randint",
    "split",
    "t",
    "truncated_normal",
    "uniform",
]
