"""Guards: what Python code may learn of a traced value, written down in the graph.

The outcome of ``bool``, ``int`` and indexing steers the code, so the graph holds only for inputs
with the same outcomes. A float's own value is never an outcome.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from clearprop.graph import Guard, location_of
from clearprop.tracing.array import Traced, bottom
from clearprop.tracing.bind import apply

_IN_A_BODY: Final = {
    "bool": "Write cp.cond(…) or np.where(…) for if, cp.while_loop(…) for while, and &, | and ~ "
    "for and, or and not.",
    "mask": "Keep the shape: write np.where(mask, x, 0.0) for x[mask].",
    "index": "Write cp.fori_loop(…) for range(n), np.where(np.arange(len(x)) < n, x, 0.0) for "
    "x[:n], x[i + np.arange(k)] for x[i:i + k], and clearprop.numpy.array(a)[i] for the entry of a "
    "list.",
    "int": "Write x.astype(int) for int(x) and i.astype(float) for float(i). A length must be "
    "known: take the largest, and leave out with np.where(np.arange(length) < n, x, 0.0).",
}
"""What to write where values are not known, by what would be learnt of them."""


def guard(value: Traced, kind: str) -> Any:
    """Record and return the outcome, in this trace and in those around it.

    Raises:
        TraceError: In the body of a loop or branch, whose values are not known.
    """
    _require_known(value, kind)
    result = bottom(value)
    outcome: Any = tuple(result.ravel().tolist()) if kind == "mask" else result.item()
    while value.__class__ is Traced:
        value.require_open()
        provenance = value.owner.provenance()
        value.owner.guards.append(Guard(value.current(), kind, outcome, provenance))
        value = value.concrete
    return outcome


def hold(value: Any, demanded: Guard) -> None:
    """Write a guard of an applied graph down in the traces to which its value belongs.

    Raises:
        TraceError: In the body of a loop or branch, whose values are not known.
    """
    _require_known(value, demanded.kind, str(location_of(demanded.provenance) or ""))
    while value.__class__ is Traced:
        kind, outcome, provenance = demanded.kind, demanded.outcome, demanded.provenance
        value.owner.guards.append(Guard(value.current(), kind, outcome, provenance))
        value = value.concrete


def guard_bool(value: Traced) -> bool:
    """``bool(x)``: the truth of a single element.

    Raises:
        ValueError: As NumPy does, if there are several elements.
    """
    if value.size != 1:
        raise ValueError(
            "The truth value of an array with more than one element is ambiguous. "
            "Use a.any() or a.all()"
            if value.size
            else "The truth value of an empty array is ambiguous. Use `array.size > 0`."
        )
    single = value if not value.shape else apply("reshape", value, shape=())
    truth = single if single.dtype.kind == "b" else apply("not_equal", single, _zero(single))
    return bool(guard(truth, "bool"))


def guard_int(value: Traced) -> int:
    """``int(x)``: a float is truncated first, so that the guard looks at an integer."""
    if value.size != 1:
        raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
    if value.dtype.kind == "c":
        raise TypeError("a complex number has no integer; take its .real part first")
    single = value if not value.shape else apply("reshape", value, shape=())
    if single.dtype.kind == "f":
        number = bottom(single)
        int(number)  # NaN and infinity raise as they do in Python
        single = apply("cast", single, dtype=np.dtype(np.int64))
    return int(guard(single, "int"))


def guard_index(value: Traced) -> int:
    """``operator.index(x)``: integers only.

    Raises:
        TypeError: As NumPy does, for floats and arrays.
    """
    if value.dtype.kind not in "iu" or value.shape:
        raise TypeError("only integer scalar arrays can be converted to a scalar index")
    return int(guard(value, "index"))


def _require_known(value: Any, kind: str, where: str = "") -> None:
    while value.__class__ is Traced:
        if value.owner.abstract:
            doing = f"decides on a value of type {value.type}"
            raise value.owner.unknown(doing, _IN_A_BODY[kind], where)
        value = value.concrete


def _zero(value: Traced) -> Any:
    return value.dtype.type(0)
