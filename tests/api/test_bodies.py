"""Bodies of loops and branches under strain: what they close over, return, raise and carry."""

import threading

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ArgumentError, DtypeError, EscapedError, ShapeError, TraceError
from clearprop.tracing import CURRENT
from tests.api.orders import assert_derivatives

# What stands in a body happens there --------------------------------------------------------------


def test_a_branch_that_is_not_taken_has_no_derivative_even_by_what_it_closes_over():
    def f(x):
        return cp.cond(x > 0, lambda: np.sqrt(x) + np.log(x), lambda: x * 2)

    with np.errstate(all="raise"):
        assert cp.grad(f)(0.0) == 2.0
        assert cp.grad(f)(-1.0) == 2.0
        assert cp.jvp(f, (-1.0,), (1.0,)) == (-2.0, 2.0)
    assert_derivatives(f, 0.7)


def test_a_loop_of_no_trips_does_nothing():
    def f(x):
        y = cp.while_loop(lambda y: y < -1.0, lambda y: y + np.sqrt(x), x)
        return cp.scan(lambda c, _: (c + np.log(x), None), y, length=0)[0]

    with np.errstate(all="raise"):
        assert cp.grad(f)(0.0) == 1.0


def test_arrays_may_be_made_and_written_into_within_a_branch():
    def f(x):
        def branch():
            w = x * 2
            w[0] = w[1] ** 2
            return np.sum(w)

        return cp.cond(x[0] > 0, branch, lambda: np.sum(x))

    np.testing.assert_array_equal(cp.grad(f)(np.array([1.0, 3.0])), [0.0, 26.0])


def test_views_of_outer_arrays_are_seen_as_they_are():
    def f(x):
        w = x * 1.0
        view = w[1:]
        w[1] = x[0] * 5
        return cp.cond(x[0] > 0, lambda: np.sum(view) * w[0], lambda: 0.0) + view[0]

    def by_python(x):
        w = x * 1.0
        view = w[1:]
        w[1] = x[0] * 5
        return np.sum(view) * w[0] + view[0]

    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(cp.grad(f)(x), cp.grad(by_python)(x))


def test_values_from_several_levels():
    def f(x):
        def outer(c, t):
            def goes_on(z):
                return z < 3 * x

            def trip(z):
                return cp.cond(z > c, lambda w: w * x + c * t, lambda w: w + z * z + x, z)

            return cp.while_loop(goes_on, trip, c), c

        last, kept = cp.scan(outer, x, np.array([1.0, 0.5]))
        return last + np.sum(kept)

    def by_python(x):
        c, kept = x, []
        for t in (1.0, 0.5):
            kept.append(c)
            z = c
            while z < 3 * x:
                z = z * x + c * t if z > c else z + z * z + x
            c = z
        return c + sum(kept)

    assert f(0.7) == pytest.approx(by_python(0.7))
    assert_derivatives(f, 0.7)
    np.testing.assert_allclose(cp.grad(cp.grad(f))(0.7), cp.grad(cp.grad(by_python))(0.7))


def everything(x):
    """A scan in a branch in a while loop, with a derivative in it."""

    def trip(state):
        n, y = state

        def scanned(y):
            return cp.scan(lambda c, t: (np.sin(c) * x + t * y, c), y, np.arange(3.0))[0]

        slope = cp.grad(lambda z: z**3 * x)(y)
        return n + 1, cp.cond(n % 2 == 0, scanned, lambda y: y * 0.5 + slope, y)

    return cp.while_loop(lambda state: state[0] < 3, trip, (0, x))[1]


def test_scan_in_cond_in_while_with_grad_inside():
    assert_derivatives(everything, 0.3)
    xs = np.array([0.3, 0.4, -0.7])
    slopes = [cp.grad(everything)(x) for x in xs.tolist()]
    np.testing.assert_allclose(cp.vmap(cp.grad(everything))(xs), slopes, rtol=1e-12)
    _, along = cp.jvp(lambda xs: cp.vmap(cp.grad(everything))(xs), (xs,), (np.ones(3),))
    second = [cp.grad(cp.grad(everything))(x) for x in xs.tolist()]
    np.testing.assert_allclose(along, second, rtol=1e-11)


