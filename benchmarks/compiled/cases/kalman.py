"""The gradient of a Kalman filter's likelihood: 4 states, 4 measurements, 10³ steps in a loop."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.compiled.harness import FUNCTION, OURS, Bar, Case, Work
from benchmarks.compiled.peers import jax_module, jax_work, ours_work

STEPS, STATES = 1_000, 4


def loss(np: Any, scan: Any) -> Any:
    """Minus the log-likelihood; of the two noises the logarithms of the variances are given."""

    def f(move: Any, look: Any, drift: Any, blur: Any, seen: Any) -> Any:
        process, noise = np.diag(np.exp(drift)), np.diag(np.exp(blur))

        def step(state: Any, y: Any) -> Any:
            mean, spread = state
            mean, spread = move @ mean, move @ spread @ move.T + process
            surprise = y - look @ mean
            expected = look @ spread @ look.T + noise
            gain = np.linalg.solve(expected, look @ spread).T
            factor = np.linalg.cholesky(expected)
            cost = 0.5 * surprise @ np.linalg.solve(expected, surprise)
            cost = cost + np.sum(np.log(np.diagonal(factor)))
            return (mean + gain @ surprise, spread - gain @ look @ spread), cost

        start = 0 * seen[0], process
        return np.sum(scan(step, start, seen)[1])

    return f


def problem() -> tuple[np.ndarray, ...]:
    draw = np.random.default_rng(0)
    move = 0.95 * np.linalg.qr(draw.normal(size=(STATES, STATES)))[0]
    look = draw.normal(size=(STATES, STATES)) / 2
    drift, blur = np.log(0.1 * np.ones(STATES)), np.log(0.5 * np.ones(STATES))
    return move, look, drift, blur, draw.normal(size=(STEPS, STATES))


def of_jax(*args: np.ndarray) -> Work:
    jax = jax_module()
    return jax_work("grad", loss(jax.numpy, jax.lax.scan), *args)


def case() -> Case:
    """In float64."""
    import clearprop as cp

    args = problem()
    f = loss(np, cp.scan)
    contenders = {
        OURS: partial(ours_work, "grad", f, *args),
        FUNCTION: partial(ours_work, "value", f, *args),
        "jax": partial(of_jax, *args),
    }

    def reference() -> Any:
        return cp.grad(f, argnums=tuple(range(len(args))))(*args)

    title = f"gradient of a Kalman filter, {STATES} states, float64"
    return Case(*("kalman", title, "step", STEPS), *(reference, contenders, (Bar(0.2),)), rtol=1e-8)


CASES = [case]
