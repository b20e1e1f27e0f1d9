"""The epoch as ``jax.jit`` of ``lax.scan``."""

from __future__ import annotations

from typing import Any

from benchmarks.compiled.harness import Work
from benchmarks.compiled.nets.problem import ADAM, SGD_RATE, Problem
from benchmarks.compiled.peers import jax_module, jax_run


def work(problem: Problem) -> Work:
    """Classes are int32; a comparison with each class is faster than jax's gather here."""
    jax = jax_module()
    np, tree = jax.numpy, jax.tree
    rate, b1, b2, eps = ADAM

    def loss(params: Any, X: Any, y: Any) -> Any:
        for i in range(0, len(params), 2):
            X = X @ params[i] + params[i + 1]
            if i < len(params) - 2:
                X = np.maximum(X, 0)
        chosen = jax.nn.one_hot(y, X.shape[1], dtype=X.dtype)
        return -np.mean(np.sum(jax.nn.log_softmax(X) * chosen, axis=1))

    def sgd(params: Any, batch: Any) -> Any:
        value, slopes = jax.value_and_grad(loss)(params, *batch)
        return tree.map(lambda p, g: p - SGD_RATE * g, params, slopes), value

    def adam(state: Any, batch: Any) -> Any:
        params, m, v, t = state
        value, slopes = jax.value_and_grad(loss)(params, *batch)
        t = t + 1
        m = tree.map(lambda m, g: b1 * m + (1 - b1) * g, m, slopes)
        v = tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, v, slopes)
        pace, scale = rate / (1 - b1**t), 1 / np.sqrt(1 - b2**t)
        moved = tree.map(lambda p, m, v: p - pace * m / (np.sqrt(v) * scale + eps), params, m, v)
        return (moved, m, v, t), value

    data = problem.X, problem.y.astype("int32")
    if not problem.adam:
        return jax_run(lambda params, *data: jax.lax.scan(sgd, params, data), problem.params, *data)

    def epoch(params: Any, m: Any, v: Any, *data: Any) -> Any:
        (params, *_), losses = jax.lax.scan(adam, (params, m, v, np.float32(0)), data)
        return params, losses

    return jax_run(epoch, problem.params, *problem.moments(), *data)