# Carries ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "uint16", "int64"])
def test_the_carry_keeps_its_dtype(dtype):
    start = np.ones(2, dtype)
    last, ys = cp.scan(lambda c, x: (c * 2 + x, c), start, np.arange(3, dtype=dtype))
    assert last.dtype == ys.dtype == dtype
    np.testing.assert_array_equal(last, [12, 12])


def test_python_numbers_are_weak_in_a_body_and_strong_as_a_carry():
    assert cp.fori_loop(0, 3, lambda i, c: c * 2.0 + 1, np.float32(1)).dtype == np.float32
    assert cp.fori_loop(0, 3, lambda i, c: c + 1, 0).dtype == np.int64
    slope = cp.grad(lambda x: cp.fori_loop(0, 3, lambda i, c: c * 2.0, x))(np.float32(3))
    assert slope == 8
    assert slope.dtype == np.float32


def test_truth_values_dicts_and_none_in_a_carry():
    def step(c, x):
        return {"any": c["any"] | (x > 1), "none": None, "sum": [c["sum"][0] + x]}, None

    carry, ys = cp.scan(step, {"any": False, "none": None, "sum": [0.0]}, np.arange(3.0))
    assert carry == {"any": np.True_, "none": None, "sum": [3.0]}
    assert ys is None


def test_no_carry_no_slices_no_result():
    assert cp.cond(True, lambda: None, lambda: None) is None
    assert cp.while_loop(lambda c: False, lambda c: c, None) is None
    carry, ys = cp.scan(lambda c, x: (None, {"y": x}), None, np.arange(3.0))
    assert carry is None
    np.testing.assert_array_equal(ys["y"], np.arange(3.0))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0,), (0, 0)])
def test_empty_slices(shape):
    def f(xs):
        total, ys = cp.scan(lambda c, x: (c + np.sum(x), x * 2), 0.0, xs)
        return total + np.sum(ys)

    xs = np.ones(shape)
    assert f(xs) == 3 * xs.size
    assert cp.grad(f)(xs).shape == shape


def test_what_is_read_by_a_traced_index():
    x = np.array([1.0, 5.0, 2.0])
    assert_slopes = np.testing.assert_array_equal
    assert_slopes(
        cp.grad(lambda x: cp.fori_loop(0, 3, lambda i, c: c + x[i] * x[2 - i], 0.0))(x), [4, 10, 2]
    )
    assert_slopes(cp.grad(lambda x: cp.fori_loop(-3, 0, lambda i, c: c + x[i], 0.0))(x), [1, 1, 1])
    assert cp.grad(lambda x: cp.fori_loop(0, len(x), lambda i, c: c + x[i], 0.0))(x[:0]).shape == (
        0,
    )


def test_an_index_out_of_bounds_matters_only_where_it_is_used():
    def f(x):
        i = np.argmax(x) + 1
        return cp.cond(i < 3, lambda: x[i], lambda: x[0] * 3)

    np.testing.assert_array_equal(cp.grad(f)(np.array([1.0, 2.0, 3.0])), [3.0, 0.0, 0.0])
    np.testing.assert_array_equal(cp.grad(f)(np.array([1.0, 4.0, 3.0])), [0.0, 0.0, 1.0])
    with pytest.raises(IndexError, match="index 3 is out of bounds"):
        cp.grad(lambda x: cp.fori_loop(0, 5, lambda i, c: c + x[i], 0.0))(np.ones(3))


def test_nan_and_infinity_go_through():
    def f(x):
        return cp.scan(lambda c, _: (c * x, None), x, length=3)[0]

    assert np.isnan(cp.grad(f)(np.nan))
    assert cp.grad(f)(np.inf) == np.inf
    assert cp.while_loop(lambda c: c < 3, lambda c: c * 2, np.nan) is not None


