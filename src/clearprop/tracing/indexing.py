"""Reading and writing by index, with NumPy's rules for basic and advanced indices.

Basic indices (integers, slices, ``...``, ``None``) become slice, flip and reshape steps, which are
views. Integer and boolean arrays become one gather or scatter over the leading axes. See the NumPy
reference, "Indexing on ndarrays".
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from clearprop.errors import DetachmentError, UnsupportedError
from clearprop.primitives.axes import inverse
from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.bind import apply
from clearprop.tracing.guards import guard
from clearprop.tracing.lift import fitted, lift
from clearprop.tracing.promote import common_shape
from clearprop.tracing.trace import user_line
from clearprop.tracing.views import view, write


@final
@dataclass(slots=True)
class _Plan:
    """An index, sorted into its basic part and its index arrays.

    Attributes:
        start, stop, step: The slice of each axis, as Python's ``slice.indices`` gives them, but
            with ``stop`` one past the last element taken (past the first for a negative step).
        lengths: How many elements the slice of each axis takes.
        shape: The basic part's result: integers gone, ``None`` added, advanced axes whole.
        advanced: Axis of ``shape`` → integer array.
        together: Whether the advanced axes stood side by side (then the result keeps their place).
        has_ellipsis: Whether the index had ``...``; then a 0-d result is still an array.
    """

    start: list[int]
    stop: list[int]
    step: list[int]
    lengths: list[int]
    shape: list[int]
    advanced: dict[int, Any]
    together: bool
    has_ellipsis: bool


def getitem(x: Any, index: Any) -> Any:
    """``x[index]``."""
    x = _owner(x, index)
    plan = _plan(x.shape, index)
    region = _region(x, plan)
    if not plan.advanced:
        region.is_array = bool(region.shape) or (plan.has_ellipsis and x.is_array)
        return region if region.is_array else region.snapshot()
    front, indices, place = _advanced(region, plan)
    result = apply("gather", front, *indices)
    rank = len(indices[0].shape)
    if place:
        order = _moved(result.ndim, rank, place)
        result = apply("transpose", result, axes=order)
    return result


def setitem(x: Traced, index: Any, value: Any) -> None:
    """``x[index] = value``.

    Raises:
        TypeError: If x is a scalar, as in NumPy.
        DetachmentError: If a float is stored in an integer array, which would cut its derivative.
        ReadOnlyError, EscapedError: See :func:`clearprop.tracing.views.write`.
    """
    if not x.is_array:
        raise TypeError(f"'numpy.{x.dtype.name}' object does not support item assignment")
    _refuse_truncation(x, value)
    mask = _whole_mask(x, index)
    if mask is not None and np.size(bottom(value)) == 1:
        write(x, _masked(x, mask, value))
        return
    plan = _plan(x.shape, index)
    region = _region(x, plan)
    region.is_array = True
    if not plan.advanced:
        write(region, fitted(x.trace, value, region.shape, x.dtype))
        return
    front, indices, place = _advanced(region, plan)
    rank = len(indices[0].shape)
    rows = indices[0].shape + front.shape[len(indices) :]
    if place:
        order = _moved(len(rows), rank, place)
        shown = tuple(rows[axis] for axis in order)
        update: Any = fitted(x.trace, value, shown, x.dtype)
        update = apply("transpose", update, axes=inverse(order))
    else:
        update = fitted(x.trace, value, rows, x.dtype)
    write(front, apply("scatter", front.snapshot(), update, *indices))


def in_place(x: Traced, name: str, other: Any) -> Any:
    """``x += other`` and its kin: arrays are written into, scalars bound anew.

    Raises:
        ValueError, TypeError: As NumPy does, if the result's shape or dtype does not fit x.
    """
    result = x.trace.namespace[name](x, other)
    if not x.is_array:
        return result
    if result.shape != x.shape:
        raise ValueError(
            f"non-broadcastable output operand with shape {x.shape} doesn't match the broadcast "
            f"shape {result.shape}"
        )
    if not np.can_cast(result.dtype, x.dtype, "same_kind"):
        raise TypeError(
            f"Cannot cast ufunc '{name}' output from {result.dtype!r} to {x.dtype!r} with casting "
            "rule 'same_kind'"
        )
    write(x, fitted(x.trace, result, x.shape, x.dtype))
    return x


def _owner(x: Any, index: Any) -> Any:
    """x itself; a plain array indexed by a traced one is brought into the index's trace."""
    if x.__class__ is Traced:
        return x
    entries = index if isinstance(index, tuple) else (index,)
    return lift(next(entry.trace for entry in entries if entry.__class__ is Traced), x)


