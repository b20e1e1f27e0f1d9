"""Branches and loops as operations: values as Python's, derivatives of any order in both modes."""

import pickle

import numpy as np
import pytest

import clearprop as cp
from clearprop.derive import forward, reverse
from clearprop.errors import ArgumentError, DtypeError, EscapedError, ShapeError, TraceError
from tests.api.orders import assert_derivatives, slope

RNG = np.random.default_rng(0)
MATRIX = 0.4 * RNG.normal(size=(3, 3))


# cond ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [0.7, -0.7])
def test_cond_is_the_branch_that_was_chosen(x):
    def f(x):
        return cp.cond(x > 0, lambda x, y: x * y * np.sin(x), lambda x, y: np.exp(x) - y, x, x * x)

    assert f(x) == (x * x * x * np.sin(x) if x > 0 else np.exp(x) - x * x)
    assert_derivatives(f, x)


def test_the_other_branch_is_not_evaluated():
    def f(x):
        return cp.cond(x > 0, np.sqrt, lambda x: x / 0.0, x)

    with np.errstate(all="raise"):
        assert f(4.0) == 2.0
        assert cp.grad(f)(4.0) == 0.25


def test_branches_may_refer_to_values_from_outside():
    def f(x):
        y, z = np.sin(x), x * x
        return cp.cond(x > 0, lambda a: a * y, lambda a: a * z, x)

    assert_derivatives(f, 0.4)
    assert_derivatives(f, -0.4)


def test_numbers_are_truth_values_too():
    assert cp.cond(2, lambda: 1.0, lambda: 0.0) == 1.0
    assert cp.cond(0.0, lambda: 1.0, lambda: 0.0) == 0.0
    assert cp.grad(lambda x: cp.cond(x, lambda y: y * y, lambda y: y, x))(3.0) == 6.0


def test_containers_go_in_and_come_out():
    result = cp.cond(
        True,
        lambda p: {"sum": p["a"] + p["b"], "n": 1},
        lambda p: {"sum": p["a"], "n": 2},
        {"a": np.ones(2), "b": 3.0},
    )
    np.testing.assert_array_equal(result["sum"], [4.0, 4.0])
    assert result["n"] == 1


# scan ---------------------------------------------------------------------------------------------


def by_hand(f, init, xs, order):
    carry, ys = init, {}
    for t in order:
        carry, ys[t] = f(carry, xs[t])
    return carry, np.stack([ys[t] for t in sorted(ys)])


@pytest.mark.parametrize("reverse_order", [False, True])
def test_scan_is_the_loop(reverse_order):
    def step(carry, x):
        carry = np.tanh(MATRIX @ carry + x)
        return carry, carry * 2

    xs = RNG.normal(size=(5, 3))
    carry, ys = cp.scan(step, np.zeros(3), xs, reverse=reverse_order)
    order = range(5)[::-1] if reverse_order else range(5)
    expected = by_hand(step, np.zeros(3), xs, order)
    np.testing.assert_allclose(carry, expected[0], rtol=1e-15)
    np.testing.assert_allclose(ys, expected[1], rtol=1e-15)


@pytest.mark.parametrize("reverse_order", [False, True])
def test_scan_has_derivatives_by_all_that_goes_in(reverse_order):
    xs = RNG.normal(size=(4, 3))

    def f(x):
        def step(carry, slice_):
            h, total = carry
            h = np.tanh(MATRIX @ h * x + slice_)
            return (h, total + np.sum(h) * x), h**2 + total

        (h, total), ys = cp.scan(step, (np.ones(3) * x, x), xs * x, reverse=reverse_order)
        return np.sum(h) * total + np.sum(ys)

    assert_derivatives(f, 0.6)


def test_scan_against_the_unrolled_loop():
    def rnn(A):
        def step(h, x):
            h = np.tanh(A @ h + x)
            return h, h

        return np.sum(cp.scan(step, np.zeros(3), np.ones((5, 3)))[1] ** 2)

    def unrolled(A):
        h, total = np.zeros(3), 0.0
        for _ in range(5):
            h = np.tanh(A @ h + np.ones(3))
            total = total + np.sum(h**2)
        return total

    np.testing.assert_allclose(cp.grad(rnn)(MATRIX), cp.grad(unrolled)(MATRIX), rtol=1e-12)
    np.testing.assert_allclose(cp.hessian(rnn)(MATRIX), cp.hessian(unrolled)(MATRIX), rtol=1e-10)


