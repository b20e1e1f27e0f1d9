"""The k largest elements and sums of segments: plain, traced, batched, and what is refused."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import clearprop as cp
import clearprop.numpy as cnp
from clearprop.errors import ShapeError

X = np.array([[3.0, 1.0, 2.0, 3.0], [0.0, -1.0, 5.0, 4.0]])


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("k", [0, 1, 2])
def test_top_k_is_the_end_of_a_sort(k, axis):
    found = cnp.top_k(X, k, axis)
    expected = np.flip(np.sort(X, axis), axis).take(range(k), axis)
    assert_array_equal(found.values, expected)
    assert_array_equal(np.take_along_axis(X, found.indices, axis), found.values)


def test_top_k_in_a_trace():
    def f(x):
        values, indices = cnp.top_k(x, 2)
        assert_array_equal(cp.stop_gradient(indices).value, [[0, 3], [2, 3]])
        return (values * np.array([1.0, 10.0])).sum()

    assert_array_equal(cp.grad(f)(X), [[1, 0, 0, 10], [0, 0, 1, 10]])
    assert_array_equal(cp.vmap(lambda x: cnp.top_k(x, 1).values)(X), [[3], [5]])


def test_top_k_of_a_list_and_of_integers():
    assert_array_equal(cnp.top_k([1, 3, 2], 2).values, [3, 2])
    assert cp.grad(lambda x: cnp.top_k([x, 2 * x, 5.0], 2).values.sum())(2.0) == 2


@pytest.mark.parametrize("k", [5, -1])
def test_more_elements_than_there_are(k):
    with pytest.raises(ShapeError, match=rf"the {k} largest of 4 elements"):
        cp.grad(lambda x: cnp.top_k(x, k).values.sum())(X)


def test_segment_sum():
    ids = np.array([2, 0, 2])
    assert_array_equal(cnp.segment_sum(np.arange(6).reshape(3, 2), ids), [[2, 3], [0, 0], [4, 6]])
    assert_array_equal(cnp.segment_sum([1.0, 2.0, 4.0], ids, 4), [2, 0, 5, 0])
    weights = np.array([10.0, 20.0, 30.0])
    found = cp.grad(lambda x: cnp.segment_sum(x, ids) @ weights)(np.ones(3))
    assert_array_equal(found, [30, 10, 30])


def test_segments_of_several_axes():
    ids = np.array([[0, 1, 0, 1], [1, 1, 0, 0]])
    assert_array_equal(cnp.segment_sum(X, ids), [14, 3])
    assert_array_equal(cp.vmap(lambda x, i: cnp.segment_sum(x, i, 2))(X, ids), [[5, 4], [9, -1]])


def test_segments_of_nothing():
    assert cnp.segment_sum(np.zeros((0, 2)), np.zeros(0, int)).shape == (0, 2)


def test_traced_numbers_of_segments():
    def f(x, ids):
        return cnp.segment_sum(x, ids)[1]

    assert_array_equal(cp.grad(f)(np.ones(3), np.array([1, 0, 1])), [1, 0, 1])


@pytest.mark.parametrize("ids", [[0, 3, 1], [0, -1, 1]])
def test_numbers_out_of_range(ids):
    with pytest.raises(IndexError):
        cp.grad(lambda x: cnp.segment_sum(x, ids, 3).sum())(np.ones(3))


def test_numbers_for_other_elements():
    with pytest.raises(ShapeError, match="segment_sum of shape"):
        cnp.segment_sum(np.ones(3), [0, 1])
