"""Sorting an index into slices and index arrays, with NumPy's rules and messages.

See the NumPy reference, "Indexing on ndarrays".
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import Any, Final, final

import numpy as np

from clearprop.errors import UnsupportedError
from clearprop.graph import Constant, Input
from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.bind import apply
from clearprop.tracing.guards import guard
from clearprop.tracing.nested import as_array, holds_traced
from clearprop.tracing.trace import CURRENT, user_line

INVALID: Final = (
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or "
    "boolean arrays are valid indices"
)


@final
@dataclass(slots=True)
class Plan:
    """An index, sorted into its basic part and its index arrays.

    Attributes:
        start, stop, step: The slice of each axis, as Python's ``slice.indices`` gives them, but
            with ``stop`` one past the last element taken (past the first for a negative step).
        lengths: How many elements the slice of each axis takes.
        shape: The basic part's result: integers gone, ``None`` added, advanced axes whole.
        advanced: Axis of ``shape`` → integer array.
        together: Whether the advanced axes stood side by side (then the result keeps their place).
        has_ellipsis: Whether the index had ``...``; then a 0-d result is still an array.
        copies: Whether it had arrays, be they 0-d; then the result is a copy and not a view.
    """

    has_ellipsis: bool
    copies: bool
    start: list[int] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)
    step: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    shape: list[int] = field(default_factory=list)
    advanced: dict[int, Any] = field(default_factory=dict)
    together: bool = True

    def take(self, start: int, stop: int, step: int, length: int) -> None:
        """Add the slice of one more axis."""
        self.start.append(start)
        self.stop.append(stop)
        self.step.append(step)
        self.lengths.append(length)


@final
@dataclass(frozen=True, slots=True)
class Positions:
    """The positions along one axis that a boolean array of that length picked."""

    array: Any
    length: int


def plan_of(shape: tuple[int, ...], index: Any) -> Plan:
    """The index of an array of that shape, sorted.

    Raises:
        IndexError: As NumPy does.
    """
    items = index if isinstance(index, tuple) else (index,)
    flat = [entry for item in items for entry in _entries(item)]
    entries = _spread_ellipsis(flat, len(shape))
    is_advanced = any(isinstance(item, (np.ndarray, Traced, Positions)) for item in entries)
    plan = Plan(any(item is Ellipsis for item in flat), any(map(_is_array, items)))
    places: list[int] = []
    arrays: list[tuple[Any, int, int]] = []
    for place, item in enumerate(entries):
        axis = len(plan.start)
        if item is Ellipsis:
            continue
        if item is None:
            plan.shape.append(1)
        elif isinstance(item, slice):
            _add_slice(plan, item, shape[axis])
        elif isinstance(item, int) and not is_advanced:
            at = _in_bounds(item, shape[axis], axis)
            plan.take(at, at + 1, 1, 1)
        else:
            arrays.append((_index_array(item, shape[axis], axis), shape[axis], axis))
            plan.advanced[len(plan.shape)] = None
            places.append(place)
            plan.take(0, shape[axis], 1, shape[axis])
            plan.shape.append(shape[axis])
    plan.advanced = dict(zip(plan.advanced, _settled(arrays), strict=True))
    plan.together = not places or places[-1] - places[0] == len(places) - 1
    return plan


# Entry by entry ----------------------------------------------------------------------------------


def _entries(item: Any) -> list[Any]:
    """One item of an index as ints, slices, None, Ellipsis, integer arrays or traced integers."""
    if item is None or item is Ellipsis or isinstance(item, slice):
        return [item]
    if item.__class__ in (list, tuple) and holds_traced(item):
        item = as_array(item)
    if item.__class__ is Traced:
        numbers = known_numbers(item)
        return _traced_entries(item) if numbers is None else _plain_entries(numbers)
    if hasattr(item, "__index__") and not isinstance(item, (np.ndarray, bool, np.bool_)):
        return [operator.index(item)]
    if isinstance(item, np.ndarray):
        return _plain_entries(item)
    array = np.asarray(item)
    if array.size and array.dtype.kind not in "biu":
        raise IndexError(INVALID)
    return _plain_entries(array if array.size else array.astype(np.int64))


def known_numbers(item: Traced) -> Any:
    """The numbers of a traced array that depends on nothing, as ``np.arange(3)``; else None."""
    place = item.current()
    if item.concrete.__class__ is Traced or not isinstance(place, (Constant, Input)):
        return None
    traced = [known for known, value in item.owner.captured if value.__class__ is Traced]
    if any(place is known for known in (*item.owner.inputs, *traced)):
        return None
    return np.asarray(item.concrete)


def _plain_entries(array: np.ndarray[Any, Any]) -> list[Any]:
    if array.dtype.kind == "b":
        return _mask_entries(array)
    if array.dtype.kind not in "iu":
        raise IndexError(
            "arrays used as indices must be of integer (or boolean) type"
            if array.shape
            else INVALID
        )
    return [array if array.shape else int(array)]


def _traced_entries(item: Traced) -> list[Any]:
    if item.dtype.kind == "b" and item.shape:
        return _mask_entries(looked_at(item))
    if item.dtype.kind == "b":
        return _mask_entries(np.asarray(bottom(item)))
    if item.dtype.kind not in "iu":
        raise IndexError(
            f"arrays used as indices must be of integer (or boolean) type, not {item.dtype}"
        )
    return [item]


def looked_at(mask: Traced) -> Any:
    """Where a traced mask is true, as a plain array; the graph then holds for that mask only."""
    flat = apply("reshape", mask, shape=(mask.size,))
    return np.array(guard(flat, "mask"), bool).reshape(mask.shape)


def _mask_entries(mask: np.ndarray[Any, Any]) -> list[Any]:
    """Where a mask is true: one entry for each of its axes."""
    if not mask.shape:
        raise UnsupportedError(
            "a single boolean as an index is not traced",
            where=user_line(),
            remedy="Use np.where, or a boolean array of the indexed axis' length.",
        )
    found = np.nonzero(mask)
    return [Positions(at, length) for at, length in zip(found, mask.shape, strict=True)]


def _is_array(item: Any) -> bool:
    return item.is_array if item.__class__ is Traced else isinstance(item, np.ndarray)


def _spread_ellipsis(flat: list[Any], ndim: int) -> list[Any]:
    """Every axis with an entry of its own: ``...`` and missing ones as whole slices.

    The ``...`` stays behind them: in NumPy it separates index arrays, be it for no axis at all.
    """
    dots = sum(item is Ellipsis for item in flat)
    if dots > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    used = sum(item is not None and item is not Ellipsis for item in flat)
    if used > ndim:
        raise IndexError(
            f"too many indices for array: array is {ndim}-dimensional, but {used} were indexed"
        )
    at = next((i for i, item in enumerate(flat) if item is Ellipsis), len(flat))
    return flat[:at] + [slice(None)] * (ndim - used) + flat[at:]


def _add_slice(plan: Plan, item: slice, length: int) -> None:
    start, stop, step = item.indices(length)
    count = len(range(start, stop, step))
    if count == 0:
        start, stop, step = 0, 0, 1
    elif step > 0:
        stop = start + (count - 1) * step + 1
    else:
        stop = start + 1
    plan.take(start, stop, step, count)
    plan.shape.append(count)


def _index_array(item: Any, length: int, axis: int) -> Any:
    if isinstance(item, int):
        return np.asarray(_in_bounds(item, length, axis))
    if not isinstance(item, Positions):
        return item
    if item.length not in (0, length):  # NumPy lets empty masks be
        raise IndexError(
            f"boolean index did not match indexed array along axis {axis}; size of axis is "
            f"{length} but size of corresponding boolean axis is {item.length}"
        )
    return item.array


def _settled(arrays: list[tuple[Any, int, int]]) -> list[Any]:
    """The index arrays of one shape, within bounds, counted from 0.

    Args:
        arrays: Each with the length and the number of its axis.
    """
    if not arrays:
        return []
    try:
        shape = np.broadcast_shapes(*[array.shape for array, _, _ in arrays])
    except ValueError:
        shapes = "".join(str(array.shape).replace(" ", "") + " " for array, _, _ in arrays)
        raise IndexError(
            f"shape mismatch: indexing arrays could not be broadcast together with shapes {shapes}"
        ) from None
    if 0 not in shape:  # else there is no position that could be wrong
        arrays = [(_counted_from_zero(a, length, axis), 0, 0) for a, length, axis in arrays]
    return [
        array if array.shape == shape else apply("broadcast", array, shape=shape)
        for array, _, _ in arrays
    ]


def _counted_from_zero(array: Any, length: int, axis: int) -> Any:
    """The positions without negative ones, after NumPy's bounds check."""
    numbers = np.asarray(bottom(array))
    wrong = numbers[(numbers < -length) | (numbers >= length)]
    if wrong.size and not _is_unknown(array):
        _in_bounds(int(wrong.flat[0]), length, axis)
    if array.__class__ is not Traced:
        return np.where(array < 0, array + length, array) if (numbers < 0).any() else array
    if array.dtype.kind == "u":
        return array
    less, wrapped = array < 0, array + array.dtype.type(length)
    return apply("where", less, wrapped, apply("cast", array, dtype=wrapped.dtype))


def _is_unknown(array: Any) -> bool:
    """Whether other numbers than these will stand there, or none, once the graph is run."""
    if array.__class__ is not Traced:
        return False
    current = CURRENT.get()
    in_branch = current is not None and current.stage is not None
    return in_branch or array.owner.abstract or array.owner.hollow


def _in_bounds(at: int, length: int, axis: int) -> int:
    if not -length <= at < length:
        raise IndexError(f"index {at} is out of bounds for axis {axis} with size {length}")
    return at % length