def test_scan_with_integers_in_the_carry():
    def f(x):
        def step(carry, i):
            n, value = carry
            return (n + i, value * x + n), n

        return cp.scan(step, (0, 1.0), np.arange(5))[0][1]

    assert cp.scan(lambda n, i: (n + i, n), 0, np.arange(5))[0] == 10
    assert_derivatives(f, 1.3)


def test_scans_nest():
    def f(x):
        def outer(c, _):
            return cp.scan(lambda d, _: (np.sin(d) * x, None), c, length=3)[0], None

        return cp.scan(outer, x, length=2)[0]

    assert_derivatives(f, 0.9)


def test_a_scan_of_no_trips():
    carry, ys = cp.scan(lambda c, x: (c + x, c), 2.0, np.zeros(0))
    assert carry == 2.0
    assert ys.shape == (0,)
    assert cp.grad(lambda x: cp.scan(lambda c, _: (c * x, None), x, length=0)[0])(3.0) == 1.0


def test_the_body_is_traced_once():
    calls = []

    def step(c, x):
        calls.append(1)
        return c * x, None

    cp.grad(lambda x: cp.scan(step, x, np.ones(1000))[0])(1.0)
    assert len(calls) == 1


# while_loop and fori_loop -------------------------------------------------------------------------


def grown(x):
    def trip(state):
        y, t = state
        return y * x + np.sin(t), t + x

    return cp.while_loop(lambda state: state[0] < 50.0, trip, (x, 1.0))[0]


def grown_by_python(x):
    y, t = x, 1.0
    while y < 50.0:
        y, t = y * x + np.sin(t), t + x
    return y


def test_while_is_pythons_while():
    assert grown(1.7) == grown_by_python(1.7)
    assert_derivatives(grown, 1.7)
    for order in (grown, grown_by_python):
        third = cp.grad(cp.grad(cp.grad(order)))(1.7)
        np.testing.assert_allclose(third, slope(cp.grad(cp.grad(grown)), 1.7), rtol=1e-7)


def test_a_loop_of_no_trips():
    def f(x):
        return cp.while_loop(lambda y: y < 0.0, lambda y: y * 2, x * x)

    assert f(3.0) == 9.0
    assert_derivatives(f, 3.0)


def test_the_number_of_trips_follows_the_point():
    graph = cp.trace(grown)(1.7)
    for x in (1.3, 2.0, 3.5):
        assert cp.run(graph, x) == [grown_by_python(x)]


def test_loops_nest_in_loops_and_branches():
    def f(x):
        def trip(state):
            n, y = state
            y = cp.cond(n % 2 == 0, lambda y: y + x, lambda y: y * x, y)
            y = cp.while_loop(lambda z: np.abs(z) > 2.0, lambda z: z / 1.5, y)
            return n + 1, y

        return cp.while_loop(lambda state: state[0] < 5, trip, (0, x))[1]

    assert_derivatives(f, 1.1)


def test_fori_loop_with_bounds_known_and_traced():
    def f(x, n):
        return cp.fori_loop(0, n, lambda i, value: value * x + i, 1.0)

    expected = 1.0
    for i in range(5):
        expected = expected * 2.0 + i
    assert f(2.0, 5) == expected
    assert cp.grad(f)(2.0, 5) == pytest.approx(slope(lambda x: f(x, 5), 2.0))
    graph = cp.trace(f)(2.0, 5)
    assert cp.run(graph, 2.0, 3) == [f(2.0, 3)]
    assert cp.run(reverse(graph, graph.inputs[:1]), 2.0, 3, 1.0) == [cp.grad(f)(2.0, 3)]


def test_long_loops_take_no_recursion():
    def f(x):
        return cp.while_loop(lambda s: s[0] < 20_000, lambda s: (s[0] + 1, s[1] * x), (0, 1.0))[1]

    assert cp.grad(f)(1.0) == 20_000.0


# Graphs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda x: cp.cond(x > 0, np.sin, np.cos, x),
        lambda x: cp.scan(lambda c, t: (np.sin(c) * t, c), x, np.arange(3.0))[0],
        grown,
        cp.checkpoint(lambda x: np.sin(x) * x),
    ],
)
def test_their_graphs_are_legal_and_come_back_from_text_and_pickle(f):
    graph = cp.trace(f)(1.5)
    for made in (graph, forward(graph), reverse(graph), reverse(reverse(graph))):
        cp.graph.check(made)
        assert cp.parse(str(made)) == made
        assert pickle.loads(pickle.dumps(made)) == made


