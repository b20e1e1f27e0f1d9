"""Arrays put together from parts: loops over the parts, and nothing copied."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.execute.native.pieces import MOST_PARTS, Part, parts
from tests.native.test_compile import rosenbrock

RNG = np.random.default_rng(0)
PROGRAMS = {
    "pad": lambda x: cnp.pad(x * 2, 1) + 1,
    "pad both axes": lambda x: np.sin(cnp.pad(np.outer(x, x), ((1, 2), (0, 3)))),
    "pad of a pad": lambda x: cnp.pad(cnp.pad(x, 1) * 2 + 1, 2) * 3,
    "sum of pads": lambda x: cnp.pad(x, (0, 3)) + cnp.pad(x * x, (3, 0)),
    "concatenate": lambda x: np.concatenate([x, x * 2, np.sin(x)]) * 3,
    "concatenate along the second axis": lambda x: (
        np.concatenate([np.outer(x, x), np.outer(x, x[:2])], axis=1).T
    ),
    "a reduction": lambda x: np.sum(np.concatenate([x, x * 2]) ** 2),
    "reduced and kept": lambda x: (lambda y: y / np.sum(y))(cnp.pad(np.exp(x), 2)),
    "more parts than one loop each": lambda x: sum(cnp.pad(x, (i, 20 - i)) for i in range(20)),
    "an expensive part used twice": lambda x: (lambda y: cnp.pad(y, (1, 0)) + cnp.pad(y, (0, 1)))(
        np.exp(np.sin(x) ** 0.3)
    ),
    "nothing": lambda x: np.concatenate([x[:0], x, x[:0]]) + cnp.pad(x[:0], (0, x.size)),
    "beside work of the same shape": lambda x: (
        np.log(np.log(x * x + 3.0))
        * cnp.pad((lambda d: np.exp(np.sin(d)) + np.cos(d) ** 0.2)(0.1 * np.diff(x)), (0, 1))
    ),
    "one after the other": lambda x: (
        (lambda y: np.exp(np.tan(y)) * np.exp(np.sin(y)))(
            cnp.pad((lambda y: np.exp(y[:-1]) + np.sin(np.log(y[1:])))(np.exp(x) ** 0.3), (1, 1))
        )
        * cnp.pad(np.exp(np.sin(np.cos(x))), (0, 1))
    ),
    "an output": lambda x: (cnp.pad(x, 1), np.concatenate([x, x])),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_values_and_derivatives(name: str) -> None:
    f: Any = PROGRAMS[name]
    x = RNG.uniform(0.1, 1.0, size=5)
    for g in (f, lambda x: cp.jvp(f, (x,), (x,))):
        found, expected = cp.compile(g)(x), g(x)
        for mine, other in zip(np.atleast_1d(_flat(found)), _flat(expected), strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-14)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return [x for part in value for x in _flat(part)]
    return list(np.ravel(value))


def test_a_gradient_by_neighbours_is_three_loops() -> None:
    gradient = cp.compile(cp.grad(rosenbrock))
    gradient(RNG.normal(size=100))
    plan = gradient.explain_plan()
    assert (plan.loops, plan.arena_bytes, plan.fallbacks) == (3, 0, [])


def test_parts_cover_the_domain_once() -> None:
    found = parts((3, 5), {0: {1}, 1: {2, 4}})
    count = np.zeros((3, 5))
    for part in found:
        assert isinstance(part, Part)
        box = tuple(slice(s, s + n) for s, n in zip(part.start, part.shape, strict=True))
        count[box] += 1
    assert (count == 1).all()
    assert len(found) == 6 <= MOST_PARTS