def test_keys_go_through_a_scan():
    def step(carry, scale):
        key, total = carry
        first, second = cp.random.split(key)
        return (first, total + scale * cp.random.normal(second)), cp.random.uniform(second)

    def by_python(key, scales):
        carry, drawn = (key, 0.0), []
        for scale in scales:
            carry, y = step(carry, scale)
            drawn.append(y)
        return carry[1], np.array(drawn)

    scales = np.array([1.0, 2.0, 0.5])
    (_, total), drawn = cp.scan(step, (cp.random.key(3), 0.0), scales)
    expected = by_python(cp.random.key(3), scales)
    assert total == pytest.approx(expected[0])
    np.testing.assert_array_equal(drawn, expected[1])
    keys = cp.random.split(cp.random.key(4), 3)
    totals = cp.vmap(lambda key: cp.scan(step, (key, 0.0), scales)[0][1])(keys)
    np.testing.assert_allclose(totals, [by_python(key, scales)[0] for key in keys])


# Pulling back through one loop inside another -----------------------------------------------------


def pulled_in_a_scan(x):
    _, pull = cp.vjp(lambda x: cp.while_loop(lambda y: y < 3, lambda y: y * y + 1 + x, x), x)
    last, ys = cp.scan(lambda c, t: (0.1 * (c * t + pull(t * c)[0]), c), x, np.arange(1.0, 4.0) * x)
    return last + np.sum(ys**2)


def pulled_in_a_while_loop(x):
    _, pull = cp.vjp(lambda x: cp.while_loop(lambda y: y < 3, lambda y: y * y + 1 + x, x), x)
    return cp.while_loop(lambda c: abs(c) < 15, lambda c: c + 1 + 0.1 * pull(c)[0] ** 2, x)


def pulled_in_a_branch(x):
    _, pull = cp.vjp(lambda x: cp.while_loop(lambda y: y < 3, lambda y: y * y + 1.5, x), x)
    return cp.cond(x > 0, lambda: pull(x * x)[0], lambda: pull(2 * x)[0] * x)


@pytest.mark.parametrize("f", [pulled_in_a_scan, pulled_in_a_while_loop, pulled_in_a_branch])
def test_what_a_loop_kept_may_be_used_in_another(f):
    assert_derivatives(f, 0.3)
    xs = np.array([0.3, 0.4, -0.2, 1.3])
    for made in (cp.grad(f), cp.grad(cp.grad(f))):
        one_by_one = [made(x) for x in xs.tolist()]
        np.testing.assert_allclose(cp.vmap(made)(xs), one_by_one, rtol=1e-10)
    whole = cp.grad(lambda xs: np.sum(cp.vmap(f)(xs)))(xs)
    np.testing.assert_allclose(whole, [cp.grad(f)(x) for x in xs.tolist()], rtol=1e-10)


# Ways out -----------------------------------------------------------------------------------------


class OwnError(Exception):
    pass


def raising(error):
    def body(*args):
        raise error

    return body


@pytest.mark.parametrize(
    "error", [OwnError("mine"), KeyboardInterrupt(), ZeroDivisionError("by hand")]
)
@pytest.mark.parametrize(
    "program",
    [
        lambda body: cp.cond(True, body, body, 1.0),
        lambda body: cp.scan(body, 0.0, np.ones(3)),
        lambda body: cp.while_loop(body, lambda c: c, 0.0),
        lambda body: cp.while_loop(lambda c: c < 1, body, 0.0),
        lambda body: cp.fori_loop(0, 3, body, 0.0),
        lambda body: cp.grad(lambda x: cp.scan(body, x, np.ones(3))[0])(1.0),
        lambda body: cp.vmap(lambda x: cp.cond(x > 0, body, body, x))(np.ones(3)),
        lambda body: cp.grad(cp.checkpoint(body))(1.0),
    ],
)
def test_what_a_body_raises_passes_unchanged_and_no_trace_stays_open(program, error):
    with pytest.raises(type(error)) as caught:
        program(raising(error))
    assert caught.value is error
    assert CURRENT.get() is None
    assert cp.grad(lambda x: x * x)(3.0) == 6.0


