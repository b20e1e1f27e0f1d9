"""Reading and writing by index, with NumPy's rules for basic and advanced indices.

Basic indices (integers, slices, ``...``, ``None``) become slice, flip and reshape steps, which are
views. Integer and boolean arrays become one gather or scatter over the leading axes. See the NumPy
reference, "Indexing on ndarrays".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.errors import DetachmentError
from clearprop.primitives.axes import inverse
from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.bind import apply
from clearprop.tracing.lift import fitted, lift, owned
from clearprop.tracing.nested import as_array, first_traced
from clearprop.tracing.plan import Plan, plan_of
from clearprop.tracing.trace import user_line
from clearprop.tracing.views import require_writable, view, write


def getitem(x: Any, index: Any) -> Any:
    """``x[index]``: a view for basic indices, else a copy."""
    if x.__class__ is not Traced:  # a plain array is brought into the index's trace
        traced = first_traced((index,))
        if traced is None:
            return x[index]
        x = lift(traced.owner, x)
    plan = plan_of(x.shape, index)
    region = _region(_picked(x, index), plan)
    if not plan.advanced:
        is_array = bool(region.shape) or plan.has_ellipsis
        return owned(region, bottom(region)) if plan.copies and is_array else _as(region, is_array)
    front, indices, place = _advanced(region, plan)
    rank = len(indices[0].shape)
    if not rank and not plan.copies:  # traced integers: NumPy would give a view
        row = view("gather", front, *indices, always=True)
        return _as(row, bool(row.shape) or plan.has_ellipsis)
    result = apply("gather", front, *indices)
    if place:
        result = apply("transpose", result, axes=_moved(result.ndim, rank, place))
    result.is_array = result.is_array or plan.has_ellipsis
    return result


def setitem(x: Traced, index: Any, value: Any, how: str = "scatter") -> None:
    """``x[index] = value``; with ``how="scatter_add"``, ``np.add.at(x, index, value)``.

    Raises:
        TypeError: If x is a scalar, as in NumPy.
        DetachmentError: If a float is stored in an integer array, which would cut its derivative.
        ReadOnlyError, EscapedError: See :func:`clearprop.tracing.views.write`.
    """
    if not x.is_array:
        raise TypeError(f"'numpy.{x.dtype.name}' object does not support item assignment")
    require_writable(x)
    value = as_array(value) if value.__class__ in (list, tuple) else value
    index = index[0] if index.__class__ is tuple and len(index) == 1 else index
    _refuse_truncation(x, value)
    if how == "scatter" and _is_whole_mask(x, index):
        if getattr(value, "ndim", 0) > 1:
            raise ValueError(
                "NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, "
                f"input has {value.ndim} dimensions"
            )
        if _size(value) == 1:
            write(x, _masked(x, index, value))
            return
    plan = plan_of(x.shape, index)
    region = _region(x, plan)
    region.is_array = True
    if not plan.advanced:
        _refuse_sequence(region, plan, value)
        value = region + value if how == "scatter_add" else value
        write(region, fitted(x.owner, value, region.shape, x.dtype))
        return
    front, indices, place = _advanced(region, plan)
    rank = len(indices[0].shape)
    rows = indices[0].shape + front.shape[len(indices) :]
    if place:
        order = _moved(len(rows), rank, place)
        update = fitted(x.owner, value, tuple(rows[axis] for axis in order), x.dtype)
        update = apply("transpose", update, axes=inverse(order))
    else:
        update = fitted(x.owner, value, rows, x.dtype)
    write(front, apply(how, front.snapshot(), update, *indices))


def in_place(x: Traced, name: str, other: Any) -> Any:
    """``x += other`` and its kin: arrays are written into, scalars bound anew.

    Raises:
        ValueError, TypeError: As NumPy does, if the result's shape or dtype does not fit x.
    """
    if not x.is_array:
        return x.owner.namespace[name](x, other)
    require_writable(x)
    return store(x, x.owner.namespace[name](x, other), name)


def store(target: Traced, result: Any, name: str) -> Traced:
    """Write a function's result into ``out=``, or into the left side of ``+=``.

    Raises:
        ValueError, TypeError: As NumPy does, if the result's shape or dtype does not fit.
    """
    if result.shape != target.shape:
        raise ValueError(
            f"non-broadcastable output operand with shape {target.shape} doesn't match the "
            f"broadcast shape {result.shape}"
        )
    require_same_kind(name, result.dtype, target.dtype)
    require_writable(target)
    write(target, fitted(target.owner, result, target.shape, target.dtype))
    return target


def require_same_kind(name: str, given: np.dtype[Any], wanted: np.dtype[Any]) -> None:
    """Raise if NumPy would not convert implicitly from one dtype to the other.

    Raises:
        TypeError: With NumPy's words.
    """
    if not np.can_cast(given, wanted, "same_kind"):
        raise TypeError(
            f"Cannot cast ufunc '{name}' output from {given!r} to {wanted!r} with casting rule "
            "'same_kind'"
        )


def _as(region: Traced, is_array: bool) -> Traced:
    region.is_array = is_array
    return region if is_array else region.snapshot()


# The parts of an indexed read or write -----------------------------------------------------------


def _region(x: Traced, plan: Plan) -> Any:
    """The basic part as a view of x (x itself for ``x[...]``, as a new handle)."""
    region: Any = x
    step = [abs(k) for k in plan.step]
    start, stop = list(plan.start), list(plan.stop)
    backwards = [axis for axis, k in enumerate(plan.step) if k < 0]
    for axis in backwards:  # the same elements, read from the other end
        start[axis] = plan.start[axis] - (plan.lengths[axis] - 1) * step[axis]
    if start != [0] * x.ndim or stop != list(x.shape) or step != [1] * x.ndim:
        bounds = {"start": tuple(start), "stop": tuple(stop), "step": tuple(step)}
        region = view("slice", region, always=True, **bounds)
    if backwards:
        region = view("flip", region, always=True, axes=tuple(backwards))
    if region is x or tuple(plan.shape) != region.shape:
        region = view("reshape", region, always=True, shape=tuple(plan.shape))
    return region


def _advanced(region: Traced, plan: Plan) -> tuple[Any, list[Any], int]:
    """The region with the advanced axes first, the index arrays, all of one shape, and a place.

    The place is that of the index arrays' axes in the result; 0 is in front.
    """
    axes = list(plan.advanced)
    rest = [axis for axis in range(region.ndim) if axis not in plan.advanced]
    order = tuple(axes + rest)
    front = region
    if order != tuple(range(region.ndim)):
        front = view("transpose", region, always=True, axes=order)
    place = sum(axis < axes[0] for axis in rest) if plan.together else 0
    return front, list(plan.advanced.values()), place


def _moved(ndim: int, rank: int, place: int) -> tuple[int, ...]:
    """The permutation that moves the first ``rank`` axes behind the next ``place`` ones."""
    front, rest = list(range(rank)), list(range(rank, ndim))
    return tuple(rest[:place] + front + rest[place:])


def _is_whole_mask(x: Traced, index: Any) -> bool:
    """Whether the index is one boolean array of x's own shape."""
    if index.__class__ is Traced or isinstance(index, np.ndarray):
        return bool(index.dtype.kind == "b" and index.shape == x.shape and x.shape)
    return False