# Sorting an index ------------------------------------------------------------------------------------


def _plan(shape: tuple[int, ...], index: Any) -> _Plan:
    entries = [_entry(item) for item in (index if isinstance(index, tuple) else (index,))]
    entries, has_ellipsis = _spread_ellipsis(entries, len(shape))
    has_arrays = any(isinstance(item, (np.ndarray, Traced, _Positions)) for item in entries)
    plan = _Plan([], [], [], [], [], {}, True, has_ellipsis)
    places: list[int] = []
    for position, item in enumerate(entries):
        axis = len(plan.start)
        if item is None:
            plan.shape.append(1)
        elif isinstance(item, slice):
            start, stop, step = (
                None if bound is None else operator.index(bound)
                for bound in (item.start, item.stop, item.step)
            )
            _add_slice(plan, slice(start, stop, step).indices(shape[axis]))
        elif isinstance(item, int) and not has_arrays:
            at = _in_bounds(item, shape[axis], axis)
            _add(plan, at, at + 1, 1, 1)
        else:
            array = _index_array(item, shape[axis], axis)
            plan.advanced[len(plan.shape)] = _counted_from_zero(array, shape[axis], axis)
            places.append(position)
            _add(plan, 0, shape[axis], 1, shape[axis])
            plan.shape.append(shape[axis])
    plan.together = not places or places[-1] - places[0] == len(places) - 1
    return plan


def _index_array(item: Any, length: int, axis: int) -> Any:
    if isinstance(item, _Positions):
        if item.length != length:
            raise IndexError(
                f"boolean index did not match indexed array along axis {axis}; size of axis is "
                f"{length} but size of corresponding boolean axis is {item.length}"
            )
        return item.array
    return np.asarray(item) if isinstance(item, int) else item


def _add(plan: _Plan, start: int, stop: int, step: int, length: int) -> None:
    plan.start.append(start)
    plan.stop.append(stop)
    plan.step.append(step)
    plan.lengths.append(length)


def _add_slice(plan: _Plan, bounds: tuple[int, int, int]) -> None:
    start, stop, step = bounds
    count = len(range(start, stop, step))
    if count == 0:
        start, stop, step = 0, 0, 1
    elif step > 0:
        stop = start + (count - 1) * step + 1
    else:
        stop = start + 1
    _add(plan, start, stop, step, count)
    plan.shape.append(count)


def _entry(item: Any) -> Any:
    """One entry of an index as an int, slice, None, Ellipsis, integer array or traced integers."""
    if item is None or item is Ellipsis or isinstance(item, slice):
        return item
    if item.__class__ is Traced:
        return _traced_entry(item)
    if isinstance(item, (int, np.integer)) and not isinstance(item, bool):
        return int(item)
    if hasattr(item, "__index__") and not isinstance(item, (np.ndarray, bool, np.bool_)):
        return operator.index(item)
    if isinstance(item, list) and any(part.__class__ is Traced for part in item):
        return np.array([operator.index(part) for part in item])
    array = np.asarray(item)
    if array.size == 0 and array.dtype.kind == "f" and isinstance(item, list):
        array = array.astype(np.int64)
    if array.dtype.kind == "b":
        return _Mask(array)
    if array.dtype.kind not in "iu":
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or "
            "boolean arrays are valid indices"
        )
    return array if array.shape else int(array)


def _traced_entry(item: Traced) -> Any:
    if item.dtype.kind == "b":
        outcome = np.array(guard(item, "mask"), bool).reshape(item.shape)
        return _Mask(outcome)
    if item.dtype.kind not in "iu":
        raise IndexError(
            f"arrays used as indices must be of integer (or boolean) type, not {item.dtype}"
        )
    return item


@final
class _Mask:
    """A boolean array in an index: it stands for as many axes as it has."""

    __slots__ = ("array",)

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        if not array.shape:
            raise UnsupportedError(
                "a single boolean as an index is not traced",
                where=user_line(),
                remedy="Use np.where, or a boolean array of the indexed axis' length.",
            )
        self.array = array

    def positions(self) -> list[_Positions]:
        """Where it is true: one entry per axis."""
        found = np.nonzero(self.array)
        return [_Positions(at, length) for at, length in zip(found, self.array.shape, strict=True)]


@final
@dataclass(frozen=True, slots=True)
class _Positions:
    """The positions along one axis that a boolean array of that length picked."""

    array: np.ndarray[Any, Any]
    length: int


