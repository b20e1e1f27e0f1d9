"""Forward mode takes a pass per input, reverse mode one per output: who chooses, and by what."""

import numpy as np
import pytest

import clearprop as cp
from clearprop import explain
from clearprop.api import jacobians


@pytest.fixture
def passes(monkeypatch):
    """Lists the passes that `cp.jacobian` makes: the mode, and how many vectors go in one pass."""
    made = []
    found = jacobians.derived_of

    def counting(graph, derive, wrt, size):
        made.append((derive.__name__, size))
        return found(graph, derive, wrt, size)

    monkeypatch.setattr(jacobians, "derived_of", counting)
    return made


@pytest.mark.parametrize(
    ("shape", "mode", "expected"),
    [
        ((2, 6), "auto", ("reverse", 2)),
        ((6, 2), "auto", ("forward", 2)),
        ((3, 3), "auto", ("forward", 3)),
        ((2, 6), "forward", ("forward", 6)),
        ((6, 2), "reverse", ("reverse", 6)),
    ],
)
def test_the_cheaper_mode_is_chosen_and_can_be_overridden(passes, shape, mode, expected):
    A = np.arange(float(np.prod(shape))).reshape(shape) / 10
    x = np.linspace(-1.0, 1.0, shape[1])
    found = cp.jacobian(lambda x: np.tanh(A @ x), mode=mode)(x)
    np.testing.assert_allclose(found, (1 - np.tanh(A @ x) ** 2)[:, None] * A, rtol=1e-12)
    assert passes == [expected]


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_many_vectors_go_in_several_passes(passes, monkeypatch, mode):
    """The largest value of the graph has 6 elements, so 24 leave room for four vectors at once."""
    monkeypatch.setattr(jacobians, "PASS_ELEMENTS", 24)
    x = np.linspace(-1.0, 1.0, 6)
    found = cp.jacobian(lambda x: np.tanh(x @ x) * np.sin(x), mode=mode)(x)
    whole = cp.jacobian(lambda x: np.tanh(x @ x) * np.sin(x))
    assert passes == [(mode, 4), (mode, 2)]
    monkeypatch.setattr(jacobians, "PASS_ELEMENTS", 1)
    np.testing.assert_allclose(found, whole(x), rtol=1e-12)
    assert passes[2:] == [("forward", 1)] * 6
    twice = cp.jacobian(cp.jacobian(lambda x: np.sum(x**3), mode=mode))(x)
    np.testing.assert_allclose(twice, np.diag(6 * x), atol=1e-12)


def test_the_function_is_called_once():
    calls = []

    def f(x):
        calls.append(1)
        return np.sin(x)

    cp.jacobian(f)(np.ones(5))
    assert calls == [1]


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
