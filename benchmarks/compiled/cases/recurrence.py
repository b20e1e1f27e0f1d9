"""The gradient of a recurrence of 10⁴ steps with 16 states, by a native loop."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.compiled.harness import FUNCTION, OURS, Bar, Case, Work
from benchmarks.compiled.peers import jax_module, jax_work, ours_work, torch_module

STEPS, STATES = 10_000, 16


def loss(np: Any, scan: Any) -> Any:
    """A function of weights, first state and inputs, over a namespace and its scan."""

    def f(weights: Any, state: Any, inputs: Any) -> Any:
        def step(state: Any, given: Any) -> Any:
            state = np.tanh(weights @ state + given)
            return state, state.sum()

        last, sums = scan(step, state, inputs)
        return 0.5 * (last * last).sum() + sums.sum()

    return f


def problem(dtype: str) -> tuple[np.ndarray, ...]:
    draw = np.random.default_rng(0)
    weights = draw.normal(size=(STATES, STATES)) / np.sqrt(STATES) * 0.9
    given = weights, draw.normal(size=STATES), draw.normal(size=(STEPS, STATES)) * 0.3
    return tuple(each.astype(dtype) for each in given)


def by_hand(weights: Any, state: Any, inputs: Any) -> list[np.ndarray]:
    """Back-propagation through time, written out."""
    states = np.empty((STEPS + 1, STATES), inputs.dtype)
    states[0] = state
    for t in range(STEPS):
        states[t + 1] = np.tanh(weights @ states[t] + inputs[t])
    deltas = np.empty_like(inputs)
    adjoint, back = states[STEPS].copy(), weights.T.copy()
    for t in reversed(range(STEPS)):
        deltas[t] = (adjoint + 1.0) * (1.0 - states[t + 1] ** 2)
        adjoint = back @ deltas[t]
    return [deltas.T @ states[:-1], adjoint, deltas]


def of_jax(*args: np.ndarray) -> Work:
    jax = jax_module()
    return jax_work("grad", loss(jax.numpy, jax.lax.scan), *args)


def of_torch(*args: np.ndarray) -> Work:
    """Eager: compiling would unroll 10,000 steps."""
    torch = torch_module()
    given = [torch.tensor(arg, requires_grad=True) for arg in args]

    def run() -> Any:
        weights, state, inputs = given
        states = []
        for each in inputs.unbind():
            state = torch.tanh(torch.addmv(each, weights, state))
            states.append(state)
        value = 0.5 * (state * state).sum() + torch.stack(states).sum()
        return torch.autograd.grad(value, given)

    return Work(run)


def case(dtype: str) -> Case:
    """For numbers of a width."""
    import clearprop as cp

    args = problem(dtype)
    f = loss(np, cp.scan)
    contenders = {
        OURS: partial(ours_work, "grad", f, *args),
        FUNCTION: partial(ours_work, "value", f, *args),
        "jax": partial(of_jax, *args),
        "torch eager": partial(of_torch, *args),
        "NumPy by hand": lambda: Work(lambda: by_hand(*args)),
    }
    wide = [each.astype("float64") for each in args]
    return Case(
        *(f"recurrence-{dtype}", f"gradient of a recurrence, 16 states, {dtype}", "step", STEPS),
        *(lambda: by_hand(*wide), contenders, (Bar(0.3),)),
        rtol=1e-9 if dtype == "float64" else 2e-4,
    )


CASES = [partial(case, "float64"), partial(case, "float32")]
