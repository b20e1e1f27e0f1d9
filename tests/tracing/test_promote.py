"""Promotion: integers that do not fit, mixed signs, complex numbers, classes of arrays."""

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import DtypeError

SMALL = np.array([1, 2, 3], np.int8)


def traced(program, *args):
    return cp.run(cp.trace(program)(*args), *args)[0]


def test_a_traced_python_int_must_fit_as_a_plain_one_must():
    for program in (lambda x, n: x + n, lambda x, n: n * x, lambda x, n: np.maximum(x, n)):
        with pytest.raises(OverflowError, match="out of bounds for int8"):
            traced(program, SMALL, 300)
    assert traced(lambda x, n: x + n, SMALL, 3).tolist() == [4, 5, 6]


def test_comparisons_look_at_the_number_itself():
    assert traced(lambda x, n: x < n, SMALL, 300).tolist() == [True] * 3
    assert traced(lambda x, n: n == x, SMALL, 256 + 1).tolist() == [False] * 3
    assert traced(lambda x, n: n <= x, SMALL.astype("uint8"), -1).tolist() == [True] * 3


def test_a_python_int_beyond_int64_meets_floats():
    assert cp.grad(lambda x: x * 2**70)(1.0) == 2.0**70
    assert traced(lambda x: x + 2**63, np.ones(1, "float32")).dtype == np.float32
    with pytest.raises(OverflowError):
        traced(lambda x: x + 2**63, np.ones(1, int))
    with pytest.raises(DtypeError, match="argument n is 1"):
        cp.trace(lambda n: n)(2**70)


def test_unsigned_and_signed_64_bits_are_not_compared():
    with pytest.raises(DtypeError, match="no dtype of a graph holds both"):
        traced(lambda x: x > np.ones(1, int), np.ones(1, "uint64"))


def test_subtract_at_of_unsigned_numbers():
    def f(x):
        y = x.copy()
        np.subtract.at(y, [0, 0], np.array([1, 2], "uint8"))
        return y

    assert traced(f, np.ones(2)).tolist() == [-2, 1]
    assert traced(f, np.full(2, 9, "uint16")).tolist() == [6, 9]


def test_choose_by_booleans_and_of_scalars():
    x = np.array([1.0, 2.0, 3.0])
    assert traced(lambda x: np.choose(x > 1, [x, -x]), x).tolist() == [1, -2, -3]
    assert isinstance(traced(lambda x: np.choose(x[0] > 1, [x[1], x[2]]), x), np.float64)
    with pytest.raises(TypeError, match="Cannot cast array data"):
        traced(lambda x: np.choose(x, [x, x]), x)


def test_memory_order_of_what_is_broadcast():
    wide = np.broadcast_to(np.arange(3.0)[:, None], (3, 2))
    assert traced(
        lambda x: np.broadcast_to(x[:, None], (3, 2)).ravel("K"), np.arange(3.0)
    ).tolist() == (wide.ravel("K").tolist())


@pytest.mark.parametrize(
    "program",
    [
        lambda x: abs(x * 1j),
        lambda x: np.exp(1j * x),
        lambda x: x.astype(complex),
        lambda x: x + np.ones(2, complex),
    ],
)
def test_complex_numbers_meet_real_ones(program):
    plain = program(np.ones(2))
    found = traced(program, np.ones(2))
    assert found.dtype == plain.dtype
    np.testing.assert_allclose(found, plain)


@pytest.mark.parametrize(
    "program",
    [
        lambda z: np.maximum(z, 0),
        lambda z: z < 1,
        lambda z: np.sign(z),
        lambda z: np.floor(z),
        lambda z: np.arctan2(z, 1.0),
    ],
)
def test_what_complex_numbers_do_not_have_is_refused_with_the_line(program):
    with pytest.raises(DtypeError) as caught:
        cp.trace(program)(np.ones(2, complex))
    assert "test_promote.py" in str(caught.value)


@pytest.mark.parametrize("program", [np.max, np.sort, np.argsort, np.argmax, np.median, np.ptp])
def test_complex_numbers_have_no_order(program):
    with pytest.raises(DtypeError, match="no order"):
        cp.trace(program)(np.ones(2, complex))


@pytest.mark.parametrize("dtype", [object, ">f8", np.longdouble, "U3", np.clongdouble])
def test_dtypes_that_are_not_traced_name_the_argument(dtype):
    with pytest.raises(DtypeError, match="argument x has dtype"):
        cp.trace(lambda x: x)(np.ones(2).astype(dtype))


@pytest.mark.parametrize(
    "array", [np.ma.array([1.0, 2.0], mask=[0, 1]), np.ones(2).view(np.recarray)]
)
def test_classes_of_arrays_are_refused(array):
    programs = (lambda x: x * array, lambda x: cnp.dot(x, array), lambda x: cnp.stack([x, array]))
    for program in (*programs, lambda x: cnp.array(array) * x):
        with pytest.raises(DtypeError, match=f"class {type(array).__name__} meets a trace"):
            cp.grad(lambda x, program=program: program(x).sum())(np.ones(2))
    with pytest.raises(DtypeError, match=r"np\.asarray"):
        cp.grad(lambda x: x.sum())(array)


def test_memory_maps_are_arrays(tmp_path):
    mapped = np.memmap(tmp_path / "x", float, "w+", shape=(2,))
    assert cp.grad(lambda x: (x * x).sum())(mapped).tolist() == [0, 0]
