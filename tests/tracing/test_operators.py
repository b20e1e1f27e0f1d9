"""Operators on traced values, where the answer is not one of a ufunc."""

import numpy as np
import pytest

import clearprop as cp
from clearprop.errors import DtypeError


@pytest.mark.parametrize("other", [None, "auto", b"x"])
def test_none_and_texts_equal_no_number(other):
    def f(x):
        assert not bool(x == other)
        assert x != other
        assert not bool(other == x)
        assert x not in (None, "auto")
        return x * 2

    assert cp.grad(f)(3.0) == 2.0


def test_an_array_answers_element_by_element():
    def f(x):
        assert (x == None).tolist() == [False, False]  # noqa: E711
        assert (x != "a").tolist() == [True, True]
        return x.sum()

    assert cp.grad(f)(np.ones(2)).tolist() == [1, 1]


def test_arithmetic_with_none_is_an_error():
    with pytest.raises(DtypeError, match="NoneType meets a traced array"):
        cp.grad(lambda x: x + None)(1.0)
