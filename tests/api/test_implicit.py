"""Solutions differentiated by their equations: right to second order, whatever the solver did."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ShapeError
from tests.api.orders import assert_derivatives


def newton(a):
    y = a
    while abs(y * y - a) > 1e-13:
        y = 0.5 * (y + a / y)
    return y


def bisect(a):
    """Only comparisons, so that its own derivative is nonsense."""
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if middle**3 + middle < a else (low, middle)
    return 0.5 * (low + high) + 0 * a


def test_a_root_has_the_derivatives_of_the_function_that_it_is():
    root = cp.implicit(newton, lambda y, a: y * y - a)
    assert root(4.0) == pytest.approx(2.0, rel=1e-12)
    assert cp.grad(root)(4.0) == pytest.approx(0.25, rel=1e-12)
    assert cp.grad(cp.grad(root))(4.0) == pytest.approx(-1 / 32, rel=1e-12)
    assert_derivatives(lambda a: root(a * a + 1) * a, 0.7)


def test_the_solver_needs_no_derivative_of_its_own():
    root = cp.implicit(bisect, lambda y, a: y**3 + y - a)
    y = root(3.0)
    assert cp.grad(root)(3.0) == pytest.approx(1 / (3 * y * y + 1), rel=1e-9)
    assert cp.grad(cp.grad(root))(3.0) == pytest.approx(-6 * y / (3 * y * y + 1) ** 3, rel=1e-8)


def test_a_fixed_point_of_several_arguments_in_containers():
    def step(y, p):
        return {"u": np.cos(p["a"] * y["u"]) / 2 + p["b"], "v": np.tanh(y["v"] @ p["w"] + y["u"])}

    def solver(p, most):
        y = {"u": 0.0 * p["b"], "v": np.zeros(2)}
        for _ in range(most):
            y = step(y, p)
        return y

    def residual(y, p, most):
        new = step(y, p)
        return {key: new[key] - y[key] for key in y}

    solve = cp.implicit(solver, residual)
    p = {"a": 0.7, "b": 0.2, "w": np.array([[0.2, -0.1], [0.3, 0.1]])}

    def total(y):
        return y["u"] * 3 + np.sum(y["v"] ** 2)

    found = cp.grad(lambda p: total(solve(p, 200)))(p)
    unrolled = cp.grad(lambda p: total(solver(p, 200)))(p)
    for key in p:
        np.testing.assert_allclose(found[key], unrolled[key], rtol=1e-10)
    along = cp.jvp(lambda a: total(solve(p | {"a": a}, 200)), (0.7,), (1.0,))[1]
    assert along == pytest.approx(unrolled["a"], rel=1e-10)


def test_the_graph_holds_no_derivative_of_the_solver():
    root = cp.implicit(newton, lambda y, a: y * y - a)
    sizes = []
    for a in (1.1, 1e6):
        derived = cp.derive.reverse(cp.trace(root)(a))
        sizes.append(sum(node.primitive.name != "item" for node in derived.nodes))
    assert sizes[0] == sizes[1]


def test_a_batch_of_solutions():
    def by_loop(a):
        return cp.while_loop(lambda y: abs(y * y - a) > 1e-12, lambda y: 0.5 * (y + a / y), a)

    root = cp.implicit(by_loop, lambda y, a: y * y - a)
    xs = np.array([1.0, 4.0, 9.0])
    np.testing.assert_allclose(cp.vmap(cp.grad(root))(xs), 0.5 / np.sqrt(xs), rtol=1e-10)


def test_a_residual_that_does_not_fit():
    root = cp.implicit(newton, lambda y, a: np.ones(2) * (y * y - a))
    with pytest.raises(ShapeError, match="the residual has 2 elements, the solution 1"):
        cp.grad(root)(4.0)


def test_no_function_where_the_equation_is_singular():
    root = cp.implicit(lambda a: 0.0 * a, lambda y, a: y * y - a)
    with pytest.raises(np.linalg.LinAlgError):
        cp.grad(root)(0.0)
