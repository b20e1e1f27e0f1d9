"""Every draw with parameters and SciPy's distribution for them: what the tests enumerate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.stats

import clearprop as cp


@dataclass(frozen=True)
class Law:
    """A draw of numbers and the distribution that it must have.

    Attributes:
        draw: ``draw(key, shape, dtype, *parameters)``.
        parameters: Where it is tried.
        expected: ``expected(*parameters)``, frozen, of scipy.stats.
    """

    draw: Callable[..., Any]
    parameters: tuple[float, ...]
    expected: Callable[..., Any]


def located(name: str) -> Callable[..., Any]:
    """A draw with loc and scale."""
    draw = getattr(cp.random, name)
    return lambda key, shape, dtype, loc, scale: draw(key, shape, dtype, loc=loc, scale=scale)


def shaped(name: str) -> Callable[..., Any]:
    """A draw whose parameters come first."""
    draw = getattr(cp.random, name)
    return lambda key, shape, dtype, *parameters: draw(key, *parameters, shape, dtype)


def ends(key: Any, shape: Any, dtype: Any, minval: Any, maxval: Any) -> Any:
    return cp.random.uniform(key, shape, dtype, minval, maxval)


def mean_time(key: Any, shape: Any, dtype: Any, scale: Any) -> Any:
    return cp.random.exponential(key, shape, dtype, scale=scale)


def with_mean(key: Any, shape: Any, dtype: Any, mean: Any, sigma: Any) -> Any:
    return cp.random.lognormal(key, sigma, shape, dtype, mean=mean)


def from_log(key: Any, shape: Any, dtype: Any, a: Any) -> Any:
    return np.exp(cp.random.loggamma(key, a, shape, dtype))


stats = scipy.stats

CONTINUOUS = {
    "uniform": Law(ends, (-2.0, 3.0), lambda a, b: stats.uniform(a, b - a)),
    "normal": Law(located("normal"), (1.5, 0.5), stats.norm),
    "laplace": Law(located("laplace"), (1.5, 0.5), stats.laplace),
    "logistic": Law(located("logistic"), (1.5, 0.5), stats.logistic),
    "gumbel": Law(located("gumbel"), (1.5, 0.5), stats.gumbel_r),
    "cauchy": Law(located("cauchy"), (1.5, 0.5), stats.cauchy),
    "exponential": Law(mean_time, (2.5,), lambda scale: stats.expon(0, scale)),
    "lognormal": Law(with_mean, (0.3, 0.7), lambda m, s: stats.lognorm(s, 0, np.exp(m))),
    "truncated": Law(shaped("truncated_normal"), (-1.0, 2.5), stats.truncnorm),
    "truncated right": Law(shaped("truncated_normal"), (1.0, 2.0), stats.truncnorm),
    "truncated far": Law(shaped("truncated_normal"), (-30.5, -30.0), stats.truncnorm),
    "gamma small": Law(shaped("gamma"), (0.3,), stats.gamma),
    "gamma": Law(shaped("gamma"), (2.5,), stats.gamma),
    "gamma large": Law(shaped("gamma"), (300.0,), stats.gamma),
    "loggamma": Law(from_log, (0.7,), stats.gamma),
    "chisquare": Law(shaped("chisquare"), (5.0,), stats.chi2),
    "t": Law(shaped("t"), (3.5,), stats.t),
    "beta": Law(shaped("beta"), (0.5, 3.0), stats.beta),
}
"""Draws of real numbers."""

DISCRETE = {
    "bernoulli": Law(lambda k, s, d, p: cp.random.bernoulli(k, p, s), (0.3,), stats.bernoulli),
    "binomial": Law(shaped("binomial"), (12, 0.3), stats.binom),
    "binomial likely": Law(shaped("binomial"), (400, 0.98), stats.binom),
    "poisson rare": Law(shaped("poisson"), (0.05,), stats.poisson),
    "poisson": Law(shaped("poisson"), (7.5,), stats.poisson),
    "poisson often": Law(shaped("poisson"), (2000.0,), stats.poisson),
    "randint": Law(lambda k, s, d, a, b: cp.random.randint(k, s, a, b, d), (-3, 8), stats.randint),
}
"""Draws of whole numbers."""

each_continuous = pytest.mark.parametrize("law", CONTINUOUS.values(), ids=CONTINUOUS)
each_discrete = pytest.mark.parametrize("law", DISCRETE.values(), ids=DISCRETE)
each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])
