"""Parts of a data set: a test part, a validation part, folds."""

import numpy as np
import pytest

from clearprop import nn
from clearprop.errors import ArgumentError, DataError
from clearprop.train import Dataset, load, parts
from clearprop.train.figures import examples_of


def dataset(counts):
    targets = np.repeat(np.arange(len(counts)), counts)
    features = np.arange(len(targets), dtype=np.float64)[:, np.newaxis]
    names = tuple(map(str, range(len(counts))))
    return Dataset("made", features, targets, ("x",), names, "y")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("fraction", [0.01, 0.2, 0.5, 0.99])
@pytest.mark.parametrize(
    "counts", [(50, 50), (2, 98), (2, 2, 2), (3, 5, 7, 11), (1, 9), (7,) * 20], ids=str
)
def test_split_is_a_stratified_partition(counts, fraction, seed):
    train, test = parts.split(dataset(counts), fraction, seed)
    both = np.sort(np.concatenate([train.features, test.features])[:, 0])
    np.testing.assert_array_equal(both, np.arange(sum(counts)))
    for label, count in enumerate(counts):
        sizes = [int(np.sum(part.targets == label)) for part in (train, test)]
        assert sum(sizes) == count
        assert count < 2 or min(sizes) >= 1
        assert abs(sizes[1] - count * fraction) <= 1


def test_split_takes_the_share_asked_for():
    train, test = parts.split(load("digits"))
    assert (len(train), len(test)) == (1438, 359)
    train, test = parts.split(dataset((7,) * 20))
    assert len(test) == 28  # not 20, as rounding each class by itself would give


def test_split_depends_on_its_seed_alone():
    np.random.seed(0)  # noqa: NPY002
    one = parts.split(load("iris"), seed=3)
    np.random.seed(1)  # noqa: NPY002
    same = parts.split(load("iris"), seed=3)
    other = parts.split(load("iris"), seed=4)
    np.testing.assert_array_equal(one[1].features, same[1].features)
    assert not np.array_equal(one[1].features, other[1].features)


def test_split_of_quantities():
    made = dataset((10,))
    quantities = Dataset("made", made.features, made.features, ("x",), None, "y")
    train, test = parts.split(quantities, 0.3)
    assert train.targets.shape == (7, 1)
    assert test.targets.shape == (3, 1)
    np.testing.assert_array_equal(test.features, test.targets)


@pytest.mark.parametrize("fraction", [0.0, 1.0, -1.0, 2.0, float("nan")])
def test_split_refuses_an_impossible_share(fraction):
    with pytest.raises(DataError, match="not between 0 and 1"):
        parts.split(dataset((5, 5)), fraction)


@pytest.mark.parametrize("counts", [(1, 1, 1), (1,), (0,)], ids=str)
def test_split_refuses_to_leave_a_side_empty(counts):
    with pytest.raises(DataError, match="made cannot be split"):
        parts.split(dataset(counts))


# --- a validation part ---------------------------------------------------------------------------


def examples(counts):
    net = nn.stack([1, len(counts)], output="softmax", loss="cross_entropy")
    return examples_of(net, dataset(counts))


def test_a_validation_part_keeps_proportions_and_order():
    kept, held = parts.hold_out(examples((50, 30, 20)), 0.1, seed=4)
    assert np.bincount(held.classes).tolist() == [5, 3, 2]
    for part in (kept, held):
        assert np.all(np.diff(part.X[:, 0]) > 0), "the order is that of the whole"
    both = np.sort(np.concatenate([kept.X, held.X])[:, 0])
    np.testing.assert_array_equal(both, np.arange(100))
    assert np.array_equal(held.X, parts.hold_out(examples((50, 30, 20)), 0.1, seed=4)[1].X)
    assert not np.array_equal(held.X, parts.hold_out(examples((50, 30, 20)), 0.1, seed=5)[1].X)


def test_classes_of_one_example_are_held_out_all_the_same():
    kept, held = parts.hold_out(examples((1,) * 10), 0.2, seed=0)
    assert (len(kept), len(held)) == (8, 2)


def test_too_few_to_hold_some_out():
    with pytest.raises(ArgumentError, match=r"4 examples are too few.*A share of 0.1 of them"):
        parts.hold_out(examples((2, 2)), 0.1, seed=0)


# --- folds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [(50, 50), (7, 8, 9), (1, 4), (2, 98), (3,) * 20], ids=str)
def test_folds_are_a_stratified_partition(counts):
    found = list(parts.folds(dataset(counts), seed=2))
    assert len(found) == parts.FOLDS
    held = np.concatenate([held.features[:, 0] for _, held in found])
    np.testing.assert_array_equal(np.sort(held), np.arange(sum(counts)))
    for kept, held in found:
        assert len(kept) + len(held) == sum(counts)
        assert not set(kept.features[:, 0]) & set(held.features[:, 0])
    for sizes in (
        [len(held) for _, held in found],
        *([int(np.sum(held.targets == label)) for _, held in found] for label in range(2)),
    ):
        assert max(sizes) - min(sizes) <= 1


def test_folds_of_too_few():
    with pytest.raises(DataError, match=r"too few examples to learn from \(4\)"):
        next(parts.folds(dataset((2, 2)), seed=0))