# What must fail -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "error", "said"),
    [
        (lambda: cp.cond(True, lambda x: -x if x > 0 else x, abs, 1.0), TraceError, "cp.cond"),
        (lambda: cp.cond(True, lambda x: (x, x), lambda x: x, 1.0), ShapeError, "false_fn"),
        (lambda: cp.cond(True, lambda: 1.0, lambda: 1), ShapeError, "false_fn returns int64"),
        (lambda: cp.cond(np.ones(2) > 0, abs, abs, 1.0), ShapeError, "np.where"),
        (lambda: cp.cond(True, 3, abs, 1.0), ArgumentError, "true_fn is of type int"),
        (lambda: cp.cond(True, abs, abs, "text"), DtypeError, "str"),
        (lambda: cp.scan(lambda c, x: (c + 1.0, x), 0, np.arange(3)), ShapeError, "init is of"),
        (lambda: cp.scan(lambda c, x: c, 0.0, np.arange(3)), ArgumentError, "no pair"),
        (lambda: cp.scan(lambda c, x: (c, x), 0.0), ArgumentError, "length"),
        (lambda: cp.scan(lambda c, x: (c, x), 0.0, np.ones(3), 4), ShapeError, "length: 4, xs: 3"),
        (lambda: cp.scan(lambda c, x: (c, x), 0.0, 1.0), ShapeError, "single number"),
        (lambda: cp.scan(lambda c, x: (c, x), 0.0, length=-1), ArgumentError, "length is -1"),
        (lambda: cp.while_loop(lambda c: c, lambda c: c + 1, 1.0), DtypeError, "truth value"),
        (lambda: cp.while_loop(lambda c: c < 1, lambda c: (c, c), 0.0), ShapeError, "body_fn"),
        (lambda: cp.fori_loop(0, 2.5, lambda i, v: v, 0.0), ArgumentError, "upper"),
        (lambda: cp.fori_loop(0, 3, lambda i, v: float(v), 0.0), Exception, "float"),
    ],
)
def test_wrong_use_says_what_and_what_to_do(program, error, said):
    with pytest.raises(error, match=said):
        program()


def test_a_body_shows_types_when_printed(capsys):
    def step(c, x):
        print(c, f"{x}")
        return c, x

    cp.scan(step, 0.0, np.ones((2, 3)))
    assert capsys.readouterr().out == "Traced(float64) Traced(float64[3])\n"


def test_an_average_in_a_body_does_not_look_at_its_weights():
    def f(x):
        return cp.fori_loop(0, 2, lambda i, u: u * np.average(x, weights=u), x).sum()

    x = np.array([1.0, 2.0])
    assert np.isclose(f(x), 3 * (5 / 3) ** 2)  # proportional weights have the same mean
    assert cp.check_grads(f, x).ok


def test_a_pullback_through_a_loop_is_pulled_inside_another_trace():
    """Its stacks hold plain numbers there, and become part of the graph."""

    def f(x):
        def loop(u):
            return cp.while_loop(lambda s: s[0] < 3, lambda s: (s[0] + 1, np.sin(s[1])), (0, u))

        _, pull = cp.vjp(lambda u: loop(u)[1], 0.7)
        return pull(x)[0] * x

    graph = cp.graph.check(cp.trace(f)(2.0))
    assert cp.parse(str(graph)) == graph
    assert cp.run(graph, 3.0) == [f(3.0)]
    assert cp.grad(f)(2.0) == pytest.approx(slope(f, 2.0))


# What has no part in a derivative -----------------------------------------------------------------

STEEP = lambda x: np.sqrt(x - 0.5)  # noqa: E731  its slope at 0.5 is infinite


def scan_with_a_carry_that_nothing_needs(x):
    return cp.scan(lambda c, _: ((c[0] * x, STEEP(c[1] + 0.5)), None), (x, x - 0.5), None, 2)[0][0]


def scan_with_slices_that_nothing_needs(x):
    return cp.scan(lambda c, s: (c * x, STEEP(c + s)), x, np.array([0.0, 0.25]))[0]


def scan_with_a_carry_that_does_not_move(x):
    def trip(c, _):
        root = STEEP(c[1] + 0.5)
        return (c[0] * x + root, root), root

    return cp.scan(trip, (x, 0.0), None, 2)[0][0]


def while_with_a_carry_that_nothing_needs(x):
    trip = lambda c: (c[0] * x, STEEP(c[1] + 0.5), c[2] + 1)  # noqa: E731
    return cp.while_loop(lambda c: c[2] < 2, trip, (x, x - 0.5, 0))[0]


