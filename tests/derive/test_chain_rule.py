"""The chain rule in its three forms; one Jacobian-times-gradient product per operation."""

import numpy as np

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.derive import forward, reverse


def test_scalars():
    """y = 3x, z = y² at x = 2: dz/dy = 12, dy/dx = 3."""

    def f(x):
        y = 3 * x
        return y**2

    graph = cp.trace(f)(2.0)
    (y, _) = graph.nodes
    assert cp.run(reverse(graph, [y]), 2.0, 1.0) == [12.0]
    assert cp.run(forward(graph, at=[y]), 2.0, 1.0) == [3.0]
    assert cp.grad(f)(2.0) == 12.0 * 3.0


def test_the_sum_over_all_that_an_input_reaches():
    """y = (x₀x₁, x₀ + x₁, x₁²), z = y₀ y₁ + 5 y₂ at x = (2, 3), by hand."""

    def inner(x):
        return np.stack([x[0] * x[1], x[0] + x[1], x[1] ** 2])

    def outer(y):
        return y[0] * y[1] + 5 * y[2]

    x = np.array([2.0, 3.0])
    y_by_x = np.array([[3.0, 2.0], [1.0, 1.0], [0.0, 6.0]])
    z_by_y = np.array([5.0, 6.0, 5.0])
    np.testing.assert_array_equal(cp.jacobian(inner)(x), y_by_x)
    np.testing.assert_array_equal(cp.grad(outer)(inner(x)), z_by_y)
    by_hand = [5 * 3 + 6 * 1 + 5 * 0, 5 * 2 + 6 * 1 + 5 * 6]
    np.testing.assert_array_equal(cp.grad(lambda x: outer(inner(x)))(x), by_hand)


def test_vectors_the_transposed_jacobian_times_the_gradient():
    """y = tanh(A x): the Jacobian, written by hand, is diag(1 − y²) A."""
    draw = np.random.Generator(np.random.Philox(2))
    A, x, upstream = draw.normal(size=(4, 3)), draw.normal(size=3), draw.normal(size=4)
    jacobian = (1 - np.tanh(A @ x) ** 2)[:, None] * A
    value, pull = cp.vjp(lambda x: np.tanh(A @ x), x)
    np.testing.assert_allclose(value, np.tanh(A @ x), rtol=1e-15)
    np.testing.assert_allclose(pull(upstream)[0], jacobian.T @ upstream, rtol=1e-13)
    np.testing.assert_allclose(cp.jacobian(lambda x: np.tanh(A @ x))(x), jacobian, rtol=1e-13)


def test_no_jacobian_is_built():
    """No value of the derivative is larger than what it is derived by; ∂y/∂W has n³ elements."""
    n = 50

    def f(W, x):
        y = cnp.tanh(W @ x)
        return cnp.sum(cnp.cumsum(y[::-1] * x) ** 2)

    graph = cp.trace(f)(np.ones((n, n)), np.ones(n))

    def largest(derived):
        return max(node.type.size for node in derived.nodes if node not in graph.nodes)

    assert largest(reverse(graph)) == n * n, "∂z/∂W itself"
    assert largest(reverse(graph, graph.inputs[1:])) <= n * n, "at most W, turned"
    assert largest(forward(graph)) == n
    elementwise = cp.trace(lambda x: cnp.sum(cnp.sin(x) * x[::-1]))(np.ones(n))
    assert max(node.type.size for node in reverse(elementwise).nodes) == n
