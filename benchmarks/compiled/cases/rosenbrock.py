"""The gradient of the Rosenbrock function of 10, 1,000 and 10⁶ variables."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.compiled.harness import FUNCTION, OURS, Bar, Case, Work
from benchmarks.compiled.peers import autograd_work, jax_work, ours_work, torch_works


def rosenbrock(x: Any) -> Any:
    """Written for any namespace with operators and ``sum``."""
    return (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()


def by_hand(x: np.ndarray) -> np.ndarray:
    """The gradient written out."""
    first, rest = x[:-1], x[1:]
    slope = np.zeros_like(x)
    off = rest - first**2
    slope[1:] = 200.0 * off
    slope[:-1] -= 400.0 * first * off + 2.0 * (1.0 - first)
    return slope


def casadi_work(x: np.ndarray) -> Work:
    """CasADi's virtual machine, on a function of one vector."""
    import casadi

    v = casadi.MX.sym("x", len(x))
    off = v[1:] - v[:-1] ** 2
    value = casadi.sum1(100.0 * off**2 + (1.0 - v[:-1]) ** 2)
    f = casadi.Function("f", [v], [casadi.gradient(value, v)])
    return Work(lambda: f(x), lambda result: [np.asarray(result)[:, 0]])


def case(n: int, most: float) -> Case:
    """For n variables."""
    x = np.random.default_rng(n).normal(size=n)
    contenders = {
        OURS: partial(ours_work, "grad", rosenbrock, x),
        FUNCTION: partial(ours_work, "value", rosenbrock, x),
        "jax": partial(jax_work, "grad", rosenbrock, x),
        **torch_works("grad", rosenbrock, x),
        "autograd": partial(autograd_work, "grad", rosenbrock, x),
        "NumPy by hand": lambda: Work(lambda: by_hand(x)),
        "casadi": partial(casadi_work, x),
    }
    title = f"gradient of the Rosenbrock function, n = {n:,}"
    name = f"rosenbrock-{n}"
    return Case(name, title, "gradient", 1, lambda: [by_hand(x)], contenders, (Bar(most),))


CASES = [partial(case, 10, 0.15), partial(case, 1000, 0.3), partial(case, 10**6, 0.8)]
