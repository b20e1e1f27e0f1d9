"""Methods of traced arrays that are no functions of NumPy, or have other defaults than those."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy import choosing, sorting
from clearprop.numpy.creation import array, converted
from clearprop.numpy.shapes import ravel
from clearprop.tracing import (
    Traced,
    apply,
    cast,
    getitem,
    guard_bool,
    guard_int,
    setitem,
    unsupported,
)

__all__ = [
    "astype",
    "compress",
    "conj",
    "conjugate",
    "copy",
    "fill",
    "flatten",
    "item",
    "sort",
    "to_device",
    "tolist",
    "view",
]


def astype(
    x: Traced,
    dtype: Any,
    order: Any = "K",
    casting: Any = "unsafe",
    subok: Any = True,
    copy: Any = True,
) -> Any:
    """``x.astype(dtype)``: no derivative passes through integers and booleans."""
    if not np.can_cast(x.dtype, dtype, casting):
        raise TypeError(
            f"Cannot cast array data from {x.dtype!r} to {np.dtype(dtype)!r} according to the rule "
            f"{casting!r}"
        )
    return converted(x, dtype, order, copy or None) if x.is_array else cast(x, dtype)


def compress(x: Traced, condition: Any, axis: Any = None) -> Any:
    """``x.compress(condition)``: as the function, with its arguments exchanged."""
    return choosing.compress(condition, x, axis)


def conjugate(x: Traced) -> Any:
    """``x.conj()``: of real numbers the array itself, where ``numpy.conj`` makes a copy."""
    return apply("conj", x) if x.dtype.kind == "c" else x


conj = conjugate


def copy(x: Traced, order: Any = "C") -> Any:
    """``x.copy()``: in C order, where ``numpy.copy`` keeps the order; a scalar stays one."""
    return array(x, order=order) if x.is_array else x.snapshot()


def flatten(x: Traced, order: Any = "C") -> Any:
    """``x.flatten()``: all elements along one axis, always a copy."""
    return array(ravel(x, order))


def fill(x: Traced, value: Any) -> None:
    """``x.fill(value)``: the same number for every element."""
    setitem(x, ..., value)


def item(x: Traced, *place: Any) -> Any:
    """``x.item()``: one integer or boolean as Python's own, with a guard.

    Raises:
        DetachmentError: For floats, as a plain number carries no derivative.
        ValueError: If x has several elements and no place is given.
    """
    if place:
        index = place[0] if len(place) == 1 and isinstance(place[0], tuple) else place
        flat = len(index) == 1 and x.ndim != 1
        single: Any = ravel(x)[index[0]] if flat else x[tuple(index)]
    elif x.size != 1:
        raise ValueError("can only convert an array of size 1 to a Python scalar")
    else:
        single = apply("reshape", x, shape=()) if x.shape else x
    if single.dtype.kind in "fc":
        raise x.detached(".item()", "write x[i], or x.reshape(()) for the only element")
    return guard_bool(single) if single.dtype.kind == "b" else guard_int(single)


def sort(x: Traced, axis: Any = -1, kind: Any = None, *, stable: Any = None) -> None:
    """``x.sort()``: the elements along one axis put in ascending order, in x itself."""
    setitem(x, ..., sorting.sort(x, axis, kind, stable=stable))


def tolist(x: Traced) -> Any:
    """``x.tolist()``: nested lists of Python's integers or booleans, with guards.

    Raises:
        DetachmentError: For floats, as plain numbers carry no derivative.
    """
    if x.dtype.kind in "fc":
        raise x.detached(".tolist()", "write list(x), whose elements are traced")
    if not x.shape:
        return item(x)
    elements: Any = ravel(x)
    flat = [item(element) for element in elements]
    return np.array(flat, object).reshape(x.shape).tolist()


def to_device(x: Traced, device: Any, /, *, stream: Any = None) -> Traced:
    """``x.to_device("cpu")``: the array itself.

    Raises:
        ValueError: For another device, as NumPy does.
    """
    if device != "cpu" or stream is not None:
        raise ValueError(f"Unsupported device: {device!r}. Only 'cpu' is accepted, with no stream.")
    return x


def view(x: Traced, dtype: Any = None, type: Any = None) -> Any:
    """``x.view()``: another handle for the same elements.

    Raises:
        UnsupportedError: For another dtype, as bits have no derivative.
    """
    if type is not None or (dtype is not None and np.dtype(dtype) != x.dtype):
        raise unsupported(
            "ndarray.view",
            "another dtype or type",
            "Bits have no derivative: write x.astype(dtype), or cp.stop_gradient(x).value.view(…).",
        )
    return getitem(x, ...) if x.is_array else x.snapshot()
