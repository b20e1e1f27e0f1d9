"""Running operations and places of extremes: the same as the reference, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from clearprop.execute.native.machine import levels
from tests.native.products.harness import guarded
from tests.native.programs import Case, assert_exact

RUNNING = ("cumsum", "cumprod", "cummax", "cummin")
PLACES = ("argmax", "argmin")
DTYPES = ("float32", "float64", "int8", "uint16", "int64", "bool")
SHAPES = (
    *((1,), (2,), (7,), (33,), (64,), (100,), (1000,)),
    *((1, 5), (5, 1), (3, 7), (9, 16), (17, 8), (33, 31), (2, 300)),
    *((2, 3, 5), (4, 9, 8), (3, 5, 17), (2, 40, 3)),
)

each_level = pytest.mark.parametrize("level", levels())


def numbers(shape: Any, dtype: str) -> Any:
    """Numbers with many ties; floats with zeros of both signs and, now and then, NaN."""
    generator = np.random.default_rng(len(shape) + int(np.prod(shape)))
    if np.dtype(dtype).kind != "f":
        return generator.integers(0, 2 if dtype == "bool" else 12, shape).astype(dtype)
    drawn = generator.integers(-6, 7, shape) / 4
    return np.where(generator.random(shape) < 0.03, np.nan, drawn).astype(dtype)


def along(name: str, x: Any) -> list[Case]:
    """The operation along each axis, both ways where there are two."""
    ways: list[dict[str, Any]] = [{}]
    if name == "cumsum":
        ways = [{"reverse": False}, {"reverse": True}]
    return [(name, [x], {"axis": axis, **way}) for axis in range(x.ndim) for way in ways]


@each_level
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", RUNNING + PLACES)
def test_every_shape(name: str, dtype: str, level: Any) -> None:
    assert_exact([case for shape in SHAPES for case in along(name, numbers(shape, dtype))], level)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_first_nan_is_the_extreme(name: str, dtype: str) -> None:
    cases = []
    for length in (3, 31, 32, 33, 100):
        for first in (0, 1, length // 2, length - 1):
            x = np.zeros(length, dtype)
            x[first // 2] = np.inf if name == "argmax" else -np.inf
            x[first:] = np.nan
            cases.append(x)
        cases += [np.full(length, -np.inf, dtype), np.full(length, np.inf, dtype)]
    assert_exact((name, [x], {"axis": 0}) for x in cases)


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 3), (2, 0, 3)])
def test_nothing(shape: Any) -> None:
    x = np.zeros(shape)
    assert_exact([*along("cumsum", x), *along("cummax", x), *along("cumprod", x)])
    assert_exact(case for case in along("argmax", x) if shape[case[2]["axis"]])


@each_level
@pytest.mark.parametrize("at_end", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int8"])
def test_nothing_outside_is_read(level: Any, at_end: bool, dtype: str) -> None:
    cases = []
    for shape in ((33,), (5, 9), (9, 17), (70, 3)):
        x = guarded(int(np.prod(shape)), dtype, at_end).reshape(shape)
        x[:] = numbers(shape, "int8")
        cases += [*along("cumsum", x), *along("argmax", x)]
    assert_exact(cases, level)
