"""Starts of every form: SciPy's own flat ones, and nested containers."""

from collections import namedtuple

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError, DtypeError, ShapeError, UnsupportedError
from clearprop.scipy.layout import Layout

Pair = namedtuple("Pair", "a b")
NESTED = {"w": np.arange(6.0).reshape(2, 3), "b": [1.0, (np.float64(2), np.array(3.0))]}


@pytest.mark.parametrize(
    "x0",
    [2.0, 2, np.float32(2), np.array(2.0), [2], (2.0,), np.array([2]), [np.float64(2)]],
    ids=repr,
)
def test_what_scipy_takes_for_a_vector_is_one(x0):
    layout = Layout(x0)
    assert not layout.nested
    np.testing.assert_array_equal(layout.start, [2.0])
    assert layout.start.dtype == np.float64
    assert layout.argument(layout.start) is layout.start


def test_a_start_is_copied():
    x0 = np.ones(2)
    Layout(x0).start[0] = 5.0
    np.testing.assert_array_equal(x0, 1.0)


def test_a_container_goes_in_and_out():
    layout = Layout(NESTED)
    np.testing.assert_array_equal(layout.start, [1, 2, 3, 0, 1, 2, 3, 4, 5])
    again = layout.argument(layout.start * 2)
    np.testing.assert_array_equal(again["w"], NESTED["w"] * 2)
    first, (second, third) = again["b"]
    assert (first, second, third) == (2.0, 4.0, 6.0)
    assert (type(first), type(second), third.shape) == (float, np.float64, ())


@pytest.mark.parametrize(
    "x0", [np.eye(2), [np.ones(2), 1.0], Pair(1.0, 2.0), [[1.0, 2.0], [3.0, 4.0]], {"x": 1.0}]
)
def test_other_forms_are_containers(x0):
    layout = Layout(x0)
    assert layout.nested
    assert type(layout.argument(layout.start)) is type(x0)


def test_values_of_the_same_form_lie_in_the_same_order():
    layout = Layout(NESTED)
    same = layout.vector({"w": 7.0, "b": [1, (2, 3)]}, "it")
    np.testing.assert_array_equal(same, [1, 2, 3, 7, 7, 7, 7, 7, 7])
    assert layout.vector(0.5, "it") == 0.5
    flat = np.arange(9.0)
    assert layout.vector(flat, "it") is flat


def test_values_of_another_form():
    layout = Layout(NESTED)
    with pytest.raises(ArgumentError, match="the bound has not the form of x0"):
        layout.vector({"w": 1.0}, "the bound")
    with pytest.raises(ArgumentError, match="the bound has not the form of x0"):
        layout.vector({"w": np.ones(4), "b": [1, (2, 3)]}, "the bound")


@pytest.mark.parametrize(
    ("x0", "words"),
    [
        ("abc", "x0 is of type str"),
        ([1.0, "abc"], r"x0\[1\] is of type str"),
        (1j, "x0 is of type complex"),
        ([1.0, 1j], "x0 is of type complex128"),
        (True, "x0 is of type bool"),
        (np.array(["a"]), "x0 is of type <U1"),
        ({"n": 3, "x": 1.0}, r"x0\['n'\] is of type int.*3\.0 instead of 3"),
        ({"x": np.arange(3)}, r"x0\['x'\] is of type int64"),
    ],
)
def test_starts_that_are_not_real_numbers(x0, words):
    with pytest.raises(DtypeError, match=words):
        Layout(x0)


@pytest.mark.parametrize("x0", [[], None, {}, np.zeros((0, 2))])
def test_starts_without_an_element(x0):
    with pytest.raises(ShapeError, match="x0 has no element"):
        Layout(x0)


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [x], lambda x: {"x": x}])
def test_a_start_that_is_being_differentiated(wrap):
    with pytest.raises(UnsupportedError, match="differentiated outside"):
        cp.grad(lambda x: Layout(wrap(x)).start[0])(1.0)
