"""Forward mode takes a pass per input, reverse mode one per output: who chooses, and by what."""

import numpy as np
import pytest

import clearprop as cp
from clearprop import explain
from clearprop.api import jacobians


@pytest.fixture
def passes(monkeypatch):
    """Counts the passes that `cp.jacobian` makes: tangents pushed and cotangents pulled."""
    made = {"forward": 0, "reverse": 0}
    jvp, vjp = jacobians.jvp, jacobians.vjp

    def pushing(*args):
        made["forward"] += 1
        return jvp(*args)

    def pulling(*args):
        value, pull = vjp(*args)

        def counted(cotangent):
            made["reverse"] += 1
            return pull(cotangent)

        return value, counted

    monkeypatch.setattr(jacobians, "jvp", pushing)
    monkeypatch.setattr(jacobians, "vjp", pulling)
    return made


@pytest.mark.parametrize(
    ("shape", "mode", "expected"),
    [
        ((2, 6), "auto", {"forward": 0, "reverse": 2}),
        ((6, 2), "auto", {"forward": 2, "reverse": 0}),
        ((3, 3), "auto", {"forward": 3, "reverse": 0}),
        ((2, 6), "forward", {"forward": 6, "reverse": 0}),
        ((6, 2), "reverse", {"forward": 0, "reverse": 6}),
    ],
)
def test_the_cheaper_mode_is_chosen_and_can_be_overridden(passes, shape, mode, expected):
    A = np.arange(float(np.prod(shape))).reshape(shape) / 10
    x = np.linspace(-1.0, 1.0, shape[1])
    found = cp.jacobian(lambda x: np.tanh(A @ x), mode=mode)(x)
    np.testing.assert_allclose(found, (1 - np.tanh(A @ x) ** 2)[:, None] * A, rtol=1e-12)
    assert passes == expected


def test_one_reverse_pass_gives_the_gradient_by_all_inputs():
    """Σ xᵢ² of ten numbers: the same graph, the same edges, ten passes against one."""

    def f(*xs):
        return sum(x * x for x in xs[1:]) + xs[0] * xs[0]

    point = [float(i) for i in range(10)]
    assert cp.grad(f, argnums=tuple(range(10)))(*point) == tuple(2 * x for x in point)
    graph = cp.trace(f)(*point)
    assert cp.run(cp.derive.reverse(graph), *point, 1.0) == [2 * x for x in point]
    for place in range(10):
        tangents = [float(i == place) for i in range(10)]
        assert cp.run(cp.derive.forward(graph), *point, *tangents) == [2 * point[place]]
    cost = explain.function(f, *point).cost
    assert cost.forward.multiplications == 10 * cost.reverse.multiplications


def test_a_gradient_is_no_dearer_with_more_inputs():
    """The derived graph of a sum of squares has one size, for 3 inputs and for 300,000."""
    sizes = [
        len(cp.derive.reverse(cp.trace(lambda x: np.sum(x * x))(np.ones(n))).nodes)
        for n in (3, 300_000)
    ]
    assert sizes[0] == sizes[1] <= 5
