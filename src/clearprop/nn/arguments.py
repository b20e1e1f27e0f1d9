"""What users pass to networks, checked at the border with errors that name the culprit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from clearprop.errors import ArgumentError, DtypeError, ShapeError
from clearprop.nn.activations import hint
from clearprop.nn.layers import Signal
from clearprop.tracing import Traced, user_line

Shapes = Mapping[str, Mapping[str, tuple[int, ...]]]


def as_inputs(given: Sequence[Any], names: Sequence[str], sizes: Sequence[int]) -> list[Any]:
    """Arrays of shape (m, size) each, with the same m of at least 1.

    Raises:
        ShapeError, DtypeError: Naming the input.
    """
    arrays: list[Any] = []
    for value, name, size in zip(given, names, sizes, strict=True):
        array = value if value.__class__ is Traced else numpy.asarray(value)
        if array.dtype.kind not in "biuf":
            raise DtypeError(f"{name!r} was given dtype {array.dtype}", where=user_line())
        if array.ndim != 2 or array.shape[1] != size or not array.shape[0]:
            raise ShapeError(
                f"{name!r} was given shape {array.shape}, not (examples, {size})",
                where=user_line(),
                remedy="For one example write X[None, :]." if array.shape == (size,) else "",
            )
        if arrays and array.shape[0] != arrays[0].shape[0]:
            raise ShapeError(
                f"{names[0]!r} has {arrays[0].shape[0]} examples and {name!r} {array.shape[0]}",
                where=user_line(),
            )
        arrays.append(array)
    return arrays


def entries(given: Any, count: int, many: bool, what: str) -> list[Any]:
    """One entry per input or output."""
    if not many:
        return [given]
    if not isinstance(given, (list, tuple)) or len(given) != count:
        found = f"{len(given)}" if isinstance(given, (list, tuple)) else type(given).__name__
        raise ArgumentError(
            f"{what} must be a list of {count}, one per input or output, not {found}",
            where=user_line(),
        )
    return list(given)


def refuse_misfit(params: Any, wanted: Shapes) -> None:
    """Refuse parameters that are not of the wanted names and shapes.

    Raises:
        ArgumentError, ShapeError: Naming the first entry that does not fit.
    """
    _refuse_keys(params, wanted, "params", "layer")
    for name, shapes in wanted.items():
        _refuse_keys(params[name], shapes, f"params[{name!r}]", "entry")
        for entry, shape in shapes.items():
            value = params[name][entry]
            found = value.shape if hasattr(value, "shape") else numpy.shape(value)
            if found != shape:
                raise ShapeError(
                    f"params[{name!r}][{entry!r}] has shape {found}, the network needs {shape}",
                    where=user_line(),
                    remedy="Make parameters with net.init(seed=0).",
                )


def listed(given: Any, kind: type, what: str) -> list[Any]:
    """The network's inputs or outputs as a list of signals of one kind.

    Raises:
        ArgumentError: Something else is among them, or there is none.
    """
    entries = [given] if isinstance(given, Signal) else list(given)
    for entry in entries:
        if not isinstance(entry, kind):
            raise ArgumentError(
                f"the network's {what} hold {entry!r}, which is no {kind.__name__}",
                where=user_line(),
            )
    if not entries:
        raise ArgumentError(f"the network has no {what}", where=user_line())
    return entries


def _refuse_keys(given: Any, wanted: Mapping[str, Any], what: str, kind: str) -> None:
    if not isinstance(given, Mapping):
        raise ArgumentError(
            f"{what} is of type {type(given).__name__}, not a dictionary",
            where=user_line(),
            remedy="Make parameters with net.init(seed=0).",
        )
    for name in wanted:
        if name not in given:
            raise ArgumentError(
                f"{what} has no {name!r}",
                where=user_line(),
                remedy=f"Make parameters with net.init(seed=0). {hint(name, given)}",
            )
    for name in given:
        if name not in wanted:
            raise ArgumentError(
                f"{what} has the {kind} {name!r}, which the network has not",
                where=user_line(),
                remedy=hint(name, wanted),
            )
