"""The general dot product against ``np.einsum``."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from clearprop.derive import reverse
from clearprop.execute.reference import run
from clearprop.primitives import CATALOGUE
from tests.primitives.calls import call


@st.composite
def products(draw: st.DrawFn) -> tuple[Any, Any, dict[str, Any], str, str, str]:
    """Two arrays of small integers, dot's parameters, and the same as letters for einsum."""
    counts = [draw(st.integers(0, 2)) for _ in range(4)]
    letters = iter("abcdefgh")
    batch, contract, free_a, free_b = ([next(letters) for _ in range(count)] for count in counts)
    of_a = "".join(draw(st.permutations(batch + contract + free_a)))
    of_b = "".join(draw(st.permutations(batch + contract + free_b)))
    sizes = {letter: draw(st.integers(0, 3)) for letter in of_a + of_b}
    seed = np.random.default_rng(draw(st.integers(0, 999)))
    a = seed.integers(-4, 5, [sizes[i] for i in of_a]).astype(float)
    b = seed.integers(-4, 5, [sizes[i] for i in of_b]).astype(float)

    def axes(names: list[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return tuple(of_a.index(i) for i in names), tuple(of_b.index(i) for i in names)

    params = {"contract": axes(contract), "batch": axes(batch)}
    lead = "".join(batch)
    result = lead + "".join(i for i in of_a + of_b if i not in batch + contract)
    return a, b, params, of_a, of_b, result


@settings(deadline=None, max_examples=150)
@given(products())
def test_value_and_transposes(drawn: tuple[Any, Any, dict[str, Any], str, str, str]) -> None:
    """Integers, so that the order of the sums does not show."""
    a, b, params, of_a, of_b, result = drawn
    made = call(CATALOGUE["dot"], [a, b], params)
    expected = np.einsum(f"{of_a},{of_b}->{result}", a, b)
    assert_array_equal(run(made.graph, a, b)[0], expected)
    ct = np.arange(1.0, expected.size + 1).reshape(expected.shape)
    to_a, to_b = run(reverse(made.graph), a, b, ct)
    assert_array_equal(to_a, np.einsum(f"{result},{of_b}->{of_a}", ct, b))
    assert_array_equal(to_b, np.einsum(f"{result},{of_a}->{of_b}", ct, a))
