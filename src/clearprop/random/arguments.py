"""What users pass to draws, checked at the border with errors that name the argument.

Of traced values the concrete numbers are looked at, where there are some, without a guard: a graph
that runs on others does not repeat the check, and gives NaN where a parameter makes no sense.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike

from clearprop.errors import ArgumentError, DtypeError, ShapeError
from clearprop.tracing import Traced, as_array, cast, user_line

Shape = tuple[int, ...]
ShapeLike = int | tuple[int, ...] | list[int]

_SIGNED: Final = ("int8", "int16", "int32", "int64")
_UNSIGNED: Final = ("uint8", "uint16", "uint32", "uint64")


def as_key(key: Any) -> Any:
    """The key, if it is one.

    Raises:
        ArgumentError: It is no array of shape (2,) and dtype uint32.
    """
    is_array = key.__class__ is Traced or isinstance(key, np.ndarray)
    if is_array and key.shape == (2,) and key.dtype == np.uint32:
        return key
    remedy = "Make a key with cp.random.key(0)."
    if is_array and key.ndim > 1 and key.shape[-1] == 2:
        remedy = "Of several keys from cp.random.split, pass one: keys[0]."
    found = f"an array of shape {key.shape} and dtype {key.dtype}" if is_array else repr(key)
    raise ArgumentError(
        f"key is {found}, not a key",
        where=user_line(),
        why="The first argument of a draw is two words of dtype uint32, which say what is drawn.",
        remedy=remedy,
    )


def as_shape(shape: Any, name: str = "shape") -> Shape:
    """A shape as a tuple; a number is a shape of one axis.

    Raises:
        ArgumentError: It holds something else than whole numbers that are not negative.
    """
    try:
        parts = shape if isinstance(shape, (tuple, list)) else (shape,)
        lengths = tuple(operator.index(length) for length in parts)
    except TypeError:
        lengths = (-1,)
    if any(length < 0 for length in lengths):
        raise ArgumentError(
            f"{name} is {shape!r}",
            where=user_line(),
            why="It says how many numbers are drawn: whole numbers, none of them negative.",
            remedy="Parameters such as loc and scale go by name." if name == "shape" else "",
        )
    return lengths


def common_shape(shape: Any, **parameters: Any) -> Shape:
    """The shape of a draw: the given one, or with None that of the parameters together.

    Raises:
        ShapeError: The parameters do not broadcast, to each other or to the given shape.
        ArgumentError: As :func:`as_shape`.
    """
    wanted = None if shape is None else as_shape(shape)
    shapes = [parameter.shape for parameter in parameters.values()]
    try:
        found = np.broadcast_shapes(*shapes, *([] if wanted is None else [wanted]))
    except ValueError:
        found = None
    if found is None or wanted not in (None, found):
        listed = ", ".join(f"{name} {p.shape}" for name, p in parameters.items())
        raise ShapeError(
            f"parameters of shapes {listed}"
            + ("" if wanted is None else f" for a draw of shape {wanted}"),
            where=user_line(),
            why="Aligned at the right, their lengths must be equal or 1.",
            remedy="" if wanted is None else "The shape must have the axes of the parameters too.",
        )
    return found


def as_float(dtype: DTypeLike) -> np.dtype[Any]:
    """The dtype of a continuous draw.

    Raises:
        DtypeError: It is neither float32 nor float64.
    """
    return _dtype(dtype, ("float32", "float64"), "Real numbers are drawn in float32 or float64.")


def as_integer(dtype: DTypeLike) -> np.dtype[Any]:
    """The dtype of a whole number.

    Raises:
        DtypeError: It is no integer.
    """
    return _dtype(dtype, _SIGNED + _UNSIGNED, "Whole numbers are drawn in an integer dtype.")


def as_unsigned(dtype: DTypeLike) -> np.dtype[Any]:
    """The dtype of random bits.

    Raises:
        DtypeError: It is no integer without a sign.
    """
    return _dtype(dtype, _UNSIGNED, "Bits are drawn as integers without a sign.")


def _dtype(dtype: DTypeLike, allowed: tuple[str, ...], why: str) -> np.dtype[Any]:
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if found is not None and found.name in allowed:
        return found
    raise DtypeError(
        f"dtype is {dtype!r}" if found is None else f"dtype is {found}",
        where=user_line(),
        why=why,
        remedy="Parameters such as loc and scale go by name."
        if found is None
        else "Convert what was drawn, with x.astype.",
    )


def numbers(value: Any, name: str, dtype: np.dtype[Any]) -> Any:
    """A parameter as an array or a traced value of that dtype.

    Raises:
        DtypeError: It holds no numbers, or fractions where integers are wanted.
    """
    array = as_array(value)
    if array.dtype.kind not in ("biuf" if dtype.kind == "f" else "iu"):
        raise DtypeError(
            f"{name} has dtype {array.dtype}",
            where=user_line(),
            why=f"It must hold {'real' if dtype.kind == 'f' else 'whole'} numbers.",
        )
    return cast(array, dtype)


def refuse(name: str, what: str, wrong: Callable[..., Any], value: Any, *others: Any) -> None:
    """Refuse a parameter outside its range.

    Where the result can be NaN, ``wrong`` lets NaN through.

    Args:
        name: The parameter's name.
        what: What it must be.
        wrong: ``wrong(value, *others)``: element by element, whether it is not.
        value: The parameter.
        others: Parameters that it is compared with.

    Raises:
        ArgumentError: Naming the parameter and the first number that does not fit.
    """
    concrete = [known(given) for given in (value, *others)]
    if any(given is None for given in concrete):
        return
    outside, found = np.broadcast_arrays(wrong(*concrete), concrete[0])
    if outside.any():
        raise ArgumentError(
            f"{name} must be {what}; it holds {found[outside][0]}", where=user_line()
        )


def known(value: Any) -> Any:
    """The concrete numbers; None in the body of a loop or branch, which knows types alone."""
    while value.__class__ is Traced:
        if value.owner.abstract:
            return None
        value.current()
        value = value.concrete
    return value
