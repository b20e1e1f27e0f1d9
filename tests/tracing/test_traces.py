"""Traces: what they capture, what they keep, and plain values outside them."""

import contextlib
import threading
import tracemalloc

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ClearpropError


def test_captured_arrays_become_constants_that_later_writes_do_not_change():
    data = np.array([1.0, 2.0])
    graph = cp.trace(lambda x: x * data)(np.ones(2))
    data[:] = 100.0
    np.testing.assert_array_equal(cp.run(graph, np.ones(2))[0], [1.0, 2.0])


def test_an_unchanged_array_is_captured_once():
    data = np.arange(100.0)

    def f(x):
        for _ in range(10):
            x = x * data
        return x

    assert str(cp.trace(f)(np.ones(100))).count("]#") == 10


def test_many_assignments_hold_few_copies():
    n = 100_000

    def f(x):
        y = cnp.zeros(n)
        for i in range(300):
            y[i] = x * i
        return y.sum()

    tracemalloc.start()
    slope = cp.grad(f)(2.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert slope == sum(range(300))
    assert peak < 20 * 8 * n


def test_threads_trace_side_by_side():
    found = {}

    def work(k):
        found[k] = [cp.grad(lambda x: np.sin(x) * k)(0.5) for _ in range(50)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k, slopes in found.items():
        assert slopes == [slopes[0]] * 50
        assert np.isclose(slopes[0], k * np.cos(0.5))


def test_an_error_in_the_function_leaves_no_trace_open():
    with pytest.raises(ZeroDivisionError):
        cp.grad(lambda x: 1 / 0)(1.0)
    assert type(cnp.zeros(2)) is np.ndarray
    assert cp.grad(lambda x: x * x)(3.0) == 6.0


def test_swallowed_errors_do_not_come_back():
    def f(x):
        with contextlib.suppress(TypeError):
            float(x)
        return x * 2

    def fails_later(x):
        with contextlib.suppress(TypeError):
            float(x)
        raise ValueError("mine")

    assert cp.grad(f)(1.0) == 2.0
    with pytest.raises(ValueError, match="mine"):
        cp.grad(fails_later)(1.0)


def test_an_error_of_the_user_is_not_replaced():
    def f(x):
        raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine$"):
        cp.grad(f)(1.0)


def test_generators_of_their_own_may_be_drawn_from():
    def f(x):
        return x * np.random.default_rng(3).normal()

    assert cp.grad(f)(1.0) == np.random.default_rng(3).normal()


def test_a_traced_value_says_what_it_is():
    seen = []

    def f(x):
        seen.extend([repr(x), x.shape, x.dtype, x.ndim, x.size, x.nbytes, len(x), x.T.shape])
        return x.sum()

    cp.grad(f)(np.ones((2, 3)))
    assert seen[1:] == [(2, 3), np.dtype(float), 2, 6, 48, 2, (3, 2)]
    assert seen[0].startswith("Traced(array(")


def test_unknown_attributes_are_named():
    with pytest.raises(AttributeError, match="no attribute 'foo'"):
        cp.grad(lambda x: x.foo)(1.0)
    with pytest.raises(ClearpropError, match=r"\.byteswap is not traced"):
        cp.grad(lambda x: x.byteswap())(np.ones(2))
