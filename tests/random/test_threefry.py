"""The block function against the published known-answer vectors."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import clearprop as cp
from clearprop.random.threefry import threefry2x32

# The file kat_vectors of Random123: rounds, then counter, key and expected words in hexadecimal.
KNOWN_ANSWERS = """
13  00000000 00000000  00000000 00000000  9d1c5ec6 8bd50731
13  ffffffff ffffffff  ffffffff ffffffff  fd36d048 2d17272c
13  243f6a88 85a308d3  13198a2e 03707344  ba3e4725 f27d669e
20  00000000 00000000  00000000 00000000  6b200159 99ba4efe
20  ffffffff ffffffff  ffffffff ffffffff  1cb996fc bb002be7
20  243f6a88 85a308d3  13198a2e 03707344  c4923a9c 483df7a0
32  00000000 00000000  00000000 00000000  cee3d47e a23dfd5c
32  ffffffff ffffffff  ffffffff ffffffff  6e2fe0d0 b1b76f82
32  243f6a88 85a308d3  13198a2e 03707344  e2827716 c3c05cdf
"""


def vectors():
    for line in KNOWN_ANSWERS.strip().splitlines():
        rounds, *words = line.split()
        yield int(rounds), [np.array([int(word, 16)], np.uint32) for word in words]


@pytest.mark.parametrize(("rounds", "words"), list(vectors()))
def test_known_answers(rounds, words):
    counter, key, expected = words[:2], words[2:4], words[4:]
    assert threefry2x32(key, counter, rounds) == tuple(expected)


@pytest.mark.parametrize(("rounds", "words"), list(vectors()))
def test_known_answers_in_a_graph(rounds, words):
    """Recorded as operations on uint32, run on other words than those it was traced with."""
    graph = cp.trace(lambda *w: threefry2x32(w[:2], w[2:], rounds))(
        *[word + 1 for word in words[:4]]
    )
    assert {str(node.type.dtype) for node in graph.nodes} == {"uint32"}
    found = cp.run(graph, *words[2:4], *words[:2])
    assert_array_equal(found, words[4:])


def test_many_counters_are_as_many_single_ones():
    key = (np.array([1], np.uint32), np.array([2], np.uint32))
    low, high = np.arange(6, dtype=np.uint32), np.arange(6, 12, dtype=np.uint32)
    together = threefry2x32(key, (low, high))
    for i in range(6):
        alone = threefry2x32(key, (low[i : i + 1], high[i : i + 1]))
        assert_array_equal([word[i] for word in together], np.ravel(alone))
