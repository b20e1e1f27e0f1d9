"""Permutations, choices and classes."""

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal

import clearprop as cp
from clearprop.errors import ArgumentError, ShapeError

KEY = cp.random.key(4)
P = np.array([0.1, 0.0, 0.5, 0.25, 0.15])


def fits(drawn, probability):
    """Whether counts of the classes 0, 1, … are as probable as they should be."""
    count = np.bincount(np.ravel(drawn), minlength=len(probability))
    kept = np.asarray(probability) > 0
    assert not count[~kept].any()
    expected = count.sum() * np.asarray(probability)[kept]
    return scipy.stats.chisquare(count[kept], expected).pvalue > 1e-3


# Permutations -------------------------------------------------------------------------------------


def test_all_orders_are_equally_likely():
    orders = [cp.random.permutation(cp.random.fold_in(KEY, i), 3) for i in range(3000)]
    assert fits(np.array(orders) @ [9, 3, 1], np.isin(np.arange(22), [5, 7, 11, 15, 19, 21]) / 6)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_slices_change_places_together(axis):
    x = np.arange(20.0).reshape(4, 5)
    order = cp.random.permutation(KEY, x.shape[axis])
    assert_array_equal(cp.random.permutation(KEY, x, axis), np.take(x, order, axis))


def test_lines_change_places_by_themselves():
    x = np.tile(np.arange(50), (40, 1))
    mixed = cp.random.permutation(KEY, x, axis=1, independent=True)
    assert_array_equal(np.sort(mixed, axis=1), x)
    assert len({tuple(row) for row in mixed}) == 40
    columns = cp.random.permutation(KEY, x.T, axis=0, independent=True)
    assert_array_equal(np.sort(columns, axis=0), x.T)


def test_few_things():
    assert_array_equal(cp.random.permutation(KEY, 0), [])
    assert_array_equal(cp.random.permutation(KEY, 1), [0])
    assert cp.random.permutation(KEY, np.zeros((0, 3))).shape == (0, 3)


# Choices ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [None, P])
def test_choices(p):
    assert fits(cp.random.choice(KEY, 5, 20_000, p=p), np.full(5, 0.2) if p is None else P)


def test_choices_without_replacement():
    drawn = cp.random.choice(KEY, np.arange(100) * 2, (5, 8), replace=False)
    assert drawn.shape == (5, 8)
    assert len(set(drawn.ravel().tolist())) == 40
    assert_array_equal(drawn % 2, 0)


def test_without_replacement_the_order_is_that_of_drawing_one_after_the_other():
    keys = [cp.random.fold_in(KEY, i) for i in range(3000)]
    pairs = np.array([cp.random.choice(key, 5, 2, replace=False, p=P) for key in keys])
    joint = np.where(np.eye(5), 0, P[:, None] * P / (1 - P[:, None]))
    assert fits(pairs @ [5, 1], joint.ravel())


def test_choices_along_an_axis():
    a = np.arange(24.0).reshape(2, 3, 4)
    drawn = cp.random.choice(KEY, a, (5, 6), axis=1)
    places = cp.random.choice(KEY, 3, (5, 6))
    assert_array_equal(drawn, a[:, places])
    assert cp.random.choice(KEY, a, axis=-1).shape == (2, 3)
    assert isinstance(cp.random.choice(KEY, 3), np.integer)
    assert cp.random.choice(KEY, 0, (0,)).shape == (0,)


def test_the_derivative_of_what_is_chosen():
    a = np.array([1.0, 2.0, 3.0])
    drawn = cp.random.choice(KEY, 3, 50)
    slope = cp.grad(lambda a: np.sum(cp.random.choice(KEY, a, 50)))(a)
    assert_array_equal(slope, np.bincount(drawn, minlength=3))
    shuffled = cp.grad(lambda a: cp.random.permutation(KEY, a)[0])(a)
    assert_array_equal(shuffled, np.arange(3) == cp.random.permutation(KEY, 3)[0])


@pytest.mark.parametrize("replace", [True, False])
def test_traced_probabilities_choose_as_plain_ones_and_have_no_derivative(replace):
    a = np.array([1.0, 2.0, 3.0, 4.0, 5.0])

    def f(p):
        return np.sum(cp.random.choice(KEY, a, 3, replace, p))

    value, slope = cp.value_and_grad(f)(P)
    assert value == f(P)
    assert_array_equal(slope, 0)


@pytest.mark.parametrize(
    ("args", "options", "error", "complaint"),
    [
        ((3, 4), {"replace": False}, ArgumentError, "4 elements are to be chosen, and a has 3"),
        ((0, 4), {}, ArgumentError, "4 elements are to be chosen, and a has 0"),
        ((5, 5), {"replace": False, "p": P}, ArgumentError, "fewer have a probability above 0"),
        ((2, 1), {"p": [0.5, 0.6]}, ArgumentError, "p sums to 1.1"),
        ((2, 1), {"p": [-0.5, 1.5]}, ArgumentError, "p must be at least 0; it holds -0.5"),
        ((2, 1), {"p": P}, ShapeError, r"p has shape \(5,\), and there are 2 elements"),
        ((2.5, 1), {}, ArgumentError, "a is 2.5, neither an array nor a whole number"),
        ((-2, 1), {}, ArgumentError, "a is -2"),
        ((2, 1), {"axis": 1}, ArgumentError, "axis is 1"),
    ],
)
def test_choices_that_cannot_be_made_are_refused(args, options, error, complaint):
    with pytest.raises(error, match=complaint):
        cp.random.choice(KEY, *args, **options)


