"""vmap of branches and loops: each element as if it were alone, in value and derivatives."""

import numpy as np
import pytest

import clearprop as cp

XS = np.array([0.4, 1.7, -0.6, 1.1, 2.5])


def branch(x):
    return cp.cond(x > 1, lambda x: x * x * np.sin(x), lambda x: np.exp(-x) * x, x)


def branch_for_all(x):
    return cp.cond(True, np.sin, np.cos, x) * x


def scanned(x):
    def step(c, t):
        h, n = c
        return (np.sin(h) * x + t, n + 1), h * t

    (h, _), ys = cp.scan(step, (x, 0), np.arange(4.0))
    return h + np.sum(ys**2)


def scanned_over_the_element(x):
    carry, ys = cp.scan(lambda c, t: (c * 0.5 + t, c * t), 1.0, np.stack([x, x * x, 1.0]))
    return carry * np.sum(ys)


def loop_of_one_length(x):
    return cp.while_loop(lambda s: s[0] < 4, lambda s: (s[0] + 1, s[1] * np.cos(x)), (0, x))[1]


def loop_of_many_lengths(x):
    def trip(s):
        n, y = s
        return n + 1, y * 1.5 + np.sin(x * n)

    n, y = cp.while_loop(lambda s: np.abs(s[1]) < 20.0, trip, (1.0, x))
    return y * np.cos(x) + n


def loop_in_loop(x):
    def outer(s):
        i, y = s
        y = cp.while_loop(lambda z: np.abs(z) > 1.0, lambda z: z * np.sin(z) / 1.7, y + x * i)
        return i + 1, cp.cond(y > 0.2, np.tanh, lambda y: y * x, y)

    return cp.while_loop(lambda s: s[0] * np.abs(x) < 5.0, outer, (1, x))[1]


def checkpointed(x):
    return cp.checkpoint(lambda y: np.sin(y) * x)(x * x)


def custom(x):
    f = cp.custom_derivative(lambda a, b: np.sin(a) * b)
    f.defvjp(
        lambda a, b: (f(a, b), (a, b)), lambda k, ct: (ct * np.cos(k[0]) * k[1], ct * np.sin(k[0]))
    )
    return f(x, x * 2.0)


FUNCTIONS = [
    branch,
    branch_for_all,
    scanned,
    scanned_over_the_element,
    loop_of_one_length,
    loop_of_many_lengths,
    loop_in_loop,
    checkpointed,
    custom,
]
each = pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)


def pushed(f):
    return lambda x: cp.jvp(f, (x,), (1.0,))[1]


def assert_mapped(f, xs=XS):
    np.testing.assert_allclose(
        cp.vmap(f)(xs), np.array([f(x) for x in xs.tolist()]), rtol=1e-12, atol=1e-12
    )


@each
def test_values(f):
    assert_mapped(f)


@each
def test_derivatives_of_each_element(f):
    assert_mapped(cp.grad(f))
    assert_mapped(pushed(f))


@each
def test_derivatives_of_the_batch(f):
    whole = cp.grad(lambda xs: np.sum(cp.vmap(f)(xs)))(XS)
    np.testing.assert_allclose(whole, [cp.grad(f)(x) for x in XS.tolist()], rtol=1e-11)
    _, along = cp.jvp(cp.vmap(f), (XS,), (np.ones(5),))
    np.testing.assert_allclose(along, whole, rtol=1e-11)


@each
def test_second_derivatives(f):
    expected = np.array([cp.grad(cp.grad(f))(x) for x in XS.tolist()])
    for outer in (cp.grad, pushed):
        for inner in (cp.grad, pushed):
            mapped = cp.vmap(outer(inner(f)))(XS)
            np.testing.assert_allclose(mapped, expected, rtol=1e-9, atol=1e-9)
    whole = cp.jacobian(cp.grad(lambda xs: np.sum(cp.vmap(f)(xs))))(XS)
    np.testing.assert_allclose(whole, np.diag(expected), rtol=1e-9, atol=1e-9)


@each
def test_batches_of_batches(f):
    grid = np.stack([XS, XS[::-1] * 0.9])
    expected = np.array([[f(x) for x in row] for row in grid.tolist()])
    np.testing.assert_allclose(cp.vmap(cp.vmap(f))(grid), expected, rtol=1e-12, atol=1e-12)
    slopes = np.array([[cp.grad(f)(x) for x in row] for row in grid.tolist()])
    np.testing.assert_allclose(cp.vmap(cp.vmap(cp.grad(f)))(grid), slopes, rtol=1e-11, atol=1e-12)


def test_each_element_may_bring_its_own_weights():
    rng = np.random.default_rng(0)
    matrices, starts = 0.3 * rng.normal(size=(4, 3, 3)), rng.normal(size=(4, 3))

    def run(A, h):
        return cp.scan(lambda h, x: (np.tanh(A @ h + x), h), h, np.ones((5, 3)))[0]

    expected = np.stack([run(A, h) for A, h in zip(matrices, starts, strict=True)])
    np.testing.assert_allclose(cp.vmap(run)(matrices, starts), expected, rtol=1e-12)
    shared = cp.vmap(run, in_axes=(None, 0))(matrices[0], starts)
    np.testing.assert_allclose(shared, np.stack([run(matrices[0], h) for h in starts]), rtol=1e-12)
    slopes = cp.vmap(cp.grad(lambda A, h: np.sum(run(A, h))), in_axes=(None, 0))(
        matrices[0], starts
    )
    each_alone = [cp.grad(lambda A, h: np.sum(run(A, h)))(matrices[0], h) for h in starts]
    np.testing.assert_allclose(slopes, np.stack(each_alone), rtol=1e-11)