def while_with_a_carry_that_does_not_move(x):
    trip = lambda c: (c[0] * x + c[1], STEEP(c[1] + 0.5), c[2] + 1)  # noqa: E731
    return cp.while_loop(lambda c: c[2] < 2, trip, (x, 0.0, 0))[0]


def branch_with_a_result_that_nothing_needs(x):
    return cp.cond(x > 0, lambda x: (x**3, STEEP(x)), lambda x: (x, x), x)[0]


def checkpoint_with_a_result_that_nothing_needs(x):
    return cp.checkpoint(lambda x: (x**3, STEEP(x)))(x)[0]


@pytest.mark.parametrize(
    "f",
    [
        scan_with_a_carry_that_nothing_needs,
        scan_with_slices_that_nothing_needs,
        scan_with_a_carry_that_does_not_move,
        while_with_a_carry_that_nothing_needs,
        while_with_a_carry_that_does_not_move,
        branch_with_a_result_that_nothing_needs,
        checkpoint_with_a_result_that_nothing_needs,
    ],
)
def test_infinite_slopes_of_what_has_no_part_do_not_matter(f):
    """All are x³ in the end; 0 times infinity would be NaN."""
    pushed = lambda x: cp.jvp(f, (x,), (1.0,))[1]  # noqa: E731
    with np.errstate(all="ignore"):
        for first in (cp.grad(f), pushed, cp.compile(cp.grad(f))):
            np.testing.assert_allclose(first(0.5), 0.75)
        for slope_of in (cp.grad(f), pushed):
            np.testing.assert_allclose(cp.grad(slope_of)(0.5), 3.0)
            np.testing.assert_allclose(cp.jvp(slope_of, (0.5,), (1.0,))[1], 3.0)
            np.testing.assert_allclose(cp.vmap(cp.grad(slope_of))(np.full(3, 0.5)), [3.0] * 3)


@pytest.mark.parametrize("length", [1, 3, 8])
def test_carries_that_pass_through_are_no_histories(length):
    """The length of a carry may be that of the loop."""

    def same(x):
        return np.sum(cp.scan(lambda c, _: (c, None), x, None, length=length)[0] ** 2)

    def one_of_two(x):
        def body(c, _):
            return (np.cumprod(c[0]) * 0.5, c[1]), c[0]

        return np.sum(cp.scan(body, (x, x), None, length=length)[0][1] ** 2)

    x = np.array([0.5, 1.5, -1.0])
    for f in (same, one_of_two):
        for transform in (cp.compile, lambda g: g):
            np.testing.assert_array_equal(transform(cp.grad(f))(x), 2.0 * x)
            np.testing.assert_array_equal(transform(cp.hessian(f))(x), 2.0 * np.eye(3))
            batched = transform(cp.vmap(cp.grad(f)))(np.stack([x, -x]))
            np.testing.assert_array_equal(batched, [2.0 * x, -2.0 * x])


def test_a_copy_made_in_a_body_may_be_written_into():
    def by_scan(x):
        def body(c, _):
            y = x.copy()
            y[0] = c * y[1]
            rest = np.copy(y)[1:]
            rest[0] *= c
            return c + np.sum(np.sin(y)) * rest[0], None

        return cp.scan(body, np.sum(x) * 0.0 + 0.3, None, length=3)[0]

    def by_hand(x):
        c = 0.3
        for _ in range(3):
            c = c + (np.sin(c * x[1]) + np.sin(x[1]) + np.sin(x[2])) * x[1] * c
        return c

    def by_grad(x):
        def inner(z):
            y = (x + 0.0).copy()
            y[0] = z * y[1]
            return np.sum(y**2)

        return cp.grad(inner)(x[2])

    x = np.array([0.5, 0.2, -0.4])
    for f, right in ((by_scan, by_hand), (by_grad, lambda x: 2.0 * x[2] * x[1] ** 2)):
        for transform in (cp.compile, lambda g: g):
            np.testing.assert_allclose(transform(cp.grad(f))(x), cp.grad(right)(x), rtol=1e-13)
            found = transform(cp.vmap(cp.grad(f)))(np.stack([x, x]))
            np.testing.assert_allclose(found, [cp.grad(right)(x)] * 2, rtol=1e-13)


def test_others_may_not():
    def body(c, x):
        y = x + 0.1
        y[0] += 1.0
        return c + np.sum(y)

    with pytest.raises(EscapedError, match=r"y = x.copy\(\)"):
        cp.grad(lambda x: cp.fori_loop(0, 3, lambda i, c: body(c, x), 0.0))(np.ones(3))
