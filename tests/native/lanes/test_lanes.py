"""Batches of small functions: one lane per element, components in registers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.derive import batch, forward, reverse
from clearprop.execute.native.lanes import laned
from clearprop.primitives import Primitive
from clearprop.primitives.samples import Sample
from clearprop.rewrite import simplify
from tests.native.test_agreement import assert_agrees
from tests.primitives.calls import drawn, each_sample

RNG = np.random.default_rng(0)
FUNCTIONS: dict[str, Any] = {
    "cross": lambda v: np.cross(v, cnp.array([v[2], v[0], 1.0])) * 2,
    "rotation": lambda v: cnp.stack([np.cos(v), np.sin(v)]) @ v,
    "norm": lambda v: v / np.sqrt(np.sum(v * v)),
    "largest": lambda v: np.max(v) - np.min(v) + np.prod(v),
    "chosen": lambda v: np.where(v > 0.5, v[::-1], -v),
    "written": lambda v: _written(v),
    "matrix": lambda v: np.outer(v, v) @ v + cnp.reshape(cnp.pad(v, 1), -1)[1:-1],
    "counted": lambda v: np.sum(v > 0.5) * v,
}


def _written(v: Any) -> Any:
    w = cnp.zeros(3)
    w[1:] = v[:2] * 2
    w[0] = v[2]
    return w * w


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("count", [64, 67])
def test_values_jacobians_and_second_derivatives(name: str, count: int) -> None:
    f = FUNCTIONS[name]
    x = RNG.uniform(0.1, 1.0, size=(count, 3))
    for g in (cp.vmap(f), cp.vmap(cp.jacobian(f)), cp.vmap(cp.hessian(lambda v: np.sum(f(v))))):
        np.testing.assert_allclose(cp.compile(g)(x), g(x), rtol=1e-11, atol=1e-11)


def test_a_batched_jacobian_is_one_loop_without_memory() -> None:
    g = cp.compile(cp.vmap(cp.jacobian(FUNCTIONS["cross"])))
    g(RNG.normal(size=(1000, 3)))
    plan = g.explain_plan()
    assert (plan.loops, plan.arena_bytes, plan.fallbacks) == (1, 0, [])


def _rotated(q: Any) -> Any:
    """A vector turned by a quaternion."""
    w, x, y, z = q / np.linalg.norm(q)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return cnp.array(rows) @ np.sin(q[:3])


MORE: dict[str, tuple[Any, tuple[int, ...]]] = {
    "a matrix times a vector": (cp.jacobian(_rotated), (4,)),
    "a Hessian": (cp.hessian(lambda v: np.sum(np.sin(v[:-1] * v[1:])) + np.prod(v)), (6,)),
    "a determinant": (cp.grad(np.linalg.det), (4, 4)),
}


@pytest.mark.parametrize("name", MORE)
def test_derivatives_of_more_components_are_one_loop_without_memory(name: str) -> None:
    f, shape = MORE[name]
    x = RNG.normal(size=(100, *shape))
    g = cp.compile(cp.vmap(f))
    np.testing.assert_allclose(g(x), cp.vmap(f)(x), rtol=1e-11, atol=1e-11)
    plan = g.explain_plan()
    assert (plan.loops, plan.products, plan.arena_bytes, plan.fallbacks) == (1, 0, 0, [])


def test_what_mixes_the_elements_of_a_batch_stands_between() -> None:
    def f(x: Any) -> Any:
        y = cp.vmap(FUNCTIONS["rotation"])(x)
        y = y - np.mean(y, axis=0)
        return np.sum(cp.vmap(FUNCTIONS["norm"])(y[:, :1] * x) ** 3)

    x = RNG.normal(size=(80, 3))
    np.testing.assert_allclose(cp.compile(cp.grad(f))(x), cp.grad(f)(x), rtol=1e-10, atol=1e-11)


@each_sample
def test_every_operation_in_lanes(
    primitive: Primitive, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is, a batch of it agrees with the reference."""
    monkeypatch.setattr("clearprop.execute.native.lanes.choice.WORTH", 0)
    made = drawn(primitive, sample, "float64")
    graphs = [(made.graph, made.values)]
    if made.smooth:
        direction, cotangent = made.direction(made.moving), made.direction(made.slopes)
        graphs.append((forward(made.graph), [*made.values, *direction]))
        graphs.append((reverse(made.graph), [*made.values, *cotangent]))
    for graph, values in graphs:
        batched, _ = batch(graph, [True] * len(values), 65, always=True)
        repeated = [np.repeat(np.asarray(value)[None], 65, axis=0) for value in values]
        with np.errstate(all="ignore"):
            assert_agrees(batched, repeated)


@pytest.mark.parametrize("shape", [(64, 64), (100, 30)])
def test_pictures_are_no_batches(shape: tuple[int, int]) -> None:
    """Elements are moved along both axes."""

    def f(u: Any) -> Any:
        near = [np.roll(u, by, axis) for by in (1, -1) for axis in (0, 1)]
        return np.sum(np.sin(sum(near) - 4.0 * u) ** 2)

    assert not laned(simplify(cp.trace(cp.grad(f))(RNG.normal(size=shape))))
