"""Many elements are chosen by other means than few; the numbers are NumPy's, to the bit."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from clearprop.primitives import CATALOGUE
from clearprop.primitives.elementwise.where import MANY

WHERE = CATALOGUE["where"].value
SPECIAL = [np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5, 5e-324]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_numbers_and_arrays_in_every_place(dtype: str) -> None:
    generator = np.random.default_rng(0)
    mask = generator.random(MANY) < 0.5
    kind = np.dtype(dtype).type
    operands = [generator.choice(SPECIAL, MANY).astype(dtype) for _ in range(2)]
    operands += [kind(0.0), kind(-0.0), kind(np.nan), kind(1.5)]
    for a, b in itertools.product(operands, operands):
        mine, expected = WHERE(np, mask, a, b), np.where(mask, a, b)
        assert mine.dtype == expected.dtype
        assert mine.tobytes() == expected.tobytes()


@pytest.mark.parametrize("mask", [True, False])
def test_one_truth_value_for_all(mask: bool) -> None:
    a, b = np.arange(MANY, dtype=float), np.float64(7)
    whole = np.broadcast_to(np.bool_(mask), (MANY,))
    mine = WHERE(np, whole, a, b)
    assert mine.tolist() == np.where(whole, a, b).tolist()
    assert not np.shares_memory(mine, a)
    assert mine.flags.writeable


def test_any_strides() -> None:
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(2, 80, 100))
    mask = generator.random((100, 80)) < 0.5
    cases = [(mask, a.T, b.T), (mask[::-1], a.T[:, ::-1], b.T), (mask.T, a, b[:1].repeat(80, 0))]
    cases.append(
        (np.broadcast_to(mask[:, :1], mask.shape), a.T, np.broadcast_to(b[0, :80], (100, 80)))
    )
    for case in cases:
        assert WHERE(np, *case).tolist() == np.where(*case).tolist()


def test_other_dtypes_are_left_to_numpy() -> None:
    mask = np.arange(MANY) % 2 == 0
    for dtype in ("int64", "bool", "complex128"):
        a, b = np.ones(MANY, dtype), np.zeros(MANY, dtype)
        assert WHERE(np, mask, a, b).tolist() == np.where(mask, a, b).tolist()
