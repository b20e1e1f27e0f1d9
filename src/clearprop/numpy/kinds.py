"""What kind of numbers arrays hold, and what they become together; the numbers do not matter."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.public import follows
from clearprop.tracing import Traced, as_array, type_of_value

__all__ = [
    "can_cast",
    "imag",
    "iscomplex",
    "iscomplexobj",
    "isreal",
    "isrealobj",
    "isscalar",
    "real",
    "real_if_close",
    "result_type",
]


@follows(np.result_type)
def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that an operation on them would give; Python numbers are weak."""
    return np.result_type(*map(_asked, arrays_and_dtypes))


@follows(np.can_cast)
def can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    """Whether a conversion between dtypes is allowed by a rule."""
    return np.can_cast(from_.dtype if from_.__class__ is Traced else from_, to, casting)


@follows(np.isscalar)
def isscalar(element: Any) -> bool:
    """Whether it is a scalar, and no array."""
    return element.__class__ is Traced and not element.is_array


@follows(np.isrealobj)
def isrealobj(x: Any) -> bool:
    """True, as traced numbers are real."""
    return True


@follows(np.iscomplexobj)
def iscomplexobj(x: Any) -> bool:
    """False, as traced numbers are real."""
    return False


@follows(np.isreal)
def isreal(x: Any) -> Any:
    """True for every element, as traced numbers are real."""
    return np.ones(as_array(x).shape, bool)[()]


@follows(np.iscomplex)
def iscomplex(x: Any) -> Any:
    """False for every element, as traced numbers are real."""
    return np.zeros(as_array(x).shape, bool)[()]


@follows(np.real)
def real(val: Any) -> Any:
    """The array itself, as its numbers are real."""
    return as_array(val)


@follows(np.imag)
def imag(val: Any) -> Any:
    """Zeros, as the numbers are real."""
    a = as_array(val)
    zeros = np.zeros(a.shape, a.dtype)
    return zeros[()] if a.__class__ is Traced and not a.is_array else zeros


@follows(np.real_if_close)
def real_if_close(a: Any, tol: Any = 100) -> Any:
    """The array itself, as its numbers are real."""
    return as_array(a)


def _asked(value: Any) -> Any:
    """What NumPy is asked about in the place of a traced value."""
    if value.__class__ is not Traced:
        return value
    type_ = type_of_value(value)
    return type_.dtype.type(0).item() if type_.weak else type_.dtype
