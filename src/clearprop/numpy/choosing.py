"""Elements chosen by position or by condition."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.numpy.public import as_0d, choice, follows
from clearprop.numpy.reductions import single_axis
from clearprop.numpy.shapes import ravel
from clearprop.tracing import (
    Traced,
    apply,
    as_array,
    bottom,
    cast,
    common_shape,
    getitem,
    looked_at,
    plain,
    unsupported,
)

__all__ = [
    "argwhere",
    "choose",
    "compress",
    "extract",
    "flatnonzero",
    "ix_",
    "nonzero",
    "select",
    "take",
    "take_along_axis",
    "where",
]


@follows(np.where)
def where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    """Element by element x where the condition is true, else y; alone, where it is true."""
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise ValueError("either both or neither of x and y should be given")
    return as_0d(choice(_condition(condition), x, y))


@follows(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Element by element the choice of the first condition that is true, else the default."""
    conditions, choices = list(condlist), list(choicelist)
    if len(conditions) != len(choices):
        raise ValueError("list of cases must be same length as list of conditions")
    if not conditions:
        raise ValueError("select with an empty condition list is not possible")
    if any(as_array(mask).dtype.kind != "b" for mask in conditions):
        raise TypeError("invalid entry in condlist: should be boolean ndarray")
    values = [plain(value) for value in (*choices, default)]
    dtype = np.result_type(*[_dtype_or_number(value) for value in values])
    result = cast(as_array(values[-1]), dtype)
    for mask, value in zip(reversed(conditions), reversed(values[:-1]), strict=True):
        result = choice(mask, cast(as_array(value), dtype), result)
    return as_0d(result)


@follows(np.choose)
def choose(a: Any, choices: Any, *, mode: Any = "raise") -> Any:
    """Element by element the element of the choice whose number stands in a."""
    numbers = _whole(as_array(a))
    options = [as_array(option) for option in choices]
    dtype = np.result_type(*[option.dtype for option in options])
    shape = common_shape([numbers.shape, *[option.shape for option in options]], "choose")
    numbers = _bounded(numbers, len(options), mode)
    rows = [_spread(cast(option, dtype), (1, *shape)) for option in options]
    whole = apply("concatenate", *rows, axis=0)
    return getitem(whole, (_spread(numbers, shape), *np.indices(shape, sparse=True)))


@follows(np.take, ordered=True)
def take(a: Any, indices: Any, axis: Any = None, *, mode: Any = "raise") -> Any:
    """The elements at some positions along an axis, or of the flattened array."""
    a = as_array(a)
    a, axis = (ravel(a), 0) if axis is None else (a, single_axis(axis, a.ndim))
    indices = as_array(indices)
    indices = cast(indices, np.int64) if not indices.size else indices
    if mode != "raise":
        indices = _bounded(indices, a.shape[axis], mode)
    return _copied(getitem(a, (*[slice(None)] * axis, indices)))


@follows(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """For each line along an axis, the elements at its own positions."""
    arr, indices = as_array(arr), as_array(indices)
    arr, axis = (ravel(arr), 0) if axis is None else (arr, single_axis(axis, arr.ndim))
    return getitem(arr, along_axis(arr.shape, indices, axis))


@follows(np.compress, ordered=True)
def compress(condition: Any, a: Any, axis: Any = None) -> Any:
    """The parts along an axis where the condition is true; it becomes a guard."""
    condition = as_array(condition)
    if condition.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    return take(a, nonzero(condition)[0], axis)


@follows(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements where the condition is true, in a vector; it becomes a guard."""
    return take(ravel(arr), nonzero(ravel(condition))[0])


@follows(np.nonzero)
def nonzero(a: Any) -> tuple[Any, ...]:
    """Where elements are not 0: an array of positions per axis. The answer becomes a guard."""
    a = as_array(a)
    if not a.ndim:
        raise ValueError(
            "Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() "
            "instead."
        )
    return np.nonzero(_looked_at(a))


@follows(np.flatnonzero)
def flatnonzero(a: Any) -> Any:
    """Where elements of the flattened array are not 0. The answer becomes a guard."""
    return nonzero(ravel(a))[0]


@follows(np.argwhere)
def argwhere(a: Any) -> Any:
    """Where elements are not 0: a row of positions for each. The answer becomes a guard."""
    return np.argwhere(_looked_at(as_array(a)))


@follows(np.ix_)
def ix_(*args: Any) -> tuple[Any, ...]:
    """Vectors of positions, shaped so that together they index a grid."""
    columns = []
    for axis, positions in enumerate(map(as_array, args)):
        if positions.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        if positions.dtype.kind == "b":
            positions = nonzero(positions)[0]
        shape = tuple(positions.size if i == axis else 1 for i in range(len(args)))
        columns.append(apply("reshape", positions, shape=shape))
    return tuple(columns)


# What they share ---------------------------------------------------------------------------------


def along_axis(shape: tuple[int, ...], indices: Any, axis: int) -> tuple[Any, ...]:
    """The index of ``take_along_axis``: positions along one axis, each line's own on the others."""
    if indices.dtype.kind not in "iu":
        raise IndexError("`indices` must be an integer array")
    if indices.ndim != len(shape):
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    grid = np.indices([1 if i == axis else n for i, n in enumerate(shape)], sparse=True)
    return tuple(indices if i == axis else line for i, line in enumerate(grid))


def _looked_at(a: Any) -> Any:
    """Where the elements are not 0, as a plain array; of traced ones with a guard."""
    if a.__class__ is not Traced:
        return a
    return looked_at(a if a.dtype.kind == "b" else a != 0)


def _condition(condition: Any) -> Any:
    condition = as_array(condition)
    return condition if condition.dtype.kind == "b" else condition != 0


def _bounded(positions: Any, length: int, mode: Any) -> Any:
    """Positions that fit an axis of that length, by NumPy's mode."""
    if mode == "wrap":
        return positions % length
    if mode == "clip":
        return np.clip(positions, 0, length - 1)
    if mode != "raise":
        raise unsupported("take", f"mode={mode!r}")
    numbers = bottom(positions)
    if np.any((numbers < 0) | (numbers >= length)):
        raise ValueError("invalid entry in choice array")
    return positions


def _whole(numbers: Any) -> Any:
    """The numbers of choices as integers.

    Raises:
        TypeError: As NumPy does, if they are floats.
    """
    if not np.can_cast(numbers.dtype, np.int64):
        raise TypeError(
            f"Cannot cast array data from {numbers.dtype!r} to dtype('int64') according to the "
            "rule 'safe'"
        )
    return cast(numbers, np.int64)


def _spread(a: Any, shape: tuple[int, ...]) -> Any:
    return a if a.shape == shape else apply("broadcast", a, shape=shape)


def _copied(value: Any) -> Any:
    """A result that is no view, though an index made it."""
    return value.snapshot() if value.__class__ is Traced else value


def _dtype_or_number(value: Any) -> Any:
    """What ``np.result_type`` is to be told: Python numbers are weak."""
    if value.__class__ is Traced:
        return value.dtype.type(0).item() if value.type.weak else value.dtype
    return value if value.__class__ in (int, float) else value.dtype
