"""Every function is within its stated bound of mpmath's value, at every level of instructions.

    python -m tests.native.math.test_bounds 60000

prints the largest errors on more points, from which the bounds were taken.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np
import pytest

from clearprop.execute.native.machine import Level, levels, machine
from clearprop.execute.native.math import BOUNDS, BOUNDS_OF_C
from tests.native.math.harness import EXACT, Array, errors, native, reference
from tests.native.math.points import points


@functools.cache
def tried(name: str, dtype: str, count: int = 1500) -> tuple[tuple[Array, ...], list[Any]]:
    """The points and the exact values."""
    operands = points(name, dtype, count)
    return operands, reference(name, *operands)


def worst(name: str, dtype: str, level: Level, count: int = 1500) -> tuple[float, tuple[Any, ...]]:
    """The largest error and where it is."""
    operands, exact = tried(name, dtype, count)
    got = native(name, dtype, machine(level).lanes(operands[0].itemsize), level)(*operands)
    unit = np.max(np.abs(operands), axis=0) if name == "logaddexp" else None
    found = errors(got, exact, unit)
    place = int(found.argmax())
    return float(found[place]), tuple(float(x[place]) for x in operands)


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", EXACT)
def test_within_the_bound(name: str, dtype: str, level: Level) -> None:
    error, place = worst(name, dtype, level)
    bound = BOUNDS[name, dtype] if machine(level).fma else BOUNDS_OF_C
    assert error <= bound, place


def test_every_function_that_rounds_has_a_bound() -> None:
    assert {name for name, _ in BOUNDS} == set(EXACT)


def main() -> None:
    """Print the largest error of each function."""
    for name in sys.argv[2:] or EXACT:
        for dtype in ("float64", "float32"):
            for level in levels():
                error, place = worst(name, dtype, level, int(sys.argv[1]))
                print(f"{name:10s} {dtype} {level:8s} {error:6.3f} at {place}", flush=True)
            tried.cache_clear()


if __name__ == "__main__":
    main()
