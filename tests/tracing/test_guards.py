"""Python control flow on traced values: guards are recorded, printed, kept and checked."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.derive import forward, reverse
from clearprop.errors import GuardError


def newton(x):
    """√x by Newton's method, with a loop that depends on values."""
    y = x
    while abs(y * y - x) > 1e-12:
        y = 0.5 * (y + x / y)
    return y


def test_a_while_loop_on_values_is_differentiated():
    assert np.isclose(cp.grad(newton)(2.0), 0.5 / np.sqrt(2.0), rtol=1e-10)
    assert np.isclose(cp.grad(cp.grad(newton))(2.0), -0.25 * 2.0**-1.5, rtol=1e-8)


def test_guards_are_outcomes_of_bool_int_and_index_never_floats():
    def f(x, n):
        total = x * 0
        for i in range(n):
            total = total + x**i
        if total > 1:
            total = total * int(x)
        return total

    graph = cp.trace(f)(2.5, 3)
    kinds = [(guard.kind, guard.outcome) for guard in graph.guards]
    assert kinds == [("index", 3), ("bool", True), ("int", 2)]
    assert all(guard.value.type.dtype.kind != "f" for guard in graph.guards)
    assert "guard bool" in str(graph)
    assert cp.parse(str(graph)) == graph


@pytest.mark.parametrize("derive", [forward, reverse])
def test_guards_survive_derivation(derive):
    graph = cp.trace(lambda x: x * x if x > 0 else -x)(2.0)
    derived = derive(graph)
    assert len(derived.guards) == 1
    assert cp.run(derived, 3.0, 1.0) == [6.0]
    with pytest.raises(GuardError, match="x > 0"):
        cp.run(derived, -3.0, 1.0)


def test_a_mask_is_a_guard_of_its_own():
    def f(x):
        return x[x > 0].sum()

    x = np.array([1.0, -2.0, 3.0])
    np.testing.assert_array_equal(cp.grad(f)(x), [1.0, 0.0, 1.0])
    graph = cp.trace(f)(x)
    assert [(guard.kind, guard.outcome) for guard in graph.guards] == [
        ("mask", (True, False, True))
    ]
    assert cp.run(graph, np.array([2.0, -1.0, 4.0])) == [6.0]
    with pytest.raises(GuardError):
        cp.run(graph, np.array([-2.0, 1.0, 4.0]))


def test_guards_of_an_inner_trace_stand_in_the_outer_one_too():
    def outer(x):
        return cp.grad(lambda y: y * y if y > 1 else y)(x)

    graph = cp.trace(outer)(3.0)
    assert [guard.outcome for guard in graph.guards] == [True]
    with pytest.raises(GuardError):
        cp.run(graph, 0.5)


def test_recursion_closures_classes_and_generators():
    class Tower:
        def __init__(self, scale):
            self.scale = scale

        def height(self, x, n):
            return x if n == 0 else self.scale * np.sin(self.height(x, n - 1)) + x

    def terms(x):
        for k in range(1, 4):
            yield x**k / k

    def f(x):
        return Tower(x).height(x, 3) + sum(terms(x))

    assert cp.check_grads(f, 0.4).ok


def test_printing_shows_numbers_and_records_nothing(capsys):
    def f(x):
        print(x, f"{x:.2f}")
        return x * 1.0

    graph = cp.trace(f)(np.float64(2.0))
    assert capsys.readouterr().out == "2.0 2.00\n"
    assert not graph.guards


def test_integers_may_leave_the_trace_by_a_guard():
    def f(x):
        order = int(np.argmax(x))
        return x[order] * 2

    x = np.array([1.0, 5.0, 2.0])
    np.testing.assert_array_equal(cp.grad(f)(x), [0.0, 2.0, 0.0])
    with pytest.raises(GuardError):
        cp.run(cp.trace(f)(x), x[::-1].copy()[[1, 0, 2]] * [9, 1, 1])


def test_stop_gradient_is_the_way_out():
    def f(x):
        weight = float(cp.stop_gradient(x).value)
        return weight * x

    assert cp.grad(f)(3.0) == 3.0
    assert cp.grad(cp.grad(lambda x: x**2 * cp.stop_gradient(x)))(3.0) == 6.0
