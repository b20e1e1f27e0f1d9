"""The point of a check: which numbers among the arguments move, and which stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import optree
from numpy.typing import NDArray

from clearprop.api.leaves import positions_of
from clearprop.errors import ArgumentError, DtypeError
from clearprop.tracing import parameter_name

Array = NDArray[Any]


@final
@dataclass(frozen=True, slots=True)
class Leaf:
    """A float or float array among the arguments.

    Attributes:
        name: How the user would write it: ``x``, ``params['w']``.
        position: The argument that it stands in.
        value: The number or array itself.
        array: The same as an array that nobody else holds.
    """

    name: str
    position: int
    value: Any
    array: Array


@final
class Point:
    """The arguments of a function, with their floats as a list of leaves.

    Args:
        function: The user's function; it gives the arguments their names.
        args: The arguments.
        argnums: Which of them move; None for all that hold floats. Integers, booleans, texts and
            all else stay as they are.

    Attributes:
        positions: The arguments that move.
        leaves: Their floats.
        fixed: The names of what stays inside of them, with its type.
    """

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], argnums: Any = None
    ) -> None:
        self.args = args
        chosen = range(len(args)) if argnums is None else positions_of(argnums, len(args))
        self.leaves: list[Leaf] = []
        self.fixed: list[str] = []
        self._moving: dict[int, tuple[list[Any], list[bool], Any]] = {}
        for position in chosen:
            self._enter(position, parameter_name(function, position), argnums is not None)
        self.positions = tuple(self._moving)
        if not self.positions:
            raise ArgumentError(
                "check_grads found no float argument to check",
                remedy="Pass floats or float arrays; a complex argument as its two real parts.",
            )

    def _enter(self, position: int, stem: str, asked: bool) -> None:
        paths, values, structure = optree.tree_flatten_with_path(self.args[position])
        moving = [is_float(value) for value in values]
        if not any(moving):
            if asked:
                kinds = sorted({_kind(value) for value in values}) or ["nothing"]
                raise DtypeError(
                    f"check_grads cannot move argument {stem}: it holds {', '.join(kinds)}",
                    remedy="Pass floats or float arrays, or leave it out of argnums.",
                )
            return
        self._moving[position] = values, moving, structure
        for path, value, moves in zip(paths, values, moving, strict=True):
            name = stem + "".join(f"[{part!r}]" for part in path)
            if moves:
                self.leaves.append(Leaf(name, position, value, np.array(value)))
            else:
                self.fixed.append(f"{name} ({_kind(value)})")

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of the leaves."""
        return [leaf.array.shape for leaf in self.leaves]

    @property
    def count(self) -> int:
        """How many elements move."""
        return sum(leaf.array.size for leaf in self.leaves)

    def arrays(self, dtype: type | None = None) -> list[Array]:
        """The leaves as arrays, in their own precision or in another."""
        return [leaf.array.astype(dtype or leaf.array.dtype) for leaf in self.leaves]

    def hollow(self, arrays: Sequence[Array]) -> tuple[Any, ...]:
        """The arguments with these leaves, in the forms that the user gave, and nothing else.

        What stays is None, so a derivative by all of it is a derivative by the leaves.
        """
        pairs = zip(arrays, self.leaves, strict=True)
        return self.spread([_like(array, leaf.value) for array, leaf in pairs])

    def spread(self, leaves: Sequence[Any]) -> tuple[Any, ...]:
        """The same for leaves of any kind, such as tangents."""
        rest = iter(leaves)
        hollow: list[Any] = [None] * len(self.args)
        for position, (_, moving, structure) in self._moving.items():
            parts = [next(rest) if moves else None for moves in moving]
            hollow[position] = optree.tree_unflatten(structure, parts)
        return tuple(hollow)

    def filled(self, hollow: Sequence[Any]) -> list[Any]:
        """The arguments to call the function with."""
        full = list(self.args)
        for position, (values, moving, structure) in self._moving.items():
            given = iter(optree.tree_leaves(hollow[position]))
            pairs = zip(values, moving, strict=True)
            parts = [next(given) if moves else value for value, moves in pairs]
            full[position] = optree.tree_unflatten(structure, parts)
        return full

    def structure(self, position: int) -> Any:
        """The structure of an argument that moves, and which of its leaves do."""
        _, moving, structure = self._moving[position]
        return structure, moving


def written(index: tuple[int, ...]) -> str:
    """An index as it is written after a name.

    >>> written((0, 1)), written(())
    ('[0, 1]', '')
    """
    return str(list(index)) if index else ""


def is_float(value: Any) -> bool:
    """Whether a leaf is a real floating-point number or an array of them."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind == "f"
    return isinstance(value, float)


def _like(array: Array, value: Any) -> Any:
    """The array in the form of the user's value: an array, NumPy's scalar, or Python's."""
    if isinstance(value, np.ndarray):
        return array
    return array[()] if isinstance(value, np.generic) else array.item()


def _kind(value: Any) -> str:
    dtype = getattr(value, "dtype", None)
    return str(dtype) if dtype is not None else type(value).__name__
