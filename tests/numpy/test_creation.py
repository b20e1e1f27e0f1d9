"""Creation functions: NumPy's outside a trace, arrays that can hold traced values inside one."""

import numpy
import pytest

import clearprop as cp
import clearprop.numpy as np
from clearprop.errors import EscapedError
from clearprop.tracing import Traced, bottom
from tests.numpy.running import traced

MAKERS = {
    "zeros": lambda: np.zeros((2, 3)),
    "zeros of ints": lambda: np.zeros(4, int),
    "zeros as a dtype": lambda: np.zeros(2, numpy.dtype("float32")),
    "zeros in Fortran order": lambda: np.zeros((2, 3), order="F"),
    "zeros of no shape": lambda: np.zeros(()),
    "ones": lambda: np.ones((2, 3), dtype="int8"),
    "full": lambda: np.full((2, 2), 7),
    "full of a row": lambda: np.full((2, 3), [1.0, 2.0, 3.0]),
    "full of booleans": lambda: np.full(3, True),
    "zeros_like": lambda: np.zeros_like(numpy.ones((2, 3), order="F")),
    "ones_like": lambda: np.ones_like([1, 2]),
    "full_like": lambda: np.full_like(numpy.ones((2, 3)), 2.5, shape=(4,)),
    "array": lambda: np.array([[1, 2], [3, 4.5]]),
    "array of bools": lambda: np.array([True, False]),
    "array of a number": lambda: np.array(2.0),
    "array of axes": lambda: np.array([1, 2], ndmin=3),
    "array of dtype": lambda: np.array([1, 2], "float32"),
    "array in Fortran order": lambda: np.array([[1, 2], [3, 4]], order="F"),
    "asarray": lambda: np.asarray([1.0, 2.0]),
    "asanyarray": lambda: np.asanyarray([1, 2], float),
    "ascontiguousarray": lambda: np.ascontiguousarray(3.0),
    "copy": lambda: np.copy(numpy.ones((2, 3)).T),
    "arange": lambda: np.arange(5),
    "arange by steps": lambda: np.arange(1.0, 2.0, 0.25),
    "arange of dtype": lambda: np.arange(5, dtype="float32"),
    "arange to nowhere": lambda: np.arange(5, 2),
    "linspace": lambda: np.linspace(0, 1, 5),
    "logspace": lambda: np.logspace(0, 1, 5),
    "geomspace": lambda: np.geomspace(1, 8, 4),
    "eye": lambda: np.eye(3, 4, 1),
    "identity": lambda: np.identity(3, int),
    "tri": lambda: np.tri(3, k=-1),
    "indices": lambda: np.indices((2, 3)),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_the_same_inside_and_outside(make):
    outside = make()
    assert isinstance(outside, numpy.ndarray)
    inside, _ = traced(lambda x: make(), (1.0,))
    assert inside.__class__ is Traced
    assert inside.is_array
    assert not inside.type.weak
    numbers = numpy.asarray(bottom(inside))
    numpy.testing.assert_array_equal(numbers, outside)
    assert (inside.dtype, inside.shape) == (outside.dtype, outside.shape)
    assert numbers.strides == outside.strides


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_they_can_be_written_into(make):
    def program(x):
        made = make()
        made[...] = 1
        if made.dtype != bool:
            made += 1
        return made

    result, _ = traced(program, (1.0,))
    assert (numpy.asarray(bottom(result)) == (1 if result.dtype.kind == "b" else 2)).all()


def test_they_hold_traced_values():
    def f(x):
        y = np.zeros(3)
        y[0], y[1] = x, x * x
        y[2:] = [y[0] + y[1]]
        z = np.empty((2, 3))
        z[0], z[1] = y, np.full(3, x)
        return np.sum(z * np.arange(6.0).reshape(2, 3))

    x = 1.5
    assert cp.grad(f)(x) == pytest.approx(0 + 2 * x + 2 * (1 + 2 * x) + 12)


def test_dtypes_that_graphs_do_not_hold_stay_numpys():
    def f(x):
        assert isinstance(np.array(["a", "b"]), numpy.ndarray)
        assert isinstance(np.zeros(2, numpy.longdouble), numpy.ndarray)
        return x

    assert cp.grad(f)(1.0) == 1


def test_asarray_of_an_array_is_that_array():
    mine = numpy.ones(3)

    def f(x):
        y = x.copy()
        assert np.asarray(y) is y
        assert np.asarray(y, float) is y
        assert np.asarray(y, "float32") is not y
        assert np.array(y) is not y
        assert np.array(y, copy=None) is y
        assert np.asarray(mine) is mine
        assert np.asarray(y[0]).is_array
        return y.sum()

    cp.grad(f)(numpy.ones(3))


def test_no_copy_where_one_is_needed():
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        cp.trace(lambda x: np.asarray(x, "float32", copy=False))(numpy.ones(2))


def test_memory_order_is_kept_or_made():
    def f(x):
        y = x.T
        orders = {order: bottom(np.array(y, order=order)).flags.c_contiguous for order in "CFAK"}
        assert orders == {"C": True, "F": False, "A": False, "K": False}
        assert bottom(y.copy()).flags.c_contiguous
        assert bottom(numpy.copy(y)).flags.f_contiguous
        assert bottom(np.copy(y)).flags.f_contiguous
        assert bottom(np.zeros_like(y)).flags.f_contiguous
        assert np.ascontiguousarray(x) is x
        return x.sum()

    cp.grad(f)(numpy.ones((2, 3)))


def test_isscalar():
    def f(x):
        assert np.isscalar(x[0])
        assert not np.isscalar(x)
        assert np.isscalar(1.0)
        return x[0]

    cp.grad(f)(numpy.ones(2))


def test_captured_lists_and_constants_do_not_follow_later_changes():
    mine = numpy.array([1.0, 2.0])

    def f(x):
        y = np.array(mine)
        mine[0] = 100.0
        z = np.array(mine)
        mine[0] = 1.0
        return np.sum(x * y) + np.sum(x * z)

    assert cp.grad(f)(numpy.ones(2)).tolist() == [101.0, 4.0]


def test_nested_traces_make_arrays_of_the_inner_one():
    def inner(y, x):
        z = np.zeros(2)
        z[0], z[1] = y, x * y
        return z[0] * z[1]

    assert cp.grad(lambda x: cp.grad(inner)(x, x))(3.0) == 12.0


def test_a_value_that_escaped_is_refused():
    kept = []
    cp.grad(lambda x: (kept.append(x), x)[1])(1.0)
    with pytest.raises(EscapedError):
        np.full(3, kept[0])
    with pytest.raises(EscapedError):
        np.array([kept[0], 1.0])


def test_zeros_are_no_large_constant():
    graph = cp.trace(lambda x: np.zeros((1000, 1000)) + x)(1.0)
    assert len(str(graph)) < 500
