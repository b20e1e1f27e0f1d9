"""The matrix products of an epoch and nothing else, by OpenBLAS into arrays made beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.compiled.harness import Work, require_equal
from benchmarks.compiled.nets.problem import Problem, loss_and_slopes


def work(problem: Problem) -> Work:
    """``numpy.matmul`` hands arrays of these layouts to BLAS; checked on the weights' gradients."""
    params, (X, y) = problem.params, (problem.X[0], problem.y[0])
    values, deltas = _forward_and_back(params, X, y)
    calls: list[tuple[Any, Any, Any]] = []
    for place, weights in enumerate(params[::2]):
        calls.append((values[place], weights, np.empty((len(X), weights.shape[1]), np.float32)))
    for place in reversed(range(len(params) // 2)):
        calls.append((values[place].T, deltas[place], np.empty_like(params[2 * place])))
        if place:
            calls.append((deltas[place], params[2 * place].T, np.empty_like(values[place])))

    def run() -> None:
        for _ in range(len(problem.X)):
            for a, b, out in calls:
                np.matmul(a, b, out=out)

    run()
    slopes = loss_and_slopes(params, X, y)[1][::2]
    found = [out for a, _, out in calls if any(a.base is value for value in values)]
    require_equal(found[::-1], slopes, 1e-4)
    return Work(run, None)


def _forward_and_back(params: Any, X: Any, y: Any) -> tuple[list[Any], list[Any]]:
    """The value that enters each layer, and the adjoint of what leaves its product."""
    values = [X.copy()]
    for i in range(0, len(params) - 2, 2):
        values.append(np.maximum(values[-1] @ params[i] + params[i + 1], 0))
    z = values[-1] @ params[-2] + params[-1]
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(X)), y] -= 1
    deltas = [shares / np.float32(len(X))]
    for place in range(len(values) - 1, 0, -1):
        deltas.insert(0, deltas[0] @ params[2 * place].T * (values[place] > 0))
    return values, deltas