def _spread_ellipsis(entries: list[Any], ndim: int) -> tuple[list[Any], bool]:
    """Every axis with an entry of its own: ``...`` and missing ones as whole slices."""
    flat: list[Any] = []
    for item in entries:
        flat.extend(item.positions() if isinstance(item, _Mask) else [item])
    dots = sum(item is Ellipsis for item in flat)
    if dots > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    used = sum(item is not None and item is not Ellipsis for item in flat)
    if used > ndim:
        raise IndexError(
            f"too many indices for array: array is {ndim}-dimensional, but {used} were indexed"
        )
    at = next((i for i, item in enumerate(flat) if item is Ellipsis), len(flat))
    fill = [slice(None)] * (ndim - used)
    return flat[:at] + fill + flat[at + 1 :], dots == 1


def _in_bounds(at: int, length: int, axis: int) -> int:
    if not -length <= at < length:
        raise IndexError(f"index {at} is out of bounds for axis {axis} with size {length}")
    return at % length


def _counted_from_zero(array: Any, length: int, axis: int) -> Any:
    """The positions without negative ones, after NumPy's bounds check."""
    numbers = np.asarray(bottom(array))
    wrong = numbers[(numbers < -length) | (numbers >= length)]
    if wrong.size:
        _in_bounds(int(wrong.flat[0]), length, axis)
    if array.__class__ is not Traced:
        return np.where(array < 0, array + length, array)
    if not (numbers < 0).any() and array.dtype.kind == "u":
        return array
    less = array < 0
    return apply("where", less, array + array.dtype.type(length), array) if array.size else array


# The parts of an indexed read or write --------------------------------------------------------------


def _region(x: Traced, plan: _Plan) -> Any:
    """The basic part as a view of x (x itself for ``x[...]``, as a new handle)."""
    region: Any = x
    step = [abs(k) for k in plan.step]
    start, stop = list(plan.start), list(plan.stop)
    backwards = [axis for axis, k in enumerate(plan.step) if k < 0]
    for axis in backwards:  # the same elements, read from the other end
        start[axis] = plan.start[axis] - (plan.lengths[axis] - 1) * step[axis]
    if start != [0] * x.ndim or stop != list(x.shape) or step != [1] * x.ndim:
        region = view("slice", region, start=tuple(start), stop=tuple(stop), step=tuple(step))
    if backwards:
        region = view("flip", region, axes=tuple(backwards))
    if region is x or tuple(plan.shape) != region.shape:
        region = view("reshape", region, shape=tuple(plan.shape))
    return region


def _advanced(region: Traced, plan: _Plan) -> tuple[Any, list[Any], int]:
    """The region with the advanced axes first, the index arrays of one shape, and the place of the
    result's index axes (0: in front)."""
    axes = list(plan.advanced)
    rest = [axis for axis in range(region.ndim) if axis not in plan.advanced]
    order = tuple(axes + rest)
    front = region
    if order != tuple(range(region.ndim)):
        front = view("transpose", region, axes=order)
    shape = common_shape([array.shape for array in plan.advanced.values()], "indices")
    indices = [_broadcast(array, shape) for array in plan.advanced.values()]
    place = sum(axis < axes[0] for axis in rest) if plan.together else 0
    return front, indices, place


def _broadcast(array: Any, shape: tuple[int, ...]) -> Any:
    if array.shape == shape:
        return array
    if array.__class__ is Traced:
        return apply("broadcast", array, shape=shape)
    return np.broadcast_to(array, shape)


def _moved(ndim: int, rank: int, place: int) -> tuple[int, ...]:
    """The permutation that moves the first ``rank`` axes behind the next ``place`` ones."""
    front, rest = list(range(rank)), list(range(rank, ndim))
    return tuple(rest[:place] + front + rest[place:])


def _whole_mask(x: Traced, index: Any) -> Any:
    """The index, if it is one boolean array of x's own shape."""
    if index.__class__ is Traced or isinstance(index, np.ndarray):
        return index if index.dtype.kind == "b" and index.shape == x.shape and x.shape else None
    return None


def _masked(x: Traced, mask: Any, value: Any) -> Traced:
    single = lift(x.trace, value)
    single = apply("reshape", single, shape=()) if single.shape else single
    result: Traced = apply(
        "where", mask, fitted(x.trace, single, x.shape, x.dtype), x.snapshot()
    )
    return result


def _refuse_truncation(x: Traced, value: Any) -> None:
    if value.__class__ is Traced and value.dtype.kind == "f" and x.dtype.kind != "f":
        raise DetachmentError(
            f"a traced {value.type} is stored in an array of dtype {x.dtype}",
            where=user_line(),
            why="It would be truncated and lose its derivative.",
            remedy="Make the array with a float dtype, or write x.astype(int) if that is meant.",
        )