def test_no_elements():
    for f in FUNCTIONS:
        assert cp.vmap(f)(np.zeros(0)).shape == (0,)


# Elements that take no part -----------------------------------------------------------------------


def row(x, y):
    """A loop on vectors, of as many trips as the element needs, with weights that all share."""
    matrix = np.array([[0.9, 0.2, 0.1], [0.1, 0.8, 0.3], [0.2, -0.2, 0.7]])
    return np.sum(
        cp.while_loop(
            lambda s: np.sum(s**2) < 9.0,
            lambda s: 1.4 * ((matrix * y) @ s) + x * y[0] + 0.1 * s**2,
            x,
        )
    )


def test_vectors_of_a_batch_as_long_as_they_are():
    """A mask of 3 elements must not be taken for one of 3 columns."""
    xs, y = np.array([[0.1, 0.2, 0.3], [1.0, 0.3, 2.0], [0.2, 0.4, -0.1]]), 1.1 * np.ones(3)
    by_both = cp.grad(row, argnums=(0, 1))
    alone = [by_both(x, y) for x in xs]
    slopes, shared = cp.vmap(by_both, in_axes=(0, None))(xs, y)
    np.testing.assert_allclose(slopes, [a for a, _ in alone], rtol=1e-12)
    np.testing.assert_allclose(shared, [b for _, b in alone], rtol=1e-12)

    def whole(xs, y):
        return np.sum(cp.vmap(row, in_axes=(0, None))(xs, y))

    slopes, shared = cp.grad(whole, argnums=(0, 1))(xs, y)
    np.testing.assert_allclose(slopes, [a for a, _ in alone], rtol=1e-12)
    np.testing.assert_allclose(shared, sum(b for _, b in alone), rtol=1e-12)
    nested = np.stack([xs, 0.9 * xs[::-1]])
    twice = cp.grad(lambda y: np.sum(cp.vmap(whole, in_axes=(0, None))(nested, y)))(y)
    np.testing.assert_allclose(
        twice, cp.grad(whole, 1)(nested[0], y) + cp.grad(whole, 1)(nested[1], y)
    )
    seconds = cp.hessian(whole, argnums=1)(xs, y)
    np.testing.assert_allclose(seconds, sum(cp.hessian(row, argnums=1)(x, y) for x in xs))


def guarded(x):
    return cp.cond(x > 0, np.sqrt, lambda x: 0.0 * x, x) + cp.cond(x > 1, np.log, np.exp, x)


def logarithms(x):
    return cp.while_loop(lambda y: y > 0.01, lambda y: np.log(y) + 0.1 + 0.1 * y, x)


@pytest.mark.parametrize("f", [guarded, logarithms])
def test_nothing_is_computed_that_would_warn(f):
    xs = np.array([3.0, 1.5, 0.5, -1.0])
    with np.errstate(all="raise"):
        assert_mapped(f, xs)
        for derivative in (cp.grad(f), pushed(f), cp.grad(cp.grad(f)), pushed(cp.grad(f))):
            assert_mapped(derivative, xs)
        whole = cp.grad(lambda xs: np.sum(cp.vmap(f)(xs)))(xs)
    np.testing.assert_allclose(whole, [cp.grad(f)(x) for x in xs.tolist()], rtol=1e-12)


def test_no_index_is_out_of_bounds_that_would_not_be_so_alone():
    x = np.array([1.0, 2.0, 3.0])

    def tail(start, x):
        return cp.while_loop(
            lambda s: s[0] < 3, lambda s: (s[0] + 1, s[1] + x[s[0]] ** 2), (start, 0.0)
        )[1]

    def element(i, x):
        return cp.cond(i < 3, lambda: x[i], lambda: 0.0)

    starts = np.array([2, 0, 3])
    np.testing.assert_array_equal(cp.vmap(tail, in_axes=(0, None))(starts, x), [9.0, 14.0, 0.0])
    np.testing.assert_array_equal(cp.vmap(tail)(starts, np.stack([x, x, x])), [9.0, 14.0, 0.0])
    slopes = cp.vmap(cp.grad(tail, argnums=1), in_axes=(0, None))(starts, x)
    np.testing.assert_array_equal(slopes, [[0, 0, 6], [2, 4, 6], [0, 0, 0]])
    np.testing.assert_array_equal(cp.vmap(element, in_axes=(0, None))(starts, x), [3.0, 1.0, 0.0])
    np.testing.assert_array_equal(cp.vmap(element, in_axes=(0, None))(starts[2:], x), [0.0])
    slopes = cp.vmap(cp.grad(element, argnums=1), in_axes=(0, None))(starts, x)
    np.testing.assert_array_equal(slopes, [[0, 0, 1], [1, 0, 0], [0, 0, 0]])
