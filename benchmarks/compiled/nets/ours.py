"""The epoch as a function over ``cp.scan``, compiled by clearprop."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.compiled.harness import Work
from benchmarks.compiled.nets.problem import ADAM, SGD_RATE, Problem
from benchmarks.compiled.peers import ours


def loss(params: list[Any], X: Any, y: Any) -> Any:
    """The mean cross-entropy of a batch, in plain NumPy."""
    for i in range(0, len(params), 2):
        X = X @ params[i] + params[i + 1]
        if i < len(params) - 2:
            X = np.maximum(X, 0)
    X = X - X.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(X).sum(axis=1)) - X[np.arange(len(X)), y])


def epoch(params: list[Any], X: Any, y: Any) -> Any:
    """Plain steps."""
    import clearprop as cp

    def step(params: Any, batch: Any) -> Any:
        value, slopes = cp.value_and_grad(loss)(params, *batch)
        return [p - SGD_RATE * g for p, g in zip(params, slopes, strict=True)], value

    return cp.scan(step, params, (X, y))


def adam_epoch(params: list[Any], m: list[Any], v: list[Any], X: Any, y: Any) -> Any:
    """Adam's steps; the powers of its decays are carried along."""
    import clearprop as cp

    rate, b1, b2, eps = ADAM

    def step(state: Any, batch: Any) -> Any:
        params, m, v, p1, p2 = state
        value, slopes = cp.value_and_grad(loss)(params, *batch)
        p1, p2 = p1 * b1, p2 * b2
        m = [b1 * m + (1 - b1) * g for m, g in zip(m, slopes, strict=True)]
        v = [b2 * v + (1 - b2) * g * g for v, g in zip(v, slopes, strict=True)]
        pace, scale = rate / (1 - p1), 1 / np.sqrt(1 - p2)
        params = [
            p - pace * m / (np.sqrt(v) * scale + eps) for p, m, v in zip(params, m, v, strict=True)
        ]
        return (params, m, v, p1, p2), value

    (params, *_), losses = cp.scan(step, (params, m, v, np.float32(1), np.float32(1)), (X, y))
    return params, losses


def losses(params: list[Any], X: Any, y: Any) -> Any:
    """The loss of each batch without any step: what one pass forward costs."""
    import clearprop as cp

    return cp.scan(lambda params, batch: (params, loss(params, *batch)), params, (X, y))[1]


def work(problem: Problem) -> Work:
    """The whole epoch."""
    if problem.adam:
        given = (problem.params, *problem.moments(), problem.X, problem.y)
        return ours(adam_epoch, *given, flush_denormals=True)
    return ours(epoch, problem.params, problem.X, problem.y)


def function_work(problem: Problem) -> Work:
    """The losses alone."""
    work = ours(losses, problem.params, problem.X, problem.y)
    return Work(work.run, None, work.first, work.explain)
