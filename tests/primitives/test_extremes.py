"""Ties and NaN in ``max`` and ``min``."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from clearprop.derive import forward, reverse
from clearprop.execute.reference import run
from clearprop.primitives import CATALOGUE
from tests.primitives.calls import call


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "sign"), [("max", 1), ("min", -1)])
def test_ties_share(name: str, sign: int, dtype: str) -> None:
    x = sign * np.array([[1.0, 7.0, 7.0], [4.0, 4.0, 4.0]], dtype)
    made = call(CATALOGUE[name], [x], {"axes": (1,)})
    (shares,) = run(reverse(made.graph), x, np.ones(2, dtype))
    third = np.ones((), dtype) / np.full((), 3, dtype)
    assert_array_equal(shares, np.array([[0, 0.5, 0.5], [third] * 3], dtype))
    (tangent,) = run(forward(made.graph), x, np.array([[1, 2, 4], [3, 3, 3]], dtype))
    assert_array_equal(tangent, [3.0, 3.0])


@pytest.mark.parametrize("name", ["max", "min"])
def test_infinities_tie_and_nan_spreads(name: str) -> None:
    x = np.array([[np.inf, np.inf], [np.nan, 1.0]])
    made = call(CATALOGUE[name], [x], {"axes": (1,)})
    (shares,) = run(reverse(made.graph), x, np.ones(2))
    assert_array_equal(shares, [[0.5, 0.5], [np.nan, np.nan]])
