"""Loops and branches in machine code: values, derivatives, nesting, and what falls back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp


def assert_same(f: Any, *args: Any, fallbacks: bool = False) -> None:
    """Compiled and not, a function and its derivatives give the same."""
    moving = tuple(range(len(args)))
    for g in (f, cp.grad(f, moving), lambda *xs: cp.jvp(f, xs, xs)):
        compiled = cp.compile(g)
        found, expected = compiled(*args), g(*args)
        for mine, other in zip(*map(_leaves, (found, expected)), strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-11, atol=1e-12)
            assert type(mine) is type(other)
        assert bool(compiled.explain_plan().fallbacks) == fallbacks, compiled.explain_plan()


def _leaves(value: Any) -> list[Any]:
    return [x for part in value for x in _leaves(part)] if isinstance(value, tuple) else [value]


RNG = np.random.default_rng(0)
A, U, H = RNG.normal(size=(3, 3)) * 0.3, RNG.normal(size=(7, 3)), np.zeros(3)


def recurrence(a: Any, u: Any, h: Any) -> Any:
    last, all_ = cp.scan(lambda h, x: (np.tanh(a @ h + x), h * x[0]), h, u)
    return np.sum(last**2) + np.sum(all_**3)


def test_a_recurrence() -> None:
    assert_same(recurrence, A, U, H)


@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_few_trips(length: int) -> None:
    assert_same(recurrence, A, U[:length], H)


def test_backwards_and_sliced() -> None:
    def f(u: Any) -> Any:
        last, kept = cp.scan(lambda c, x: (c * x + 0.1, c), 1.0, u[:, 1], reverse=True)
        return last * np.sum(kept[::2])

    assert_same(f, U)


def test_second_derivatives() -> None:
    hessian = cp.hessian(lambda h: recurrence(A, U, h))
    np.testing.assert_allclose(cp.compile(hessian)(H + 0.1), hessian(H + 0.1), rtol=1e-10)


def test_loops_in_loops() -> None:
    def f(x: Any) -> Any:
        def outer(c: Any, t: Any) -> Any:
            inner = cp.fori_loop(0, 3, lambda i, z: z * 0.5 + np.sin(c) * i, t)
            return cp.cond(inner > 0, lambda z: c + z * z, lambda z: c - z, inner), inner

        last, kept = cp.scan(outer, x, np.array([1.0, -0.5, 0.25]))
        return last + np.sum(kept)

    assert_same(f, 0.7)


@pytest.mark.parametrize("x", [3.0, -3.0])
def test_a_branch(x: float) -> None:
    assert_same(lambda x: cp.cond(x > 0, lambda x: np.sin(x) * x, lambda x: x * 2, x), x)


def test_a_while_loop() -> None:
    f = lambda x: cp.while_loop(lambda y: y < 100.0, lambda y: y * x, x)  # noqa: E731
    compiled = cp.compile(f)
    assert compiled(3.0) == f(3.0) == 243.0
    assert compiled(1000.0) == 1000.0  # no trip
    assert compiled(2.0) == f(2.0)
    assert not compiled.explain_plan().fallbacks
    np.testing.assert_allclose(cp.compile(cp.grad(f))(3.0), 405.0)


def test_what_a_body_cannot_do_natively_is_said() -> None:
    def f(x: Any) -> Any:
        return cp.scan(lambda c, _: (c + np.fft.fft(c).real, None), x, None, length=2)[0]

    compiled = cp.compile(f)
    x = np.eye(2) + 0.1
    np.testing.assert_allclose(compiled(x), f(x))
    ((_, reason, where),) = [e for e in compiled.explain_plan().fallbacks if e[0] == "scan"]
    assert "complex" in reason
    assert "test_control.py" in where


def test_checkpoints_and_custom_derivatives_are_part_of_the_rest() -> None:
    twice = cp.custom_derivative(lambda x: 2 * x)
    twice.defjvp(lambda primals, tangents: (twice(*primals), 5 * tangents[0]))
    f = lambda x: np.sum(cp.checkpoint(np.sin)(x) * twice(x))  # noqa: E731
    assert_same(f, np.array([0.3, 0.7]))


def test_a_training_epoch_is_one_call() -> None:
    def loss(p: Any, x: Any, y: Any) -> Any:
        return cnp.mean((np.tanh(x @ p["w"] + p["b"]) - y) ** 2)

    def epoch(p: Any, x: Any, y: Any) -> Any:
        def step(p: Any, batch: Any) -> Any:
            value, slopes = cp.value_and_grad(loss)(p, *batch)
            return {k: p[k] - 0.1 * slopes[k] for k in p}, value

        return cp.scan(step, p, (x, y))

    p = {"w": RNG.normal(size=(5, 2)), "b": np.zeros(2)}
    x, y = RNG.normal(size=(6, 4, 5)), RNG.normal(size=(6, 4, 2))
    compiled = cp.compile(epoch)
    (mine, losses), (other, expected) = compiled(p, x, y), epoch(p, x, y)
    np.testing.assert_allclose(losses, expected, rtol=1e-12)
    for key in p:
        np.testing.assert_allclose(mine[key], other[key], rtol=1e-12)
    assert not compiled.explain_plan().fallbacks


def test_a_kalman_filter() -> None:
    def f(move: Any, look: Any, drift: Any, noise: Any, seen: Any) -> Any:
        def step(state: Any, y: Any) -> Any:
            mean, spread = state
            mean, spread = move @ mean, move @ spread @ move.T + np.diag(np.exp(drift))
            surprise, seen_by = y - look @ mean, look @ spread
            expected = seen_by @ look.T + noise * np.eye(2)
            gain = np.linalg.solve(expected, seen_by).T
            factor = np.linalg.cholesky(expected)
            whitened = np.linalg.solve(factor, surprise)
            cost = 0.5 * whitened @ whitened + np.sum(np.log(np.diagonal(factor)))
            cost = cost + 0.25 * np.linalg.slogdet(expected).logabsdet
            return (mean + gain @ surprise, spread - gain @ seen_by), cost

        return np.sum(cp.scan(step, (0 * drift, np.eye(4)), seen)[1])

    look = RNG.normal(size=(2, 4))
    assert_same(f, 0.4 * RNG.normal(size=(4, 4)), look, np.zeros(4), 0.5, RNG.normal(size=(9, 2)))
