"""The five greeks of 10⁶ European calls: the gradient of the sum of their prices."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import scipy.special

from benchmarks.compiled.harness import FUNCTION, OURS, Bar, Case, Work
from benchmarks.compiled.peers import autograd_work, jax_work, ours_work, torch_works

COUNT = 10**6


def price(np: Any, erf: Any) -> Any:
    """The sum of the prices, over a namespace."""

    def f(spot: Any, strike: Any, years: Any, rate: Any, volatility: Any) -> Any:
        spread = volatility * np.sqrt(years)
        d1 = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
        share = 0.5 * (1.0 + erf(d1 / np.sqrt(2.0)))
        owed = 0.5 * (1.0 + erf((d1 - spread) / np.sqrt(2.0)))
        return (spot * share - strike * np.exp(-rate * years) * owed).sum()

    return f


def options() -> tuple[np.ndarray, ...]:
    """Spot, strike, years, rate and volatility of each option."""
    draw = np.random.default_rng(5)
    bounds = [(80, 120), (80, 120), (0.1, 2), (0.0, 0.05), (0.1, 0.5)]
    return tuple(draw.uniform(low, high, COUNT) for low, high in bounds)


def by_hand(s: Any, k: Any, t: Any, r: Any, v: Any) -> list[np.ndarray]:
    """The formulas of the textbooks."""
    root = np.sqrt(t)
    d1 = (np.log(s / k) + (r + 0.5 * v * v) * t) / (v * root)
    d2 = d1 - v * root
    n1, n2 = scipy.special.ndtr(d1), scipy.special.ndtr(d2)
    density = np.exp(-0.5 * d1 * d1) / np.sqrt(2 * np.pi)
    discount = np.exp(-r * t)
    vega = s * density * root
    theta = 0.5 * vega * v / t + r * k * discount * n2
    return [n1, -discount * n2, theta, k * t * discount * n2, vega]


def of_autograd(*args: Any) -> Work:
    import autograd.numpy
    import autograd.scipy.special

    return autograd_work("grad", price(autograd.numpy, autograd.scipy.special.erf), *args)


def of_jax(*args: Any) -> Work:
    import jax

    return jax_work("grad", price(jax.numpy, jax.scipy.special.erf), *args)


def of_torch(which: int, *args: Any) -> Work:
    import torch

    class Names:
        """PyTorch's functions, and NumPy's for plain numbers."""

        log, exp = torch.log, torch.exp
        sqrt = staticmethod(lambda x: np.sqrt(x) if isinstance(x, float) else torch.sqrt(x))

    works = torch_works("grad", price(Names, torch.erf), *args)
    return list(works.values())[which]()


def case() -> Case:
    """With one set of options for all."""
    import clearprop.numpy as cnp

    args = options()
    f = price(np, cnp.erf)
    contenders = {
        OURS: partial(ours_work, "grad", f, *args),
        FUNCTION: partial(ours_work, "value", f, *args),
        "jax": partial(of_jax, *args),
        "torch eager": partial(of_torch, 0, *args),
        "torch.compile": partial(of_torch, 1, *args),
        "autograd": partial(of_autograd, *args),
        "NumPy by hand": lambda: Work(lambda: by_hand(*args)),
    }
    title = "five Black–Scholes greeks of 10⁶ options"
    return Case(
        "black-scholes", title, "option", COUNT, lambda: by_hand(*args), contenders, (Bar(0.15),)
    )


CASES = [case]
