"""Keys: seeds, splitting, folding in, and that streams have nothing to do with each other."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import clearprop as cp
from clearprop.errors import ArgumentError
from clearprop.random.keys import inside

KEY = cp.random.key(20)

GOLDEN = {
    "bits": [3789761601, 119823817, 3172270557],
    "split": [[183912125, 3526559984], [2163361769, 496821887]],
    "fold_in": [1003421044, 3399986731],
    "uniform": [0.88237263283058, 0.7386017907995641],
    "randint": [88, 73, 21, 70, 67, 22],
}


@pytest.mark.parametrize(
    ("seed", "words"),
    [
        (0, [0, 0]),
        (2**32 - 1, [0, 2**32 - 1]),
        (2**32, [1, 0]),
        (2**64 - 1, [2**32 - 1, 2**32 - 1]),
        (np.uint8(7), [0, 7]),
        (np.array(7), [0, 7]),
    ],
)
def test_a_seed_gives_its_halves(seed, words):
    key = cp.random.key(seed)
    assert key.dtype == np.uint32
    assert_array_equal(key, words)


@pytest.mark.parametrize("name", ["seed", "data"])
@pytest.mark.parametrize("number", [-1, 2**64, 1.0, True, "a", None, np.arange(2), np.array(1.5)])
def test_other_seeds_and_data_are_refused(name, number):
    make = cp.random.key if name == "seed" else lambda data: cp.random.fold_in(KEY, data)
    with pytest.raises(ArgumentError, match=rf"^{name} is "):
        make(number)


def test_keys_of_split():
    keys = cp.random.split(KEY, 5)
    assert keys.shape == (5, 2)
    assert keys.dtype == np.uint32
    assert_array_equal(cp.random.split(KEY), keys[:2])
    assert_array_equal(cp.random.split(KEY, (2, 2)), keys[:4].reshape(2, 2, 2))
    assert cp.random.split(KEY, 0).shape == (0, 2)


def test_all_keys_made_of_a_key_differ():
    """Split, fold_in, the streams inside a draw, and what is drawn: no two pairs are the same."""
    made = [KEY, *cp.random.split(KEY, 1000)]
    made += [cp.random.fold_in(KEY, i) for i in range(1000)]
    made += [inside(KEY, i) for i in range(1000)]
    made += list(cp.random.bits(KEY, (1000, 2)))
    assert len({tuple(pair) for pair in made}) == len(made)


def test_large_numbers_fold_in_as_a_whole():
    large = [0, 1, 2**32 - 1, 2**32, 2**32 + 1, 2**63, 2**64 - 1]
    assert len({tuple(cp.random.fold_in(KEY, number)) for number in large}) == len(large)


def test_streams_are_independent():
    """Of a key, its neighbours, and the keys made of them: no two draws are correlated."""
    keys = [KEY, cp.random.key(21), *cp.random.split(KEY, 4), inside(KEY, 0)]
    keys += [cp.random.fold_in(KEY, i) for i in range(4)]
    draws = np.array([cp.random.normal(key, 20_000) for key in keys])
    correlation = np.corrcoef(draws) - np.eye(len(keys))
    assert np.abs(correlation).max() < 4 / np.sqrt(20_000)
    for a, b in itertools.pairwise(draws):  # nor by the order in which they come
        assert abs(np.corrcoef(a[1:], b[:-1])[0, 1]) < 4 / np.sqrt(20_000)


def test_the_keys_of_one_family_are_equally_likely_in_each_bit():
    keys = cp.random.split(KEY, 20_000)
    ones = np.unpackbits(keys.view(np.uint8), axis=1).mean(axis=0)
    assert np.abs(ones - 0.5).max() < 4.5 * 0.5 / np.sqrt(20_000)


@pytest.mark.parametrize(
    "wrong", [0, None, [0, 1], np.zeros(2), np.zeros(3, np.uint32), np.zeros((4, 2), np.uint32)]
)
def test_what_is_no_key_is_refused(wrong):
    for draw in (cp.random.split, cp.random.normal, cp.random.bits, cp.random.bernoulli):
        with pytest.raises(ArgumentError, match=r"^key is .*not a key"):
            draw(wrong)


def test_several_keys_are_told_apart_from_no_key():
    with pytest.raises(ArgumentError, match=r"pass one: keys\[0\]"):
        cp.random.normal(cp.random.split(KEY))


def test_the_bits_are_those_that_they_were():
    """Golden values: a seed gives the same numbers in every version."""
    key = cp.random.key(2026)
    assert_array_equal(cp.random.bits(key, 3), GOLDEN["bits"])
    assert_array_equal(cp.random.split(key), GOLDEN["split"])
    assert_array_equal(cp.random.fold_in(key, 5), GOLDEN["fold_in"])
    assert_array_equal(cp.random.uniform(key, 2), GOLDEN["uniform"])
    assert_array_equal(cp.random.randint(key, 6, 0, 100), GOLDEN["randint"])


def test_traced_numbers_fold_in():
    graph = cp.trace(lambda key, i: cp.random.fold_in(key, i))(KEY, 3)
    for number in (0, 2**40 + 5):
        (found,) = cp.run(graph, KEY, number)
        assert_array_equal(found, cp.random.fold_in(KEY, number))


def test_negative_traced_numbers_are_refused():
    with pytest.raises(ArgumentError, match="data is -1"):
        cp.trace(lambda i: cp.random.fold_in(KEY, i))(-1)


def test_keys_stay_plain_inside_a_trace():
    """So that what is drawn with them is a constant of the graph, not recorded bit by bit."""

    def f(x):
        first, second = cp.random.split(KEY)
        return x * cp.random.normal(first) + cp.random.normal(cp.random.fold_in(second, 1))

    assert len(cp.trace(f)(2.0).nodes) == 2


def test_scipy_is_loaded_by_the_draws_that_need_it():
    code = (
        "import sys, clearprop as cp; cp.random.uniform(cp.random.key(0)); "
        "print('scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
