"""The derivative of a fixed point: through all steps, and by the implicit function theorem."""

import numpy as np
import pytest

import clearprop as cp
from tests.programs.holding import assert_holds


def by_python(a):
    y = a
    for _ in range(200):
        before, y = y, np.cos(a * y)
        if abs(y - before) < 1e-15:
            break
    return y


def by_while_loop(a):
    def trip(state):
        return np.cos(a * state[0]), state[0]

    goes_on = lambda state: np.abs(state[0] - state[1]) > 1e-15  # noqa: E731
    return cp.while_loop(goes_on, trip, (a, a + 1.0))[0]


def solved(a):
    return implicit(a)


implicit = cp.implicit(by_python, lambda y, a: y - np.cos(a * y))


def by_analysis(a):
    """y = cos(a y), so y′ = −s y / (1 + a s) with s = sin(a y), and once more for y″."""
    y = by_python(a)
    s, c = np.sin(a * y), np.cos(a * y)
    first = -s * y / (1 + a * s)
    moves = y + a * first
    second = (
        -(c * moves * y + s * first) / (1 + a * s) + s * y * (s + a * c * moves) / (1 + a * s) ** 2
    )
    return y, first, second


@pytest.mark.parametrize("program", [by_python, by_while_loop, solved])
def test_all_ways_give_one_derivative(program):
    batch = [0.8, 0.3, 1.1] if program is by_while_loop else []
    assert_holds(program, 0.8, by_analysis(0.8), batch)


def test_implicit_in_a_batch_whose_elements_take_one_path():
    assert_holds(solved, 0.8, by_analysis(0.8), batch=[0.8, 0.8000001])


def test_implicit_around_a_loop_as_an_operation_maps_over_any_batch():
    root = cp.implicit(by_while_loop, lambda y, a: y - np.cos(a * y))
    assert_holds(root, 0.8, by_analysis(0.8), batch=[0.8, 0.3, 1.1])


def test_implicit_of_a_system_with_containers():
    """x² + y² = a, x y = b: x + y = √(a + 2b)."""

    def solver(p):
        z = np.array([2.0, 0.1])
        for _ in range(50):
            x, y = z
            J = np.stack([np.stack([2 * x, 2 * y]), np.stack([y, x])])
            z = z - np.linalg.solve(J, np.stack([x * x + y * y - p["a"], x * y - p["b"]]))
        return {"x": z[0], "y": z[1]}

    def residual(z, p):
        return {"x": z["x"] ** 2 + z["y"] ** 2 - p["a"], "y": z["x"] * z["y"] - p["b"]}

    root = cp.implicit(solver, residual)

    def total(p):
        z = root(p)
        return z["x"] + z["y"]

    slopes = cp.grad(total)({"a": 4.0, "b": 1.0})
    np.testing.assert_allclose([slopes["a"], slopes["b"]], [0.5 / 6**0.5, 1 / 6**0.5], rtol=1e-9)
    exactly = (6**0.5, 0.5 / 6**0.5, -0.25 / 6**1.5)
    assert_holds(lambda a: total({"a": a, "b": 1.0}), 4.0, exactly)


def test_implicit_inside_a_scan():
    root = cp.implicit(by_while_loop, lambda y, a: y - np.cos(a * y))

    def program(x):
        return cp.scan(lambda c, t: (root(c) * t, c), x, np.array([0.9, 1.2]))[0]

    assert_holds(program, 0.8, batch=[0.8, 0.4])
