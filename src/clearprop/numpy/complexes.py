"""Complex numbers: their parts, sizes and angles, and which arrays hold them."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.public import BY_UFUNC, as_0d, follows
from clearprop.numpy.reductions import all as all_
from clearprop.tracing import (
    Traced,
    apply,
    as_array,
    elementwise,
    guard_bool,
    settled,
    type_of_value,
    view,
)

__all__ = [
    "abs",
    "absolute",
    "angle",
    "conj",
    "conjugate",
    "imag",
    "iscomplex",
    "iscomplexobj",
    "isreal",
    "isrealobj",
    "real",
    "real_if_close",
]


@follows(np.absolute)
def absolute(x: Any, /) -> Any:
    """The size of numbers; of complex ones the distance from 0, where the derivative is 0."""
    z = x if x.__class__ is Traced else as_array(x)
    if z.dtype.kind != "c":
        return elementwise(BY_UFUNC[np.absolute], z)
    return np.hypot(apply("real", z), apply("imag", z))


abs = absolute


@follows(np.angle)
def angle(z: Any, deg: Any = False) -> Any:
    """The angle from the positive real axis; it has no derivative at 0."""
    z = as_array(z)
    if is_complex(z):
        found = np.arctan2(apply("imag", z), apply("real", z))
    else:
        found = np.arctan2(0, z)
    return found * (180 / np.pi) if deg else found


@follows(np.conjugate)
def conjugate(x: Any, /) -> Any:
    """Re x − i Im x; of real numbers a copy."""
    (x,) = settled(np.conjugate, x)
    if x.dtype.kind == "c":
        return apply("conj", x)
    result = x.snapshot()
    result.is_array = bool(x.shape)
    return result


conj = conjugate


@follows(np.real)
def real(val: Any) -> Any:
    """The real part: a view; of real numbers the array itself."""
    val = as_array(val)
    return _part("real", val) if is_complex(val) else val


@follows(np.imag)
def imag(val: Any) -> Any:
    """The imaginary part: a view; of real numbers zeros."""
    a = as_array(val)
    if is_complex(a):
        return _part("imag", a)
    if type_of_value(a).weak:
        return a.dtype.type(0).item()
    zeros: Any = np.zeros(a.shape, a.dtype)
    return zeros[()] if a.__class__ is Traced and not a.is_array else zeros


@follows(np.real_if_close)
def real_if_close(a: Any, tol: Any = 100) -> Any:
    """The real part, if the imaginary one is within rounding, which becomes a guard; else all."""
    a = as_array(a)
    if is_complex(a):
        bound = tol * float(np.finfo(a.dtype).eps) if tol > 1 else tol
        near: Any = all_(np.abs(apply("imag", a)) < bound)
        if near.__class__ is Traced and not guard_bool(near):
            return as_0d(a)
        a = _part("real", a)
    return as_0d(a)


# Kinds --------------------------------------------------------------------------------------------


@follows(np.isrealobj)
def isrealobj(x: Any) -> bool:
    """Whether the dtype is a real one."""
    return not is_complex(as_array(x))


@follows(np.iscomplexobj)
def iscomplexobj(x: Any) -> bool:
    """Whether the dtype is a complex one."""
    return is_complex(as_array(x))


@follows(np.isreal)
def isreal(x: Any) -> Any:
    """Whether the imaginary part is 0, element by element."""
    a = as_array(x)
    return apply("imag", a) == 0 if is_complex(a) else np.ones(a.shape, bool)[()]


@follows(np.iscomplex)
def iscomplex(x: Any) -> Any:
    """Whether the imaginary part is not 0, element by element."""
    a = as_array(x)
    return apply("imag", a) != 0 if is_complex(a) else np.zeros(a.shape, bool)[()]


def conjugated(z: Any) -> Any:
    """The conjugate; real numbers as they are."""
    return apply("conj", z) if is_complex(z) else z


def squared(z: Any) -> Any:
    """|z|², which is real."""
    if not is_complex(z):
        return z * z
    x, y = apply("real", z), apply("imag", z)
    return x * x + y * y


def is_complex(a: Any) -> bool:
    """Whether an array, traced or not, holds complex numbers."""
    return bool(a.dtype.kind == "c")


def _part(name: str, a: Any) -> Any:
    """A view of one part; of a scalar, a scalar."""
    found = view(name, a)
    found.is_array = a.is_array
    return found
