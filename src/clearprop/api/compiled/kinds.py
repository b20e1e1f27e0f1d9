"""The kind of a call's arguments: what the code depends on, apart from the numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import optree

from clearprop.errors import ArgumentError
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
        traced: Whether a leaf belongs to a trace.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    static: Collection[int]
    numbers: Sequence[Any]
    key: Any
    traced: bool


def kinds_of(
    args: tuple[Any, ...], kwargs: Mapping[str, Any], static: Collection[int]
) -> Arguments:
    """The kind of these arguments."""
    fixed: list[Any] = []
    moving: Any = (args, kwargs) if kwargs else args
    if static:
        fixed = [_hashable(i, args[i]) for i in static if i < len(args)]
        rest = tuple(None if i in static else x for i, x in enumerate(args))
        moving = (rest, kwargs) if kwargs else rest
    leaves, structure = optree.tree_flatten(moving)
    key: list[Any] = [structure, *fixed]
    numbers = []
    traced = False
    for leaf in leaves:
        kind = leaf.__class__
        if kind is np.ndarray:
            key.append((leaf.dtype, leaf.shape))
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
    return Arguments(args, kwargs, static, numbers, tuple(key), traced)


def _hashable(position: int | None, value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        what = "a part of an argument" if position is None else f"static argument {position}"
        raise ArgumentError(
            f"{what} is of type {type(value).__name__}, which cannot be hashed",
            where=user_line(),
            why="Code is compiled for each value of what is no number, and found by it again.",
            remedy="Use tuples in place of lists, or make an array of it.",
        ) from None
    return value.__class__, value