def _picked(x: Traced, index: Any) -> Traced:
    """X, but with no path to the elements that a mask of x's own shape leaves out."""
    index = index[0] if index.__class__ is tuple and len(index) == 1 else index
    if not (_is_whole_mask(x, index) and x.type.differentiable):
        return x
    picked: Traced = apply("where", index, x, x.dtype.type(0))
    return picked


def _masked(x: Traced, mask: Any, value: Any) -> Traced:
    """X with one number where the mask is true."""
    single = lift(x.owner, value)
    single = apply("reshape", single, shape=()) if single.shape else single
    content = fitted(x.owner, single, x.shape, x.dtype)
    result: Traced = apply("where", mask, content, x.snapshot())
    return result


def _size(value: Any) -> int:
    return value.size if value.__class__ is Traced else np.size(value)


def _refuse_sequence(region: Traced, plan: Plan, value: Any) -> None:
    """An element at integers takes a number, and no array of one."""
    shape = value.shape if hasattr(value, "shape") else ()
    if shape and not region.shape and not plan.has_ellipsis:
        raise ValueError("setting an array element with a sequence.")


def _refuse_truncation(x: Traced, value: Any) -> None:
    if value.__class__ is Traced and value.dtype.kind == "f" and x.dtype.kind not in "fc":
        raise DetachmentError(
            f"a traced {value.type} is stored in an array of dtype {x.dtype}",
            where=user_line(),
            why="It would be truncated and lose its derivative.",
            remedy="Make the array with a float dtype, or write x.astype(int) if that is meant.",
        )
