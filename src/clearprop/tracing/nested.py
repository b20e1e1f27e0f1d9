"""Lists with traced values in them, read as NumPy reads lists: as the rows of an array."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from clearprop.errors import DtypeError
from clearprop.tracing.array import Traced
from clearprop.tracing.bind import apply
from clearprop.tracing.trace import require_traceable, user_line


def holds_traced(values: Iterable[Any]) -> bool:
    """Whether a traced value is among them, lists and tuples looked through."""
    for value in values:
        kind = value.__class__
        if kind is Traced or (kind in (list, tuple) and holds_traced(value)):
            return True
    return False


def first_traced(values: Iterable[Any]) -> Traced | None:
    """The first traced value among them, lists and tuples looked through; None if there is none."""
    for value in values:
        if value.__class__ is Traced:
            return value
        found = first_traced(value) if value.__class__ in (list, tuple) else None
        if found is not None:
            return found
    return None


def as_array(value: Any) -> Any:
    """A traced value as it is, a list with traced values as a traced array, else a NumPy array.

    Numbers in a list are strong, as in NumPy: next to a float32 they make float64.

    Raises:
        ValueError: As NumPy does, if the rows of a list differ in shape.
    """
    if value.__class__ is Traced:
        return value
    if value.__class__ not in (list, tuple) or not holds_traced(value):
        refuse_subclass(value)
        return np.asarray(value)
    rows = [as_array(row) for row in value]
    shapes = {row.shape for row in rows}
    if len(shapes) > 1:
        raise ValueError(
            "setting an array element with a sequence. The requested array has an inhomogeneous "
            f"shape: its rows have the shapes {', '.join(str(row.shape) for row in rows)}."
        )
    dtype = np.result_type(*[row.dtype for row in rows])
    lifted = [apply("reshape", cast(row, dtype), shape=(1, *row.shape)) for row in rows]
    return apply("concatenate", *lifted, axis=0)


def refuse_subclass(value: Any) -> None:
    """Raise if an array's class gives the operations another meaning than NumPy's arrays do.

    Raises:
        DtypeError: For matrices, masked arrays, arrays with units and the like.
    """
    if isinstance(value, np.ndarray) and value.__class__ not in (np.ndarray, np.memmap):
        raise DtypeError(
            f"an array of the class {type(value).__name__} meets a trace",
            where=user_line(),
            why="Its operators and functions are not those of NumPy's own arrays.",
            remedy="Convert it, for example with np.asarray(x) or, if it is masked, x.filled(0).",
        )


def cast(value: Any, dtype: Any) -> Any:
    """The array or traced value in another dtype, itself if it has it already; never weak."""
    dtype = np.dtype(dtype)
    if value.__class__ is not Traced:
        return value.astype(dtype, copy=False)
    if value.node.type.dtype == dtype and not value.node.type.weak:
        return value
    require_traceable(dtype, "a conversion")
    return apply("cast", value, dtype=dtype)
