"""Elements moved along axes, as slices put one after the other.

NumPy's functions that move elements are asked for a table of where each element comes from. Most
such tables go along each axis by itself, in a few runs of neighbours: ``np.roll`` has two of them,
``np.repeat`` and ``np.tile`` repeat one, ``np.pad`` puts some before and behind. Slices, flips and
concatenations of these are faster to compute than elements by their numbers, and so are their
derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from clearprop.tracing import apply

MOST: Final = 4
"""The most runs along an axis; of more, elements are taken by their numbers."""


def in_runs(a: Any, places: Any) -> Any:
    """The elements of an array at a table of places, by slices; None if that takes too many.

    Args:
        a: The array.
        places: The positions of its elements, in C order.
    """
    extra = places.ndim - a.ndim
    if extra < 0 or not a.size or not places.size:
        return None
    shape = (1,) * extra + a.shape
    lines = _lines(shape, places)
    if lines is None:
        return None
    found = apply("reshape", a, shape=shape) if extra else a
    for axis, line in enumerate(lines):
        if not np.array_equal(line, np.arange(found.shape[axis])):
            found = _taken(found, axis, line)
    return None if found is a else found


def _lines(shape: tuple[int, ...], places: Any) -> list[Any] | None:
    """The positions along each axis, if they are the same wherever one is along the others."""
    lines, whole = [], np.zeros((1,) * places.ndim, int)
    for axis in range(places.ndim):
        here = tuple(slice(None) if i == axis else 0 for i in range(places.ndim))
        line = np.unravel_index(places[here], shape)[axis]
        if not _is_short(line):
            return None
        stride = int(np.prod(shape[axis + 1 :], dtype=int))
        whole = whole + (line * stride).reshape([-1 if i == axis else 1 for i in range(len(shape))])
        lines.append(line)
    return lines if np.array_equal(whole, places) else None


@final
@dataclass(frozen=True)
class _Run:
    """Elements that lie at equal distances.

    Attributes:
        first: The first.
        step: From one to the next; 0 for one element that is repeated.
        count: How many.
    """

    first: int
    step: int
    count: int


def _is_short(line: Any) -> bool:
    each, period = _repeats(line)
    return len(_runs(line[:period:each])) <= MOST


def _repeats(line: Any) -> tuple[int, int]:
    """How often each element stands in succession, and after how many it all begins again."""
    n = len(line)
    each = next(map(int, np.flatnonzero(line != line[0])), n)
    if n % each or np.any(line.reshape(-1, each) != line[::each, None]):
        return 1, _period(line)
    return each, each * _period(line[::each])


def _period(line: Any) -> int:
    n = len(line)
    period = next(map(int, 1 + np.flatnonzero(line[1:] == line[0])), n)
    return n if n % period or np.any(line.reshape(-1, period) != line[:period]) else period


def _runs(line: Any) -> list[_Run]:
    """All of it in equal steps, or neighbours, forwards or backwards, as far as they go."""
    steps = np.diff(line)
    if len(line) == 1 or np.all(steps == steps[0]):
        return [_Run(int(line[0]), int(steps[0]) if len(steps) else 1, len(line))]
    found, start = [], 0
    while start < len(line):
        step = steps[start] if start < len(steps) and abs(steps[start]) <= 1 else 1
        others = np.flatnonzero(steps[start:] != step)
        count = int(others[0]) + 1 if len(others) else len(line) - start
        found.append(_Run(int(line[start]), int(step), count))
        start += count
    return found


# Taking them --------------------------------------------------------------------------------------


def _taken(a: Any, axis: int, line: Any) -> Any:
    """The elements along an axis."""
    each, period = _repeats(line)
    parts = [_one(a, axis, run) for run in _runs(line[:period:each])]
    found = parts[0] if len(parts) == 1 else apply("concatenate", *parts, axis=axis)
    if each > 1:
        found = _repeated(found, axis, axis + 1, each)
    return _repeated(found, axis, axis, len(line) // period) if period < len(line) else found


def _one(a: Any, axis: int, run: _Run) -> Any:
    """One run, by a slice."""
    last = run.first + run.step * (run.count - 1)
    low, high = sorted((run.first, last))
    n = a.ndim
    found = apply(
        "slice",
        a,
        start=tuple(low if i == axis else 0 for i in range(n)),
        stop=tuple(high + 1 if i == axis else a.shape[i] for i in range(n)),
        step=tuple(max(abs(run.step), 1) if i == axis else 1 for i in range(n)),
    )
    if run.step < 0:
        return apply("flip", found, axes=(axis,))
    return found if run.step else _repeated(found, axis, axis, run.count)


def _repeated(a: Any, axis: int, before: int, count: int) -> Any:
    """An axis as often, as a whole or, with a new axis behind it, each element."""
    alone = apply("reshape", a, shape=(*a.shape[:before], 1, *a.shape[before:]))
    wide = apply("broadcast", alone, shape=(*a.shape[:before], count, *a.shape[before:]))
    return apply(
        "reshape", wide, shape=(*a.shape[:axis], a.shape[axis] * count, *a.shape[axis + 1 :])
    )
