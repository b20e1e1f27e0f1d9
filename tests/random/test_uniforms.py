"""Bits, and uniform numbers of full resolution that stay inside their interval."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import clearprop as cp
from clearprop.errors import ArgumentError, DtypeError
from clearprop.random.uniforms import open_unit, unit
from tests.random.samples import each_dtype

KEY = cp.random.key(3)
DIGITS = {"float32": 24, "float64": 53}


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64"])
def test_every_bit_is_set_half_the_time(dtype):
    drawn = cp.random.bits(KEY, 20_001, dtype)
    assert drawn.dtype == dtype
    ones = np.unpackbits(drawn.view(np.uint8).reshape(20_001, -1), axis=1)
    assert np.abs(ones.mean(axis=0) - 0.5).max() < 4.5 * 0.5 / np.sqrt(20_001)
    correlation = np.corrcoef(ones.T) - np.eye(ones.shape[1])
    assert np.abs(correlation).max() < 5 / np.sqrt(20_001)


@pytest.mark.parametrize("dtype", ["int32", "float64"])
def test_other_bits_are_refused(dtype):
    with pytest.raises(DtypeError, match=f"dtype is {dtype}"):
        cp.random.bits(KEY, 3, dtype)


@each_dtype
def test_uniform_numbers_are_multiples_of_the_smallest_step(dtype):
    """All of them below 1, down to the last digit, each digit 0 and 1 equally often."""
    digits = DIGITS[dtype]
    drawn = cp.random.uniform(KEY, 20_000, dtype)
    assert drawn.dtype == dtype
    assert 0 <= drawn.min() < drawn.max() < 1
    whole = np.ldexp(drawn.astype("float64"), digits).astype("uint64")
    assert_array_equal(np.ldexp(whole.astype("float64"), -digits), drawn)
    ones = [(whole >> np.uint64(i) & np.uint64(1)).mean() for i in range(digits)]
    assert np.abs(np.array(ones) - 0.5).max() < 4.5 * 0.5 / np.sqrt(20_000)


@each_dtype
def test_the_bits_of_uniform_numbers_at_their_extremes(dtype, monkeypatch):
    """All bits 0 and all bits 1: the ends of what can be drawn are inside the interval."""
    digits = DIGITS[dtype]
    for word, closed, middle in (
        (0, 0.0, 2.0**-digits),
        (2**32 - 1, 1 - 2.0**-digits, 1 - 2.0**-digits),
    ):
        same = (np.full(3, word, np.uint32),) * 2
        monkeypatch.setattr("clearprop.random.uniforms.blocks", lambda *args, s=same: s)
        assert_array_equal(unit(KEY, (3,), np.dtype(dtype)), closed)
        assert_array_equal(open_unit(KEY, (3,), np.dtype(dtype)), middle)
        for name in ("normal", "laplace", "logistic", "gumbel", "cauchy", "exponential"):
            assert np.isfinite(getattr(cp.random, name)(KEY, 3, dtype)).all()


@each_dtype
def test_the_upper_end_is_never_reached(dtype, monkeypatch):
    """1 + (2 − 1) u rounds to 2 where u is the largest number below 1."""
    same = (np.full(3, 2**32 - 1, np.uint32),) * 2
    monkeypatch.setattr("clearprop.random.uniforms.blocks", lambda *args: same)
    drawn = cp.random.uniform(KEY, 3, dtype, 1.0, 2.0)
    assert drawn.max() < 2


def test_an_interval_of_one_number():
    assert_array_equal(cp.random.uniform(KEY, 3, minval=2.5, maxval=2.5), 2.5)


def test_middles_are_symmetric():
    """u and 1 − u are both of them middles, exactly."""
    u = open_unit(KEY, (10_000,), np.dtype("float64"))
    middles = np.ldexp(1 - u, 52) - 0.5
    assert_array_equal(middles, np.floor(middles))


# Whole numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("low", "high"), [(0, 3 * 2**61), (-(2**63), 2**63 - 1), (5, 6)])
def test_wide_ranges_have_no_bias(low, high):
    """A remainder of 64 bits modulo 3 · 2⁶¹ would fall into the first two thirds too often."""
    drawn = cp.random.randint(KEY, 30_000, low, high)
    assert low <= drawn.min()
    assert drawn.max() < high
    parts = [low + (high - low) * i // 3 for i in range(4)]
    for start, stop in itertools.pairwise(parts):
        share = np.mean((drawn >= start) & (drawn < stop)) if stop > start else 0.0
        assert high - low < 3 or abs(share - 1 / 3) < 4.5 * np.sqrt(2 / 9 / 30_000)


def test_a_whole_number_is_a_fraction_of_128_bits_times_the_range():
    """In exact arithmetic, against what is computed in halves."""
    from clearprop.random.keys import inside

    upper = cp.random.bits(KEY, 500, "uint64").tolist()
    lower = cp.random.bits(inside(KEY, 0), 500, "uint64").tolist()
    for span in (1, 7, 2**32 + 1, 2**63 - 1):
        exact = [((a << 64) + b) * span >> 128 for a, b in zip(upper, lower, strict=True)]
        assert_array_equal(cp.random.randint(KEY, 500, 0, span), exact)


def test_ranges_by_element():
    drawn = cp.random.randint(KEY, None, np.array([0, 10, 20]), np.array([[1], [30]]) + 20)
    assert drawn.shape == (2, 3)
    assert_array_equal(drawn[0] >= [0, 10, 20], True)


@pytest.mark.parametrize(
    ("low", "high", "dtype", "complaint"),
    [
        (0, 0, "int64", "maxval must be above minval; it holds 0"),
        (0, 257, "uint8", "maxval holds 257"),
        (-1, 5, "uint8", "minval holds -1"),
        (0, 2**63, "int64", "maxval holds 9223372036854775808"),
        (0, 2**64, "int64", "maxval holds 18446744073709551616"),
    ],
)
def test_ranges_that_do_not_fit_are_refused(low, high, dtype, complaint):
    with pytest.raises(ArgumentError, match=f"^{complaint}"):
        cp.random.randint(KEY, 3, low, high, dtype)


def test_the_whole_range_of_a_small_dtype():
    drawn = cp.random.randint(KEY, 10_000, 0, 256, "uint8")
    assert set(drawn.tolist()) == set(range(256))
