"""What a call's arguments are named, and what they may be."""

import functools
from dataclasses import dataclass

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import ArgumentError, DtypeError


class Net:
    def loss(self, weights, bias):
        return weights * bias

    @classmethod
    def of_class(cls, weights):
        return weights * 2

    def __call__(self, x):
        return x * x


@pytest.mark.parametrize(
    ("function", "args", "names"),
    [
        (Net().loss, (1.0, 2.0), ["weights", "bias"]),
        (Net.of_class, (1.0,), ["weights"]),
        (Net(), (1.0,), ["x"]),
        (functools.partial(Net().loss, 3.0), (2.0,), ["bias"]),
        (lambda *rest: rest[0], (1.0,), ["arg0"]),
        (np.sin, (1.0,), ["x"]),
    ],
)
def test_inputs_are_named_as_the_function_names_its_parameters(function, args, names):
    assert [value.name for value in cp.trace(function)(*args).inputs] == names


@dataclass
class Opaque:
    weights: float


@pytest.mark.parametrize("argument", [Opaque(2.0), "text", {1.0, 2.0}, True])
def test_an_argument_without_numbers_has_no_gradient(argument):
    with pytest.raises(DtypeError, match="no number to differentiate by"):
        cp.grad(lambda p: 1.0)(argument)


def test_the_argument_is_refused_before_the_function_runs():
    def f(x):
        raise AssertionError("it ran")

    with pytest.raises(DtypeError, match="argument x is of type int"):
        cp.grad(f)(3)


def test_switches_and_texts_inside_containers_are_passed_over():
    point = {"a": 2.0, "name": "n", "on": True, "none": None}
    assert cp.grad(lambda p: p["a"] ** 2)(point) == {
        "a": 4.0,
        "name": None,
        "on": None,
        "none": None,
    }
    direction = {"a": 1.0, "name": "n", "on": None, "none": None}
    assert cp.jvp(lambda p: p["a"] ** 2, (point,), (direction,)) == (4.0, 4.0)


@pytest.mark.parametrize(
    ("argnums", "words"),
    [
        ((0, 0), "twice"),
        ((1, -1), "twice"),
        (None, "no integer"),
        (1.0, "no integer"),
        (True, "no integer"),
        ("a", "no integer"),
        (5, "the call has 2"),
    ],
)
def test_argnums_that_make_no_sense(argnums, words):
    with pytest.raises(ArgumentError, match=words):
        cp.grad(lambda a, b: a * b, argnums)(2.0, 3.0)


def test_argnums_of_numpy():
    assert cp.grad(lambda a, b: a * b, np.int64(1))(2.0, 3.0) == 2.0
    assert cp.jacobian(lambda a, b: a * b, np.int64(-2))(2.0, 3.0) == 3.0
