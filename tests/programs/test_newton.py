"""Newton's iteration, for one number and for a system, by Python's while and as one operation."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import GuardError
from tests.programs.holding import assert_holds


def cube_root(a):
    y = a
    while abs(y**3 - a) > 1e-13:
        y = y - (y**3 - a) / (3 * y * y)
    return y


def cube_root_by_while_loop(a):
    return cp.while_loop(lambda y: abs(y**3 - a) > 1e-13, lambda y: y - (y**3 - a) / (3 * y * y), a)


def by_analysis(a):
    return a ** (1 / 3), a ** (-2 / 3) / 3, -2 / 9 * a ** (-5 / 3)


def test_by_pythons_while():
    assert_holds(cube_root, 2.0, by_analysis(2.0), batch=[2.0, 2.01])


def test_as_one_operation():
    assert_holds(cube_root_by_while_loop, 2.0, by_analysis(2.0), batch=[2.0, 0.1, 1.0, 50.0])


def test_elements_that_take_another_number_of_steps_are_no_batch_of_pythons_while():
    with pytest.raises(GuardError, match=r"cp\.while_loop"):
        cp.vmap(cube_root)(np.array([2.0, 1000.0]))


def system(z, a):
    x, y = z
    return np.stack([x * x + y * y - a, x * y - 1.0])


def solved(a, newton):
    """x + y at the solution of x² + y² = a, x y = 1: it is √(a + 2)."""
    return np.sum(newton(lambda z: system(z, a), np.array([2.0, 0.1])))


def by_python(f, z):
    for _ in range(20):
        step = np.linalg.solve(cp.jacobian(f)(z), f(z))
        z = z - step
        if np.max(np.abs(step)) < 1e-12:
            break
    return z


def by_while_loop(f, z):
    def improved(state):
        z, _ = state
        step = np.linalg.solve(cp.jacobian(f)(z), f(z))
        return z - step, np.max(np.abs(step))

    return cp.while_loop(lambda state: state[1] > 1e-12, improved, (z, 1.0))[0]


@pytest.mark.parametrize("newton", [by_python, by_while_loop])
def test_a_system_with_the_jacobian_by_clearprop(newton):
    root = np.sqrt(6.0)
    exactly = (root, 0.5 / root, -0.25 / root**3)
    batch = [4.0, 4.001] if newton is by_python else [4.0, 3.0, 9.0]
    assert_holds(lambda a: solved(a, newton), 4.0, exactly, batch)
