"""A batch of 4 × 4 linear systems, and the gradient of what is made of each solution."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.compiled.harness import FUNCTION, OURS, Bar, Case, Work
from benchmarks.compiled.peers import jax_module, jax_run, ours

COUNT, SIZE = 10_000, 4


def loss(np: Any) -> Any:
    """Of one system, over a namespace."""

    def f(a: Any, b: Any) -> Any:
        return (np.linalg.solve(a, b) ** 2).sum()

    return f


def systems() -> tuple[np.ndarray, np.ndarray]:
    """Matrices and right-hand sides."""
    draw = np.random.default_rng(5)
    return draw.normal(size=(COUNT, SIZE, SIZE)), draw.normal(size=(COUNT, SIZE))


def by_numpy(a: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
    """The gradients by hand: aᵀ g = 2 x belongs to b, and −g xᵀ to a."""
    x = np.linalg.solve(a, b[..., None])
    to_b = np.linalg.solve(a.swapaxes(1, 2), 2 * x)
    return [-to_b * x.swapaxes(1, 2), to_b[..., 0]]


def of_numpy(*args: np.ndarray) -> Work:
    return Work(lambda: by_numpy(*args))


def of_ours(kind: str, *args: np.ndarray) -> Work:
    import clearprop as cp

    if kind == "value":
        work = ours(cp.vmap(loss(np)), *args)
        return Work(work.run, None, work.first, work.explain)
    return ours(cp.vmap(cp.grad(loss(np), argnums=(0, 1))), *args)


def of_jax(*args: np.ndarray) -> Work:
    jax = jax_module()
    return jax_run(jax.vmap(jax.grad(loss(jax.numpy), argnums=(0, 1))), *args)


def case() -> Case:
    """In float64."""
    args = systems()
    contenders = {
        OURS: partial(of_ours, "grad", *args),
        FUNCTION: partial(of_ours, "value", *args),
        "jax": partial(of_jax, *args),
        "NumPy by hand": partial(of_numpy, *args),
    }
    title = f"gradient of {COUNT:,} linear systems, {SIZE} unknowns, float64"
    reference = partial(by_numpy, *args)
    return Case(*("systems", title, "system", COUNT), *(reference, contenders, (Bar(0.1),)))


CASES = [case]
