"""Sequences and grids of numbers; inside a trace they are traced arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.public import creates
from clearprop.numpy.shapes import moveaxis
from clearprop.numpy.static import static
from clearprop.tracing import (
    Traced,
    apply,
    as_array,
    cast,
    guard_int,
    new_array,
    owned,
    strengthened,
    together,
    unsupported,
)

__all__ = [
    "arange",
    "eye",
    "geomspace",
    "identity",
    "indices",
    "linspace",
    "logspace",
    "meshgrid",
    "tri",
]


@creates(np.arange)
def arange(start_or_stop: Any, /, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    """Numbers at equal distances; with traced ends, how many there are becomes a guard."""
    start = start_or_stop
    if not any(value.__class__ is Traced for value in (start, stop, step)):
        return new_array(np.arange(start, stop, step, dtype=dtype))
    if stop is None:
        start, stop = 0, start
    length = np.ceil((stop - start) / step)
    count = guard_int(length) if length.__class__ is Traced else int(length)
    first, second = as_array(start), as_array(start + step)
    kind = np.result_type(*[as_array(v).dtype for v in (start, stop, step)])
    whole = first + np.arange(max(count, 0)) * (second - first)
    return cast(whole, kind if dtype is None else dtype)


@creates(np.linspace)
def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    retstep: Any = False,
    dtype: Any = None,
    axis: Any = 0,
) -> Any:
    """``num`` numbers at equal distances from start to stop."""
    num = static(num)
    if not any(as_array(value).__class__ is Traced for value in (start, stop)):
        made = np.linspace(start, stop, num, endpoint, retstep, dtype, axis)
        return (new_array(made[0]), made[1]) if retstep else new_array(made)
    ends = together(0.0, start, stop)[1:]  # in one dtype, a floating one
    first, last = (strengthened(as_array(end)) for end in ends)
    real = first.dtype
    parts = (num - 1) if endpoint else num
    step = (last - first) / parts if parts else (last - first) * np.nan
    shape = np.broadcast_shapes(first.shape, last.shape)
    places = np.arange(num, dtype=real).reshape(-1, *[1] * len(shape))
    whole = places * (step if parts else last - first) + first
    if endpoint and num > 1:
        end = apply("broadcast", last, shape=(1, *shape))
        whole = apply("concatenate", whole[:-1], end, axis=0)
    if dtype is not None and np.dtype(dtype).kind in "iu":
        whole = np.floor(whole)
    whole = moveaxis(cast(whole, real if dtype is None else dtype), 0, axis)
    return (whole, step) if retstep else whole


@creates(np.logspace)
def logspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: Any = 0,
) -> Any:
    """``num`` powers of a base, with exponents at equal distances."""
    if not any(as_array(value).__class__ is Traced for value in (start, stop, base)):
        return new_array(np.logspace(start, stop, num, endpoint, base, dtype, axis))
    if np.ndim(base):
        raise unsupported("logspace", "an array of bases")
    powers = base ** linspace(start, stop, num, endpoint, axis=axis)
    return powers if dtype is None else cast(powers, dtype)


@creates(np.geomspace)
def geomspace(
    start: Any, stop: Any, num: Any = 50, endpoint: Any = True, dtype: Any = None, axis: Any = 0
) -> Any:
    """``num`` numbers at equal ratios from start to stop, of one sign."""
    if not any(as_array(value).__class__ is Traced for value in (start, stop)):
        return new_array(np.geomspace(start, stop, num, endpoint, dtype, axis))
    sign = np.sign(start)
    exponents = linspace(np.log10(start * sign), np.log10(stop * sign), num, endpoint)
    powers = moveaxis(sign * 10.0**exponents, 0, axis)
    return powers if dtype is None else cast(powers, dtype)


@creates(np.eye)
def eye(N: Any, M: Any = None, k: Any = 0, dtype: Any = float, order: Any = "C") -> Any:
    """Ones on the k-th diagonal, zeros elsewhere."""
    return new_array(np.eye(N, M, k, dtype, order))


@creates(np.identity)
def identity(n: Any, dtype: Any = None) -> Any:
    """The identity matrix."""
    return new_array(np.identity(n, dtype))


@creates(np.tri)
def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = float) -> Any:
    """Ones on and below the k-th diagonal, zeros above."""
    return new_array(np.tri(static(N), static(M), static(k), dtype))


@creates(np.indices)
def indices(dimensions: Any, dtype: Any = int, sparse: Any = False) -> Any:
    """The positions in a grid: an array of them per axis."""
    made = np.indices(static(dimensions), dtype, sparse)
    return tuple(map(new_array, made)) if isinstance(made, tuple) else new_array(made)


@creates(np.meshgrid)
def meshgrid(*xi: Any, copy: Any = True, sparse: Any = False, indexing: Any = "xy") -> Any:
    """The coordinates of a grid over vectors: an array of them per vector."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    if not copy:
        raise unsupported("meshgrid", "copy=False", "Use np.broadcast_arrays and np.ix_.")
    vectors = [as_array(x) for x in xi]
    places = list(range(len(vectors)))
    if indexing == "xy" and len(vectors) > 1:
        places[:2] = [1, 0]
    grid = tuple(vectors[i].size for i in np.argsort(places))
    results = []
    for x, place in zip(vectors, places, strict=True):
        shape = tuple(x.size if i == place else 1 for i in range(len(vectors)))
        line = apply("reshape", x, shape=shape)
        whole = line if sparse else apply("broadcast", line, shape=grid)
        results.append(owned(whole) if whole.__class__ is Traced else new_array(whole.copy()))
    return tuple(results)
