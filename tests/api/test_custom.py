"""Derivatives given by hand, recomputed, along directions, and as series."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError, ShapeError, TraceError
from tests.api.orders import assert_derivatives, pushed

# custom_derivative --------------------------------------------------------------------------------


def by_jvp():
    f = cp.custom_derivative(lambda x, y: np.sin(x) * y)

    def rule(primals, tangents):
        (x, y), (dx, dy) = primals, tangents
        return f(x, y), np.cos(x) * y * dx + np.sin(x) * dy

    f.defjvp(rule)
    return f


def by_vjp():
    f = cp.custom_derivative(lambda x, y: np.sin(x) * y)
    f.defvjp(
        lambda x, y: (f(x, y), (x, y)),
        lambda kept, ct: (ct * np.cos(kept[0]) * kept[1], ct * np.sin(kept[0])),
    )
    return f


@pytest.mark.parametrize("made", [by_jvp, by_vjp])
def test_a_right_rule_is_right_in_every_mode_and_order(made):
    f = made()
    assert f(0.3, 2.0) == np.sin(0.3) * 2.0
    assert_derivatives(lambda x: f(x, x * x), 0.3)
    assert_derivatives(lambda x: cp.scan(lambda c, _: (f(c, x), None), x, length=3)[0], 0.9)


@pytest.mark.parametrize("made", [by_jvp, by_vjp])
def test_the_rule_is_what_is_used(made):
    f = made()
    if made is by_jvp:
        f.defjvp(lambda primals, tangents: (f(*primals), 10 * tangents[0] - tangents[1]))
    else:
        f.defvjp(lambda x, y: (f(x, y), None), lambda _, ct: (10 * ct, -ct))
    assert cp.grad(f, argnums=(0, 1))(0.3, 2.0) == (10.0, -1.0)
    assert cp.jvp(f, (0.3, 2.0), (1.0, 2.0))[1] == 8.0
    assert cp.grad(cp.grad(f))(0.3, 2.0) == 0.0


def test_the_function_may_branch_on_values():
    clip = cp.custom_derivative(lambda x: x if abs(x) < 1 else np.sign(x))
    clip.defjvp(lambda primals, tangents: (clip(*primals), tangents[0]))
    assert [clip(0.5), clip(3.0)] == [0.5, 1.0]
    assert [cp.grad(clip)(x) for x in (0.5, 3.0)] == [1.0, 1.0]


def test_containers_texts_and_missing_cotangents():
    f = cp.custom_derivative(lambda p, name: {name: p["a"] @ p["b"], "n": 3})
    f.defvjp(
        lambda p, name: (f(p, name), p), lambda p, ct: ({"a": ct["y"] * p["b"], "b": None}, None)
    )
    slopes = cp.grad(lambda p: f(p, "y")["y"])({"a": np.ones(2), "b": np.arange(2.0)})
    np.testing.assert_array_equal(slopes["a"], [0.0, 1.0])
    np.testing.assert_array_equal(slopes["b"], [0.0, 0.0])


@pytest.mark.parametrize(
    ("rule", "error", "said"),
    [
        (None, ArgumentError, "no rule"),
        (lambda p, t: t[0], ArgumentError, "no pair"),
        (lambda p, t: (p[0], np.ones(3)), ShapeError, r"shape \(3,\)"),
        (lambda p, t: (p[0], None), ShapeError, "NoneType"),
        (lambda p, t: (p[0], "text"), ShapeError, "returns str"),
        (lambda p, t: (p[0], (t[0], t[0])), ShapeError, r"shape \(2,\)"),
        (lambda p, t: (p[0], t[0] if p[0] > 0 else -t[0]), TraceError, "cp.cond"),
    ],
)
def test_a_wrong_rule(rule, error, said):
    f = cp.custom_derivative(lambda x: x * 2)
    if rule is not None:
        f.defjvp(rule)
    with pytest.raises(error, match=said):
        cp.grad(f)(1.0)


@pytest.mark.parametrize("rule", [lambda x, t: t**2, lambda x, t: abs(t) * x, lambda x, t: t / t])
def test_a_rule_that_is_not_linear_is_refused(rule):
    f = cp.custom_derivative(lambda x: x * 2)
    f.defjvp(lambda p, t: (f(*p), rule(p[0], t[0])))
    with pytest.raises(ArgumentError, match="not linear in its tangents"):
        cp.jvp(f, (1.0,), (1.0,))
    f.defvjp(lambda x: (f(x), x), lambda x, ct: (rule(x, ct),))
    with pytest.raises(ArgumentError, match="not linear in its cotangents"):
        cp.grad(f)(1.0)


@pytest.mark.parametrize(
    "rule",
    [
        lambda x, t: np.linalg.solve(np.outer(x, x) + np.eye(3), t) - t / x,
        lambda x, t: np.where(x > 0, t, -3 * t)[::-1] * np.sum(x),
        lambda x, t: cp.cond(x[0] > 0, lambda: t, lambda: 2 * t),
        lambda x, t: cp.scan(lambda c, row: (c * row + t, None), t, np.ones((2, 3)))[0],
        lambda x, t: cp.jvp(lambda x: np.sin(x) * x**2, (x,), (t,))[1],
        lambda x, t: cp.vmap(lambda x, t: np.exp(x) * t)(x, t),
        lambda x, t: 0.0 * x,
    ],
)
def test_rules_that_are_linear(rule):
    f = cp.custom_derivative(lambda x: x * 2)
    f.defjvp(lambda p, t: (f(*p), rule(*p, *t)))
    x, t = np.array([0.5, 1.0, -2.0]), np.array([1.0, -1.0, 3.0])
    along = rule(x, t)
    np.testing.assert_allclose(cp.jvp(f, (x,), (t,))[1], along)
    np.testing.assert_allclose(cp.vjp(f, x)[1](x)[0] @ t, along @ x)


def test_what_a_rule_cannot_know():
    def f(x):
        inner = cp.custom_derivative(lambda y: x * y)
        inner.defjvp(lambda primals, tangents: (inner(*primals), tangents[0]))
        return inner(x)

    with pytest.raises(TraceError, match="Pass it as an argument"):
        cp.grad(f)(1.0)


def test_results_with_none_and_integers_in_them():
    f = cp.custom_derivative(lambda x: {"a": x * 2, "none": None, "n": 3})
    f.defjvp(lambda p, t: (f(*p), {"a": t[0] * 5, "none": None, "n": None}))
    x = np.arange(3.0)
    np.testing.assert_array_equal(cp.jvp(f, (x,), (x,))[1]["a"], 5 * x)
    f.defvjp(lambda x: (f(x), "kept"), lambda kept, ct: (ct["a"] * len(kept),))
    np.testing.assert_array_equal(cp.grad(lambda x: np.sum(f(x)["a"]))(x), 4 * np.ones(3))


def test_arguments_with_none_in_them():
    f = cp.custom_derivative(lambda p: p["x"] * 2)
    f.defvjp(lambda p: (f(p), None), lambda _, ct: ({"x": ct * 7, "none": None},))
    assert cp.grad(lambda x: f({"x": x, "none": None}))(1.0) == 7.0


def test_a_method():
    class Layer:
        scale = 3.0

        @cp.custom_derivative
        def times(self, x):
            return self.scale * x

        times.defjvp(lambda p, t: (p[0].times(p[1]), 10 * t[1]))

    assert Layer().times(2.0) == 6.0
    assert cp.value_and_grad(Layer().times)(2.0) == (6.0, 10.0)


@pytest.mark.parametrize(
    ("fwd", "bwd", "error", "said"),
    [
        (lambda x: x, lambda _, ct: (ct,), ArgumentError, "fwd returns no pair"),
        (lambda x: (x, x), lambda _, ct: ct, ArgumentError, "bwd returns no tuple of 1"),
        (lambda x: (x, x), lambda _, ct: (ct, ct), ArgumentError, "bwd returns no tuple of 1"),
        (lambda x: (x, x), lambda _, ct: ("text",), ShapeError, "returns str"),
        (lambda x: (x, x), lambda _, ct: ([ct, ct],), ShapeError, r"shape \(2,\)"),
    ],
)
def test_a_wrong_reverse_rule(fwd, bwd, error, said):
    f = cp.custom_derivative(lambda x: x * 2)
    f.defvjp(fwd, bwd)
    with pytest.raises(error, match=said) as caught:
        cp.grad(f)(1.0)
    assert "test_custom.py" in str(caught.value)


def test_a_rule_of_another_structure():
    f = cp.custom_derivative(lambda p: {"y": p["x"] * 2})
    f.defjvp(lambda p, t: (f(*p), {"z": t[0]["x"]}))
    with pytest.raises(ShapeError, match="another structure"):
        cp.grad(lambda x: f({"x": x})["y"])(1.0)


@pytest.mark.parametrize("made", [by_jvp, by_vjp])
def test_inside_scans_inside_batches(made):
    f = made()

    def run(x):
        return cp.scan(lambda c, t: (f(c, t) + x, f(c, c)), x, np.arange(1.0, 4.0))

    def by_hand(x):
        c, ys = x, []
        for t in (1.0, 2.0, 3.0):
            ys.append(np.sin(c) * c)
            c = np.sin(c) * t + x
        return c + sum(ys)

    def total(x):
        c, ys = run(x)
        return c + np.sum(ys)

    xs = np.array([0.3, -0.8, 1.9])
    for order in range(3):
        found, expected = total, by_hand
        for _ in range(order):
            found, expected = cp.grad(found), cp.grad(expected)
        one_by_one = [expected(x) for x in xs.tolist()]
        np.testing.assert_allclose(cp.vmap(found)(xs), one_by_one, rtol=1e-11)


# checkpoint ---------------------------------------------------------------------------------------


def test_checkpoint_changes_no_value_and_no_derivative():
    def f(x):
        return np.sin(x) ** 2 if x > 0 else x**3

    for x in (0.5, -0.5):
        assert cp.checkpoint(f)(x) == f(x)
        assert cp.grad(cp.checkpoint(f))(x) == cp.grad(f)(x)
        assert_derivatives(cp.checkpoint(f), x)


def test_checkpoint_keeps_its_arguments_alone():
    def deep(x):
        for _ in range(20):
            x = np.sin(x)
        return x

    graph = cp.trace(lambda x: cp.checkpoint(deep)(x))(0.5)
    assert [node.primitive.name for node in graph.nodes] == ["call", "item"]


def test_decisions_inside_a_checkpoint_guard_the_graph():
    graph = cp.trace(lambda x: cp.checkpoint(lambda y: y if y > 0 else -y)(x))(0.5)
    with pytest.raises(cp.errors.GuardError):
        cp.run(graph, -0.5)


def test_checkpoints_nest_and_take_keywords():
    def f(x, *, by):
        return cp.checkpoint(lambda y: np.exp(y) * by)(x) * x

    assert_derivatives(lambda x: cp.checkpoint(f)(x, by=x), 0.4)


# hvp and linearize --------------------------------------------------------------------------------


def test_hvp_is_the_hessian_times_the_direction():
    rng = np.random.default_rng(1)
    x, v = rng.normal(size=4), rng.normal(size=4)

    def f(x):
        return np.sum(np.sin(x) * np.cumsum(x)) ** 2

    np.testing.assert_allclose(cp.hvp(f, (x,), (v,)), cp.hessian(f)(x) @ v, rtol=1e-12)
    both = cp.hvp(lambda a, b: np.sum(a * b**2), (x, v), (v, x))
    np.testing.assert_allclose(both[0], 2 * v * x, rtol=1e-12)
    np.testing.assert_allclose(both[1], 2 * v * v + 2 * x * x, rtol=1e-12)
    with pytest.raises(ArgumentError, match="tuple"):
        cp.hvp(f, x, v)


def test_linearize_pushes_many_directions():
    def f(x, y):
        return {"s": np.sin(x) * y, "n": 3}

    value, push = cp.linearize(f, 0.4, np.arange(3.0))
    np.testing.assert_array_equal(value["s"], np.sin(0.4) * np.arange(3.0))
    for dx, dy in ((1.0, np.zeros(3)), (0.0, np.ones(3)), (2.0, np.arange(3.0))):
        expected = cp.jvp(f, (0.4, np.arange(3.0)), (dx, dy))[1]
        np.testing.assert_array_equal(push(dx, dy)["s"], expected["s"])
    with pytest.raises(ArgumentError, match="2 primals and 1 tangents"):
        push(1.0)


# jet ----------------------------------------------------------------------------------------------


def nested(f, x, order):
    for _ in range(order):
        f = pushed(f)
    return f(x)


@pytest.mark.parametrize(
    "f",
    [
        *(np.sin, np.exp, np.tanh, np.log, np.sqrt, np.arctan, np.expm1, np.cbrt),
        lambda x: 1 / (1 + x * x),
        lambda x: x**3.5 + 2.0**x + x**3,
        lambda x: np.sum(np.array([1.0, 2.0]) * np.sin(x * np.array([1.0, 2.0]))),
        lambda x: np.max(np.stack([x * x, np.sin(x), -x])) + np.abs(x - 2),
        lambda x: np.prod(np.stack([x, np.cos(x), x + 1])),
        lambda x: cp.cond(x > 0, np.sin, np.cos, x * x) * x,
        lambda x: cp.scan(lambda c, t: (np.sin(c) * x + t, c * t), x, np.arange(3.0))[0],
        lambda x: cp.while_loop(lambda c: c < 3.0, lambda c: c * (1 + x), x),
        lambda x: np.where(x > 0, x**4, -x) * np.hypot(x, 2.0),
        lambda x: (np.array([[1.0, 2.0], [3.0, 4.0]]) @ np.stack([x, x * x])) @ np.stack([x, 1.0]),
    ],
)
def test_jet_is_nested_jvp(f):
    value, derivatives = cp.jet(f, (0.7,), ([1.0, 0.0, 0.0, 0.0, 0.0],))
    assert value == f(0.7)
    for order, found in enumerate(derivatives, 1):
        np.testing.assert_allclose(found, nested(f, 0.7, order), rtol=1e-10, atol=1e-10)


def test_jet_along_a_curve_of_several_arguments():
    def f(x, y):
        return np.sum(x * y) / (1 + x)

    xs = [nested(np.sin, 0.3, k) for k in range(1, 5)]
    ys = [np.array([1.0, 0.6]), np.array([0.0, 2.0]), np.zeros(2), np.zeros(2)]
    _, derivatives = cp.jet(f, (np.sin(0.3), np.array([0.3, 0.09])), (xs, ys))
    for order, found in enumerate(derivatives, 1):
        expected = nested(lambda t: f(np.sin(t), np.stack([t, t * t])), 0.3, order)
        np.testing.assert_allclose(found, expected, rtol=1e-10)


def fifty_operations(x):
    for _ in range(10):
        x = np.sin(x) * 1.1 + x / (1.0 + x * x)
    return x


def test_the_tenth_derivative_of_fifty_operations_takes_polynomial_work():
    assert len(cp.trace(fifty_operations)(0.7).nodes) >= 50
    graph = cp.trace(fifty_operations)(0.7)
    sizes = [len(cp.derive.jet(graph, graph.inputs, order).nodes) for order in (5, 10, 20)]
    assert sizes[1] < 6 * sizes[0]
    assert sizes[2] < 6 * sizes[1]
    _, derivatives = cp.jet(fifty_operations, (0.7,), ([1.0, *[0.0] * 9],))
    graph = cp.derive.jet(graph, graph.inputs, 10)
    assert cp.run(graph, 0.7, 1.0, *[0.0] * 9) == derivatives
    for order in range(1, 6):
        expected = nested(fifty_operations, 0.7, order)
        np.testing.assert_allclose(derivatives[order - 1], expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(derivatives, by_cauchy(10), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("f", [lambda x: np.sin(x) * np.exp(x), lambda x: np.exp(-x * x)])
def test_the_tenth_derivative_is_that_of_nested_jvp(f):
    """Of a few operations only: with each order, nested ones double or triple in number."""
    _, derivatives = cp.jet(f, (0.7,), ([1.0, *[0.0] * 9],))
    graph = cp.trace(f)(0.7)
    for order, found in enumerate(derivatives, 1):
        graph = cp.derive.forward(graph, graph.inputs[:1])
        np.testing.assert_allclose(found, cp.run(graph, 0.7, *[1.0] * order)[0], rtol=1e-9)


def by_cauchy(most, count=256, radius=0.3):
    """Derivatives by Cauchy's formula: an integral over a circle in the complex plane."""
    angles = 2 * np.pi * np.arange(count) / count
    values = fifty_operations(0.7 + radius * np.exp(1j * angles))
    coefficients = np.fft.fft(values) / count
    factorials = np.cumprod(np.arange(1.0, most + 1))
    return [(coefficients[k] / radius**k).real * factorials[k - 1] for k in range(1, most + 1)]


@pytest.mark.parametrize(
    ("program", "error", "said"),
    [
        (lambda: cp.jet(np.sin, 0.0, ([1.0],)), ArgumentError, "tuple"),
        (lambda: cp.jet(np.sin, (0.0,), ([1.0], [1.0])), ArgumentError, "1 primals and 2 series"),
        (lambda: cp.jet(np.add, (0.0, 1.0), ([1.0], [])), ArgumentError, "different lengths"),
        (lambda: cp.jet(np.sin, (0.0,), ([np.ones(2)],)), ShapeError, "shape"),
    ],
)
def test_wrong_series(program, error, said):
    with pytest.raises(error, match=said):
        program()