# Classes ------------------------------------------------------------------------------------------


def test_classes_by_their_logits():
    with np.errstate(divide="ignore"):
        logits = np.log(P) + 3.0
    assert fits(cp.random.categorical(KEY, logits, shape=20_000), P)


def test_axes_and_shapes_of_classes():
    logits = np.zeros((2, 3, 4))
    assert cp.random.categorical(KEY, logits).shape == (2, 3)
    assert cp.random.categorical(KEY, logits, axis=0).shape == (3, 4)
    drawn = cp.random.categorical(KEY, logits, axis=0, shape=(7, 3, 4))
    assert drawn.shape == (7, 3, 4)
    assert set(drawn.ravel().tolist()) == {0, 1}
    assert isinstance(cp.random.categorical(KEY, logits[0, 0]), np.integer)
    with pytest.raises(ShapeError, match=r"logits \(2, 3\) for a draw of shape \(7,\)"):
        cp.random.categorical(KEY, logits, shape=7)
    with pytest.raises(ArgumentError, match="no classes"):
        cp.random.categorical(KEY, np.zeros((3, 0)))


def test_classes_have_no_derivative():
    def f(logits):
        return np.sum(logits * (cp.random.categorical(KEY, logits) == np.arange(3)))

    logits = np.array([0.0, 1.0, 2.0])
    assert_array_equal(cp.grad(f)(logits), np.arange(3) == cp.random.categorical(KEY, logits))


# Vectors ------------------------------------------------------------------------------------------


def test_normal_vectors():
    mean, cov = np.array([1.0, -2.0]), np.array([[2.0, 0.6], [0.6, 0.5]])
    drawn = cp.random.multivariate_normal(KEY, mean, cov, 50_000)
    assert_allclose(drawn.mean(axis=0), mean, atol=0.03)
    assert_allclose(np.cov(drawn.T), cov, atol=0.04)
    distance = np.sum((drawn - mean) @ np.linalg.inv(cov) * (drawn - mean), axis=1)
    assert scipy.stats.kstest(distance, scipy.stats.chi2(2).cdf).pvalue > 1e-3


def test_normal_vectors_in_batches():
    mean, cov = np.zeros((4, 1, 2)), np.array([np.eye(2), 4 * np.eye(2), 9 * np.eye(2)])
    drawn = cp.random.multivariate_normal(KEY, mean, cov, dtype="float32")
    assert drawn.shape == (4, 3, 2)
    assert drawn.dtype == np.float32
    single = cp.random.multivariate_normal(KEY, np.zeros(2), np.eye(2), (4, 3), "float32")
    assert_allclose(drawn, single * np.array([1, 2, 3], "float32")[:, None], rtol=1e-6)


@pytest.mark.parametrize(
    ("cov", "error", "complaint"),
    [
        ([[1.0, 2.0], [2.0, 1.0]], ArgumentError, "cov is not positive definite"),
        ([[1.0, 0.5], [0.0, 1.0]], ArgumentError, "cov is not symmetric"),
        (np.eye(3), ShapeError, r"mean has shape \(2,\) and cov \(3, 3\)"),
        (np.ones((3, 2, 2)), ShapeError, r"for a draw of shape \(2,\)"),
    ],
)
def test_covariances_that_are_none_are_refused(cov, error, complaint):
    with pytest.raises(error, match=complaint):
        cp.random.multivariate_normal(KEY, np.zeros(2), cov, 2)


def test_shares():
    alpha = np.array([0.5, 2.0, 3.5])
    drawn = cp.random.dirichlet(KEY, alpha, 20_000)
    assert_allclose(drawn.sum(axis=1), 1, rtol=1e-14)
    assert_allclose(drawn.mean(axis=0), alpha / 6, atol=0.006)
    for i in range(3):  # each share is a beta number
        expected = scipy.stats.beta(alpha[i], 6 - alpha[i])
        assert scipy.stats.kstest(drawn[:, i], expected.cdf).pvalue > 1e-3


def test_shares_of_tiny_parameters_do_not_vanish_together():
    drawn = cp.random.dirichlet(KEY, np.full(4, 1e-4), 2000)
    assert_allclose(drawn.sum(axis=1), 1, rtol=1e-14)
    assert fits(np.argmax(drawn, axis=1), np.full(4, 0.25))
    beta = cp.random.beta(KEY, 1e-3, 1e-3, 2000)
    assert not np.isnan(beta).any()
    assert abs(np.mean(beta > 0.5) - 0.5) < 0.05
