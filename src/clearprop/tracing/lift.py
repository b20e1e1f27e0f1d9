"""Bringing plain values into a trace as traced arrays of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.errors import ShapeError
from clearprop.tracing.array import Traced
from clearprop.tracing.bind import apply
from clearprop.tracing.promote import fit, plain, type_of_value
from clearprop.tracing.trace import CURRENT, Trace, user_line


def lift(trace: Trace, value: Any, *, is_array: bool | None = None) -> Traced:
    """The value as a traced one of that trace; an outer traced value is captured."""
    if value.__class__ is Traced and value.trace is trace:
        return value
    value = plain(value)
    shaped = bool(type_of_value(value).shape)
    concrete = value.snapshot() if value.__class__ is Traced else _number(value)
    return Traced(trace, trace.capture(value), concrete, shaped if is_array is None else is_array)


def filled(trace: Trace, number: Any, shape: tuple[int, ...], dtype: Any) -> Traced:
    """A new traced array, every element the same number."""
    scalar = lift(trace, np.asarray(number).astype(dtype)[()])
    if not shape:
        scalar.is_array = True
        return scalar
    result: Traced = apply("broadcast", scalar, shape=shape)
    return result


def fitted(trace: Trace, value: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Traced:
    """The value in that trace, cast and broadcast: what an assignment stores."""
    lifted = lift(trace, value).snapshot()
    extra = lifted.ndim - len(shape)
    if extra > 0 and lifted.shape[:extra] == (1,) * extra:  # NumPy lets them be
        lifted = apply("reshape", lifted, shape=lifted.shape[extra:])
    lead = len(shape) - lifted.ndim
    if lead < 0 or any(a not in (1, b) for a, b in zip(lifted.shape, shape[lead:], strict=True)):
        raise ShapeError(
            f"could not broadcast input array from shape {lifted.shape} into shape {shape}",
            where=user_line(),
        )
    result = fit(lifted, lifted.type, shape, dtype)
    if result.type.weak:
        result = apply("cast", result, dtype=dtype)
    return result if result.trace is trace else lift(trace, result)


def new_array(value: Any) -> Any:
    """What a creation function returns: a traced array inside a trace, a plain one outside."""
    trace = CURRENT.get()
    if trace is None or np.asarray(value).dtype.kind not in "biuf":
        return value
    return lift(trace, value, is_array=True)


def _number(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else type_of_value(value).dtype.type(value)


