"""Which axis of which array is mapped over: ``in_axes`` and ``out_axes``, leaf by leaf."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import optree

from clearprop.api.eager import owned
from clearprop.errors import ArgumentError, DtypeError, ShapeError
from clearprop.graph import Type, type_of
from clearprop.tracing import (
    Traced,
    apply,
    bottom,
    can_be_traced,
    parameter_name,
    require_traceable,
    user_line,
)
from clearprop.tracing import owned as as_own_array
from clearprop.tracing.nested import refuse_subclass

Axis = int | None


@final
@dataclass(frozen=True, slots=True)
class Operand:
    """A leaf of the arguments.

    Attributes:
        name: How the user would write it: ``x``, ``params['w']``.
        value: What was passed.
        axis: The axis that is mapped over, counted from 0; None if it is the same for all elements.
    """

    name: str
    value: Any
    axis: Axis

    @property
    def is_input(self) -> bool:
        """Whether it is an input of the graph; else it is passed on as it is.

        An array that is the same for all elements is one too, so that what differs can index it.
        """
        if self.axis is not None:
            return True
        is_array = self.value.__class__ in (np.ndarray, np.memmap)
        return is_array and can_be_traced(self.value.dtype)

    @property
    def length(self) -> int:
        """How many elements the mapped axis has."""
        assert self.axis is not None
        return int(self.value.shape[self.axis])

    @property
    def type(self) -> Type:
        """The type for one element."""
        shape = self.value.shape
        if self.axis is not None:
            shape = (*shape[: self.axis], *shape[self.axis + 1 :])
        return type_of(shape, self.value.dtype)

    def example(self) -> Any:
        """The numbers for the first element, as nobody else holds them; zeros if there is none."""
        numbers, type_ = np.asarray(bottom(self.value)), self.type
        if self.axis is None:
            return np.array(numbers)[()]
        if not self.length:
            return np.zeros(type_.shape, type_.dtype)[()]
        return np.array(numbers.take(0, self.axis))[()]

    def whole(self) -> Any:
        """The whole array; a mapped axis stands in front."""
        found = self.value.snapshot() if self.value.__class__ is Traced else self.value
        if not self.axis:
            return found
        order = (self.axis, *(i for i in range(found.ndim) if i != self.axis))
        if found.__class__ is Traced:
            return apply("transpose", found, axes=order)
        return found.transpose(order)


def require_axes(axes: Any, what: str) -> None:
    """Raise unless these are ints and None, or containers of them.

    Raises:
        ArgumentError: Naming the entry that is something else.
    """
    for leaf in optree.tree_leaves(axes, none_is_leaf=True):
        if leaf is not None and _as_axis(leaf) is None:
            raise ArgumentError(
                f"{what}={axes!r} holds {leaf!r}, which is no axis",
                where=user_line(),
                remedy="Give an int, None, or a container of ints and None.",
            )


def operands_of(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], in_axes: Any
) -> tuple[list[Operand], Any]:
    """The leaves of a call's arguments, and how they stand together: ``(args, kwargs)``.

    Raises:
        ArgumentError: If ``in_axes`` does not fit the arguments, or nothing is mapped.
        ShapeError: If mapped axes differ in length.
    """
    asked = tuple(in_axes) if isinstance(in_axes, list) else in_axes
    if isinstance(asked, tuple) and len(asked) != len(args):
        raise ArgumentError(
            f"in_axes={in_axes!r} has {len(asked)} entries; the call has {len(args)} positional "
            "arguments",
            where=user_line(),
            remedy="Give one entry for each, None for those that are the same for all elements; "
            "keyword arguments are mapped over axis 0.",
        )
    both: Any = (args, kwargs)
    paths, values, structure = optree.tree_flatten_with_path(both, none_is_leaf=True)
    names = [_name(f, path) for path in paths]
    axes: list[Any] = [0] * len(values)
    of_args = leaf_axes(asked, args, f"in_axes={in_axes!r} does not fit the arguments")
    axes[: len(of_args)] = of_args
    operands = list(map(_operand, names, values, axes))
    if all(operand.axis is None for operand in operands):
        raise ArgumentError(
            f"nothing is mapped by in_axes={in_axes!r}",
            where=user_line(),
            why="Without a mapped axis the number of elements is not known.",
            remedy="Name the axis of one argument at least.",
        )
    return operands, structure


def common_length(operands: Sequence[Operand]) -> int:
    """The length that all mapped axes have.

    Raises:
        ShapeError: Naming the arguments and their lengths, if there are several.
    """
    mapped = [operand for operand in operands if operand.axis is not None]
    if len({operand.length for operand in mapped}) > 1:
        told = (f"{x.name} has {x.length} (axis {x.axis} of {x.value.shape})" for x in mapped)
        raise ShapeError(
            f"vmap over axes of different lengths: {', '.join(told)}",
            where=user_line(),
            remedy="Pass arrays with one common length, or in_axes=None for what is the same for "
            "all elements.",
        )
    return mapped[0].length


def leaf_axes(axes: Any, tree: Any, complaint: str) -> list[Axis]:
    """An axis for each leaf of a nested value; one for a container counts for all within.

    Raises:
        ArgumentError: With the complaint, if the containers are others.
    """
    bare = optree.tree_map(lambda _: "a value", tree, none_is_leaf=True)  # as errors show it
    try:
        found: list[Any] = optree.broadcast_prefix(axes, bare, none_is_leaf=True)
    except (ValueError, TypeError) as error:
        raise ArgumentError(
            complaint,
            where=user_line(),
            why=str(error),
            remedy="Use the same containers, down to where one axis counts for all that is inside.",
        ) from None
    return [_as_axis(axis) for axis in found]


def along(value: Any, axis: int, foreign: set[int]) -> Any:
    """A batch with its leading axis at another place, as an array of its own.

    Args:
        value: The batch.
        axis: Where its axis goes, counted from 0.
        foreign: The ids of arrays that others hold.
    """
    order = list(range(1, value.ndim))
    order.insert(axis, 0)
    if value.__class__ is Traced:
        return as_own_array(apply("transpose", value, axes=tuple(order)) if axis else value)
    return owned(np.ascontiguousarray(value.transpose(order)), foreign)


def in_range(axis: int, ndim: int, name: str, what: str) -> int:
    """The axis counted from 0.

    Raises:
        ArgumentError: If there is no such axis, naming whose it would be.
    """
    if not -ndim <= axis < ndim:
        raise ArgumentError(
            f"{what} names axis {axis} of {name}, which has {ndim or 'no'} axes",
            where=user_line(),
            remedy=f"Name one from {-ndim} to {ndim - 1}."
            if ndim
            else "Pass an array, or in_axes=None for what is the same for all elements.",
        )
    return axis % ndim


def _operand(name: str, value: Any, axis: Axis) -> Operand:
    """The leaf, once it is seen to have the axis."""
    if axis is None or value is None:
        return Operand(name, value, None)
    if value.__class__ is Traced:
        value.require_open()
    elif isinstance(value, (np.ndarray, np.generic)):
        refuse_subclass(value)
        require_traceable(value.dtype, f"argument {name}")
    else:
        raise DtypeError(
            f"argument {name} is of type {type(value).__name__}, which has no axis to map over",
            where=user_line(),
            remedy="Pass in_axes=None for what is the same for all elements (keywords are bound "
            "with functools.partial); a list of numbers becomes an array by np.array(x).",
        )
    return Operand(name, value, in_range(axis, value.ndim, f"argument {name}", f"in_axes={axis}"))


def _name(f: Callable[..., Any], path: tuple[Any, ...]) -> str:
    """What the user calls the leaf at that place of ``(args, kwargs)``."""
    group, first, *rest = path
    head = parameter_name(f, first) if group == 0 else first
    return str(head) + "".join(f"[{part!r}]" for part in rest)


def _as_axis(value: Any) -> Axis:
    """An int, NumPy's included and bools excluded; None for all else."""
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        return None
    return operator.index(value)
