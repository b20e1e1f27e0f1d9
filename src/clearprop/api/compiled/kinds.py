"""The kind of a call's arguments: what the code depends on, apart from the numbers."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import optree

from clearprop.errors import ArgumentError
from clearprop.execute.native.calls import Number, Same
from clearprop.graph import Type
from clearprop.tracing import Traced, user_line

_NUMBERS: Final = (float, int, complex)


@final
@dataclass(frozen=True, slots=True)
class Arguments:
    """A call's arguments, leaf by leaf.

    Attributes:
        args: The positional arguments.
        kwargs: The keyword arguments.
        static: The positions of those that are part of the code.
        numbers: The leaves that the code computes with.
        key: What the code depends on: equal keys, same code.
        orders: How those arrays lie in memory that are not in C order, by their place among the
            numbers. Code depends on that if the function writes into arrays: what is a view?
        traced: Whether a leaf belongs to a trace.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    static: Collection[int]
    numbers: Sequence[Any]
    key: Any
    orders: tuple[tuple[int, tuple[int, ...]], ...]
    traced: bool


def kinds_of(
    args: tuple[Any, ...], kwargs: Mapping[str, Any], static: Collection[int]
) -> Arguments:
    """The kind of these arguments."""
    fixed = [_hashable(i, args[i]) for i in static if i < len(args)]
    moving = _moving(args, kwargs, static)
    leaves, structure = optree.tree_flatten(moving)
    key: list[Any] = [structure, _orders_of_keys(moving), *fixed]
    numbers: list[Any] = []
    orders = []
    traced = False
    for leaf in leaves:
        kind = leaf.__class__
        if kind is np.ndarray:
            key.append((leaf.dtype, leaf.shape))
            if not leaf.flags.c_contiguous:
                orders.append((len(numbers), leaf.strides))
            numbers.append(leaf)
        elif kind in _NUMBERS:
            key.append(kind)
            numbers.append(leaf)
        elif kind is Traced:
            traced = True
        elif isinstance(leaf, (np.ndarray, np.generic)):
            key.append((kind, leaf.dtype, leaf.shape))
            numbers.append(leaf)
        else:
            key.append(_hashable(None, leaf))
    return Arguments(args, kwargs, static, numbers, tuple(key), tuple(orders), traced)


def templates(given: Arguments, types: Sequence[Type]) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    """The arguments with a description in place of each leaf.

    Args:
        given: The arguments.
        types: The types of the numbers among them.
    """
    leaves, structure = optree.tree_flatten(_moving(given.args, given.kwargs, given.static))
    places = iter(enumerate(types))
    described: list[Number | Same] = []
    for leaf in leaves:
        if _is_number(leaf):
            place, type_ = next(places)
            described.append(Number(place, leaf.__class__, type_))
        else:
            described.append(Same(leaf))
    moving: Any = optree.tree_unflatten(structure, described)
    args, kwargs = moving if given.kwargs else (moving, {})
    shown = tuple(Same(given.args[i]) if i in given.static else part for i, part in enumerate(args))
    return shown, {name: kwargs[name] for name in given.kwargs}


def numbers_of(described: Sequence[Any], positions: Collection[int]) -> list[int]:
    """Which numbers belong to the arguments at these positions.

    Args:
        described: The positional arguments as :func:`templates` describes them.
        positions: Which of them.
    """
    leaves: list[Any] = optree.tree_leaves([described[i] for i in positions if i < len(described)])  # type: ignore[arg-type]
    return [leaf.place for leaf in leaves if isinstance(leaf, Number)]


def _is_number(leaf: Any) -> bool:
    return leaf.__class__ in _NUMBERS or isinstance(leaf, (np.ndarray, np.generic))


def _moving(args: tuple[Any, ...], kwargs: Mapping[str, Any], static: Collection[int]) -> Any:
    """The arguments that are not part of the code."""
    rest = tuple(None if i in static else x for i, x in enumerate(args)) if static else args
    return (rest, kwargs) if kwargs else rest


def _orders_of_keys(value: Any) -> Any:
    """In which order dicts have their keys, which a function may go by; a structure sorts them."""
    if isinstance(value, dict):
        return tuple(value), tuple([_orders_of_keys(part) for part in value.values()])
    if isinstance(value, (tuple, list)):
        found = tuple([_orders_of_keys(part) for part in value])
        return found if any(found) else ()
    return ()


def _exactly(value: Any) -> Any:
    """What is equal for values that no code tells apart: 1 and 1.0 are equal, 0.0 and -0.0, too."""
    kind = value.__class__
    if kind is float or kind is complex:
        return kind, struct.pack("2d", value.real, value.imag)
    if isinstance(value, np.generic):
        return kind, value.dtype, value.tobytes()
    if kind is slice:
        return kind, _exactly((value.start, value.stop, value.step))
    if isinstance(value, tuple):
        return kind, tuple([_exactly(part) for part in value])
    if isinstance(value, frozenset):
        return kind, frozenset([_exactly(part) for part in value])
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = [_exactly(getattr(value, each.name, None)) for each in dataclasses.fields(value)]
        return kind, value, tuple(parts)
    return kind, value


def _hashable(position: int | None, value: Any) -> Any:
    """A key for a value that is no number."""
    exactly = _exactly(value)
    try:
        hash(exactly)
    except (TypeError, ValueError):
        what = "a part of an argument" if position is None else f"static argument {position}"
        raise ArgumentError(
            f"{what} is of type {type(value).__name__}, which cannot be hashed",
            where=user_line(),
            why="Code is compiled for each value of what is no number, and found by it again.",
            remedy="Use tuples in place of lists, or make an array of it.",
        ) from None
    return exactly
