"""Attributes and methods: all that ``numpy.ndarray`` has works as there, or says what to do."""

import copy
import pickle

import numpy as np
import pytest

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import DetachmentError, UnsupportedError
from clearprop.tracing import bottom

UNTRACED = {
    *("argpartition", "base", "byteswap", "ctypes", "data", "dump", "dumps", "flags", "getfield"),
    *("partition", "resize", "setfield", "setflags", "strides", "tobytes", "tofile"),
}
A = np.array([[3.0, 1.0, 2.0], [4.0, 0.0, -5.0]])


def seen(program, x=A):
    """What a program sees on a traced copy of an array."""
    found = []

    def f(x):
        result = program(x.copy() if x.shape else x)
        found.append(bottom(result) if hasattr(result, "node") else result)
        return cnp.sum(x)

    cp.grad(f)(x)
    return found[0]


@pytest.mark.parametrize("name", [name for name in dir(np.ndarray) if not name.startswith("__")])
def test_every_public_name_works_or_says_what_to_write(name):
    if name in UNTRACED:
        with pytest.raises(UnsupportedError, match=rf"\.{name} is not traced") as caught:
            seen(lambda x: getattr(x, name))
        assert caught.value.remedy.startswith("Write ")
        assert "test_attributes.py" in caught.value.where
    else:
        found = seen(lambda x: getattr(x, name))
        assert callable(found) == callable(getattr(A, name))


@pytest.mark.parametrize(
    "program",
    [
        lambda x: x.trace(),
        lambda x: x.trace(1),
        lambda x: x.view(),
        lambda x: x.to_device("cpu"),
        lambda x: x.imag,
        lambda x: x.conj(),
        lambda x: x.reshape(3, 2, copy=True),
        lambda x: x.ravel("K"),
        lambda x: 4.0 in x,
        lambda x: 9.0 in x,
        lambda x: x.flat[4],
        lambda x: x.flat[1::2],
        lambda x: sum(x.flat),
        lambda x: next(x.flat),
        lambda x: len(x.flat),
        lambda x: x.flat.copy(),
        lambda x: x.device,
        lambda x: np.sum(x[0, 0], axis=0),
        lambda x: np.max(x[0, 0], axis=-1),
        lambda x: np.argmin(x[0, 0], axis=0),
    ],
)
def test_as_numpy(program):
    theirs, ours = program(A.copy()), seen(program)
    np.testing.assert_array_equal(ours, theirs)
    assert np.asarray(ours).dtype == np.asarray(theirs).dtype


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.flat.__setitem__(slice(1, None, 2), [7.0, 8.0]),
        lambda x: x.flat.__setitem__(-1, 7.0),
        lambda x: setattr(x, "flat", [1.0, 2.0]),
        lambda x: setattr(x, "real", 3.0),
        lambda x: x.conj().__setitem__(0, 9.0),
        lambda x: x.view().__setitem__(0, 9.0),
    ],
)
def test_what_writes_into_the_array(change):
    def program(x):
        change(x)
        return x

    np.testing.assert_array_equal(seen(program), program(A.copy()))


def test_put_and_flat_of_a_0d_array():
    def program(x):
        np.put(x, [0, -1], [1.0, 2.0])
        x.flat[0] = x.flat[0] * 3
        return x

    x = np.array(5.0)
    assert program(x.copy()) == 6
    assert cp.value_and_grad(lambda x: program(cnp.array(x)) * x)(5.0) == (30.0, 6.0)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (lambda x: setattr(x, "shape", (6,)), "x = x.reshape(shape)"),
        (lambda x: setattr(x, "dtype", int), "x = x.astype(dtype)"),
        (lambda x: x.partition(1), "x.sort(axis)"),
        (lambda x: x.argpartition(1), "x.argsort(axis)"),
        (lambda x: x[0, 0].is_integer(), "x == np.floor(x)"),
        (lambda x: x.tobytes(), "cp.stop_gradient(x).value.tobytes"),
        (lambda x: x.view("int64"), "x.astype(dtype)"),
        (lambda x: {x[0, 0]: 1}, "not hashable"),
    ],
)
def test_what_is_refused_names_the_spelling(program, words):
    with pytest.raises(UnsupportedError) as caught:
        seen(program)
    assert words in str(caught.value)
    assert "test_attributes.py" in str(caught.value)


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="no attribute 'foo'"):
        seen(lambda x: x.foo)


def test_copies_and_pickles():
    assert seen(lambda x: copy.deepcopy([x])[0]).tolist() == A.tolist()
    with pytest.raises(DetachmentError, match="pickling x"):
        seen(pickle.dumps)


def test_the_value_behind_stop_gradient_is_a_copy():
    def f(x):
        y = x * 2
        numbers = cp.stop_gradient(y).value
        numbers[...] = 100
        return cnp.sum(y * y)

    value, slope = cp.value_and_grad(f)(np.ones(2))
    assert (value, slope.tolist()) == (8.0, [8.0, 8.0])
