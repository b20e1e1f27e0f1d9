"""Writing at positions that may stand more than once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from clearprop.derive import reverse
from clearprop.execute.reference import run
from clearprop.primitives import CATALOGUE
from tests.primitives.calls import call

SHAPES = hnp.array_shapes(min_dims=1, max_dims=2, min_side=1, max_side=4)
PLACES = hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=5)


@st.composite
def writes(draw: st.DrawFn) -> list[Any]:
    """Base, update and one or two index arrays, often with duplicates."""
    shape, places = draw(SHAPES), draw(PLACES)
    count = draw(st.integers(1, len(shape)))
    indices = [
        draw(hnp.arrays(np.int64, places, elements=st.integers(0, shape[axis] - 1)))
        for axis in range(count)
    ]
    whole = draw(hnp.arrays(float, shape, elements=st.integers(-9, 9).map(float)))
    update = draw(hnp.arrays(float, places + shape[count:], elements=st.integers(-9, 9).map(float)))
    return [whole, update, *indices]


@pytest.mark.parametrize("name", ["scatter", "scatter_add"])
@settings(deadline=None, max_examples=80)
@given(operands=writes(), data=st.data())
def test_against_one_write_after_another(name: str, operands: list[Any], data: Any) -> None:
    """Value and adjoints are those of a loop over the positions, in order."""
    base, update, *indices = operands
    adds = name == "scatter_add"
    expected = base.copy()
    owner = np.full(base.shape[: len(indices)], -1)
    for number, place in enumerate(np.ndindex(indices[0].shape)):
        target = tuple(int(index[place]) for index in indices)
        expected[target] = update[place] + (expected[target] if adds else 0)
        owner[target] = number

    made = call(CATALOGUE[name], operands, {})
    assert_array_equal(run(made.graph, *operands)[0], expected)

    ct = data.draw(hnp.arrays(float, base.shape, elements=st.integers(-9, 9).map(float)))
    to_base, to_update = run(reverse(made.graph), *operands, ct)
    kept = ct.copy()
    if not adds:
        kept[owner >= 0] = 0
    assert_array_equal(to_base, kept)
    for number, place in enumerate(np.ndindex(indices[0].shape)):
        target = tuple(int(index[place]) for index in indices)
        wins = adds or owner[target] == number
        assert_array_equal(to_update[place], ct[target] if wins else 0 * ct[target])
