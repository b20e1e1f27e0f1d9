"""Values of the primitives that are no ufunc, against NumPy's and SciPy's functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special
from numpy.testing import assert_allclose, assert_array_equal

from clearprop.primitives import CATALOGUE
from tests.primitives.calls import drawn


def running_sum(x: Any, axis: int, reverse: bool) -> Any:
    turned = np.flip(x, axis) if reverse else x
    total = np.cumsum(turned, axis)
    return np.flip(total, axis) if reverse else total


def zeros_between(x: Any, low: Any, high: Any, interior: Any) -> Any:
    for axis, gap in enumerate(interior):
        at = [place for place in range(1, x.shape[axis]) for _ in range(gap)]
        x = np.insert(x, at, 0, axis)
    return np.pad(x, tuple(zip(low, high, strict=True))) if x.ndim else x


def written(base: Any, update: Any, start: Any, stop: Any, step: Any) -> Any:
    result = np.array(base)
    result[np.ix_(*map(range, start, stop, step))] = update
    return result


# A function of the same operands and parameters for each name.
EXPECTED: dict[str, Callable[..., Any]] = {
    "all": lambda x, axes: np.all(x, axes),
    "any": lambda x, axes: np.any(x, axes),
    "argmax": np.argmax,
    "argmin": np.argmin,
    "assign": written,
    "broadcast": np.broadcast_to,
    "cast": lambda x, dtype: x.astype(dtype),
    "concatenate": lambda *xs, axis: np.concatenate(xs, axis),
    "cumsum": running_sum,
    "erf": scipy.special.erf,
    "flip": lambda x, axes: np.flip(x, axes),
    "gather": lambda x, *indices: x[indices],
    "max": lambda x, axes: np.max(x, axes),
    "min": lambda x, axes: np.min(x, axes),
    "pad": zeros_between,
    "prod": lambda x, axes: np.prod(x, axes),
    "reshape": np.reshape,
    "sigmoid": scipy.special.expit,
    "slice": lambda x, start, stop, step: x[np.ix_(*map(range, start, stop, step))],
    "stop_gradient": np.array,
    "sum": lambda x, axes: np.sum(x, axes),
    "transpose": np.transpose,
    "where": np.where,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_value(name: str) -> None:
    primitive = CATALOGUE[name]
    for sample in primitive.samples:
        made = drawn(primitive, sample, "float64")
        expected = EXPECTED[name](*made.values, **sample.params)
        mine = primitive.value(np, *made.values, **sample.params)
        compare = assert_allclose if name in ("erf", "sigmoid") else assert_array_equal
        compare(mine, expected, **({"rtol": 1e-15} if compare is assert_allclose else {}))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_sigmoid_neither_overflows_nor_warns(dtype: str) -> None:
    x = np.array([-np.inf, -1000, -20, -1, 0, 1, 20, 1000, np.inf, np.nan], dtype)
    with np.errstate(all="raise", under="ignore"):
        mine = CATALOGUE["sigmoid"].value(np, x)
    assert mine.dtype == dtype
    expected = scipy.special.expit(x.astype("float64")).astype(dtype)
    assert_allclose(mine, expected, rtol=4 * np.finfo(dtype).eps)
