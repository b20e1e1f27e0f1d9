"""What the functions of matrices share: which operands they take, and what they give back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from clearprop.errors import DtypeError
from clearprop.tracing import Traced, apply, as_array, cast, owned, user_line


def matrices(*operands: Any) -> Any:
    """Operands as arrays of the dtype in which NumPy's linear algebra gives its result.

    Returns:
        The array, or a list of them if there are several.

    Raises:
        numpy.linalg.LinAlgError: If the first has no two axes.
        TypeError: If one is float16, as NumPy has it, or of complex numbers.
    """
    arrays = [as_array(operand) for operand in operands]
    if arrays[0].ndim < 2:
        raise np.linalg.LinAlgError(
            f"{arrays[0].ndim}-dimensional array given. Array must be at least two-dimensional"
        )
    for array in arrays:
        if array.dtype.kind == "c":
            raise DtypeError(
                "linear algebra with a complex matrix",
                where=user_line(),
                why="Matrices are factored and systems solved in real numbers only.",
                remedy="Write it with the real matrix [[A.real, -A.imag], [A.imag, A.real]].",
            )
        if array.dtype == np.float16:
            raise TypeError("array type float16 is unsupported in linalg")
    single = all(array.dtype == np.float32 for array in arrays)
    fitted = [cast(array, np.float32 if single else np.float64) for array in arrays]
    return fitted if len(fitted) > 1 else fitted[0]


def square(a: Any) -> Any:
    """The array, if its matrices are square.

    Raises:
        numpy.linalg.LinAlgError: If they are not.
    """
    a = as_array(a)
    if a.ndim > 1 and a.shape[-1] != a.shape[-2]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")
    return a


def turned(a: Any) -> Any:
    """The matrices transposed, as a new array."""
    axes = (*range(a.ndim - 2), a.ndim - 1, a.ndim - 2)
    result = apply("transpose", a, axes=axes)
    return owned(result) if result.__class__ is Traced else result.copy()


def spread(a: Any, lead: tuple[int, ...]) -> Any:
    """A stack of matrices, repeated along the leading axes of another."""
    shape = (*lead, *a.shape[-2:])
    return a if a.shape == shape else apply("broadcast", a, shape=shape)


def named(function: Callable[..., Any], results: tuple[Any, ...]) -> Any:
    """Results as the named tuple that NumPy's function gives."""
    return _kind(function)(*results)


@functools.cache
def _kind(function: Callable[..., Any]) -> Any:
    return type(function(np.eye(1)))