def test_a_value_that_escapes_from_a_body_is_of_no_use():
    kept = []

    def step(c, _):
        kept.append(c)
        return c, None

    cp.scan(step, 0.0, length=2)
    with pytest.raises(EscapedError, match="after its trace closed"):
        kept[0] + 1


def test_outer_arrays_are_not_written_into():
    def f(x):
        w = x * 2

        def branch():
            w[0] = 1.0
            return np.sum(w)

        return cp.cond(x[0] > 0, branch, lambda: np.sum(w))

    with pytest.raises(EscapedError, match="enclosing trace"):
        cp.grad(f)(np.ones(2))


def test_threads_do_not_meet():
    found = {}

    def work(scale):
        f = lambda x: cp.scan(lambda c, t: (np.sin(c) * t, c), x, np.arange(1.0, 4.0))[0]  # noqa: E731
        found[scale] = {cp.grad(f)(0.1 * scale) for _ in range(10)}

    threads = [threading.Thread(target=work, args=(scale,)) for scale in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(found[scale]) for scale in range(4)] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("program", "error", "said"),
    [
        (lambda: cp.cond(True, lambda: "a", lambda: "b"), DtypeError, "true_fn.* is of type str"),
        (lambda: cp.cond("x", abs, abs, 1.0), ShapeError, "pred is of type <U1"),
        (lambda: cp.cond(None, abs, abs, 1.0), ShapeError, "pred is of type NoneType"),
        (lambda: cp.cond(True, lambda: {"a": 1.0}, lambda: {"b": 1.0}), ShapeError, "'b'"),
        (lambda: cp.scan(lambda c, x: (c, x), 0.0, length=2.5), ArgumentError, "length is 2.5"),
        (lambda: cp.scan(lambda c, x: (c, x), 0.0, [1.0, 2.0]), ShapeError, "np.array"),
        (lambda: cp.scan(lambda c, x: (c, x), object(), np.ones(2)), DtypeError, "type object"),
        (
            lambda: cp.scan(lambda c, x: (c, x), np.ma.ones(2), np.ones(2)),
            DtypeError,
            "MaskedArray",
        ),
        (
            lambda: cp.scan(lambda c, x: (c + x, x), np.float32(0), np.ones(2)),
            ShapeError,
            "float64",
        ),
        (lambda: cp.scan(None, 0.0, np.ones(2)), ArgumentError, "f is of type NoneType"),
        (lambda: cp.while_loop(lambda c: None, lambda c: c, 0.0), DtypeError, "nothing"),
        (lambda: cp.while_loop(lambda c: c < 1, lambda c: None, 0.0), ShapeError, "returns None"),
        (lambda: cp.fori_loop("a", 3, lambda i, c: c, 0.0), ArgumentError, "lower is of type <U1"),
        (lambda: cp.fori_loop(0, 2**70, lambda i, c: c, 0.0), ArgumentError, "64 bits"),
        (lambda: cp.fori_loop(0, True, lambda i, c: c, 0.0), ArgumentError, "bool"),
        (
            lambda: cp.grad(lambda x: cp.cond(x > 0, lambda: x if x > 1 else -x, lambda: x))(2.0),
            TraceError,
            "decides on a value",
        ),
        (
            lambda: cp.fori_loop(0, 3, lambda i, c: c + np.arange(3.0)[i], 0.0),
            Exception,
            r"clearprop.numpy.array\(a\)\[x\]",
        ),
        (
            lambda: cp.scan(lambda c, x: (c + cnp.sum(x[x > 0]), x), 0.0, np.ones((2, 2))),
            TraceError,
            "np.where",
        ),
    ],
)
def test_wrong_use_names_the_line_and_the_remedy(program, error, said):
    with pytest.raises(error, match=said) as caught:
        program()
    assert "test_bodies.py" in str(caught.value)
