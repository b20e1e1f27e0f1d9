"""What a call takes and gives, leaf by leaf; around the leaves stand tuples, lists and dicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from clearprop.graph import Type

ATOMS: Final = (type(None), bool, int, float, complex, str, bytes)
"""The classes of what may be part of the code, or of the result, by being itself."""

NUMBERS: Final = (*(f"{sign}int{n}" for sign in ("", "u") for n in (8, 16, 32, 64)), "bool")
DTYPES: Final = frozenset({*NUMBERS, "float32", "float64"})
"""The names of the dtypes that cross the border."""


class NotDirect(Exception):  # noqa: N818 (an answer, not an error)
    """A call that has to go by Python, and why."""


@final
@dataclass(frozen=True, slots=True)
class Number:
    """An argument to compute with.

    Attributes:
        place: Which input of the program it is.
        kind: Its class: ``np.ndarray``, a class of NumPy's scalars, ``float`` or ``int``.
        type: The input's type.
    """

    place: int
    kind: type
    type: Type


@final
@dataclass(frozen=True, slots=True)
class Same:
    """An argument that is part of the code: it has to be this very object."""

    value: Any


@final
@dataclass(frozen=True, slots=True)
class Output:
    """A part of the result that is computed.

    Attributes:
        place: Which output of the program it is.
        is_array: Whether it is an array; a number else.
        weak: Whether a number is one of Python's.
    """

    place: int
    is_array: bool
    weak: bool


@final
@dataclass(frozen=True, slots=True)
class Fixed:
    """A part of the result that is the same for all calls; an array is given as a copy."""

    value: Any


@final
@dataclass(frozen=True, slots=True)
class Signature:
    """A call's arguments and result.

    Attributes:
        args: The positional arguments: leaves, in tuples, lists and dicts.
        kwargs: The keyword arguments, in the order in which they are given.
        result: The result, likewise of leaves.
        outcomes: Per guard what was decided.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    result: Any
    outcomes: tuple[Any, ...] = ()


def require_plain(dtype: np.dtype[Any]) -> None:
    """Refuse dtypes that do not cross the border."""
    if not dtype.isnative or dtype.name not in DTYPES:
        raise NotDirect(f"numbers of the dtype {dtype}")
