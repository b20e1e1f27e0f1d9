"""Why an edge does not pass a derivative on, in words: for each operation its own phrase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from clearprop.explain.pictures.lettering import figure
from clearprop.graph import Node

_STEP = "a step function is flat between its jumps"
_TRUTH = "a truth value does not move"
_POSITION = "a position is an integer and does not move"

_NO_PATH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "stop_gradient": "stop_gradient cuts the path on purpose",
        **dict.fromkeys(("floor", "ceil", "trunc", "rint", "sign", "floor_divide"), _STEP),
        **dict.fromkeys(("greater", "greater_equal", "less", "less_equal"), _TRUTH),
        **dict.fromkeys(("equal", "not_equal", "any", "all"), _TRUTH),
        **dict.fromkeys(("isnan", "isinf", "isfinite"), _TRUTH),
        **dict.fromkeys(("argmax", "argmin"), _POSITION),
        "where": "the mask only chooses between the branches",
        **dict.fromkeys(("gather", "scatter", "scatter_add"), _POSITION),
    }
)

_MOVES: Final = frozenset(("slice", "gather", "concatenate", "pad", "broadcast", "reshape"))
_SATURATES: Final = frozenset(("sigmoid", "tanh", "erf", "arctan", "logaddexp"))


def no_path(node: Node) -> str:
    """Why an operation has no path: a phrase that follows "because"."""
    kind = node.type.dtype.kind
    if node.primitive.name == "cast":
        return _TRUTH if kind == "b" else "an integer does not move"
    if node.primitive.name == "power":
        return "the exponent is 0, so the result is 1 whatever the base"
    found = _NO_PATH.get(node.primitive.name, "")
    if found:
        return found
    return {"b": _TRUTH, "i": "an integer does not move", "u": "an integer does not move"}.get(
        kind, f"{node.primitive.name} has no derivative by this operand"
    )


def zero(node: Node, slot: int, operands: Sequence[Any]) -> str:
    """Why a partial is 0 at these operands: a phrase that follows "because".

    Args:
        node: The operation.
        slot: The operand that the edge comes from.
        operands: The operands there: numbers, or arrays where the operation has array operands.
    """
    name = node.primitive.name
    mine = operands[slot]
    others = [operand for i, operand in enumerate(operands) if i != slot]
    decided = _awkward(node, operands)
    if name in ("maximum", "minimum"):
        word = "larger" if name == "maximum" else "smaller"
        return f"the other operand is the {word} one ({_told(others[0])} against {_told(mine)})"
    if name == "where":
        return f"the mask is {'False' if slot == 1 else 'True'}, so the other branch was taken"
    if name == "multiply":
        return f"the other factor is {_told(others[0])}"
    if name in ("max", "min"):
        return f"another element is the {'largest' if name == 'max' else 'smallest'} one"
    if name == "prod":
        return "another factor is 0"
    if name == "dot":
        return "it meets nothing but zeros in the other operand"
    if name in _MOVES:
        return "the element is not among those that are taken"
    if name in ("assign", "scatter"):
        return "the element is overwritten" if slot == 0 else "a later element took its place"
    if name in _SATURATES and np.ndim(mine) == 0 and abs(mine) > 1:
        return f"{name} is saturated at {_told(mine)}: its value no longer moves"
    if name in ("exp", "exp2"):
        return f"{name}({_told(mine)}) is too small for a float"
    if name == "divide":
        return "the divisor is infinite" if slot == 0 else "the dividend is 0"
    return decided or f"the slope of {name} is 0 at {_listed(operands)}"


def singular(node: Node, operands: Sequence[Any], number: float, what: str) -> str:
    """That a value or slope is infinite or NaN at finite operands.

    Args:
        node: The operation.
        operands: Its operands' values.
        number: The value or the slope.
        what: ``"value"`` or ``"slope"``.
    """
    told = f"the {what} of {node.primitive.name} at {_listed(operands)} is {figure(number)}"
    decided = _awkward(node, operands) if what == "slope" else ""
    return f"{told} ({decided})" if decided else told


def _awkward(node: Node, operands: Sequence[Any]) -> str:
    """What the primitive itself says of this point, if it names it."""
    for point in getattr(node.primitive, "awkward", ()):
        if len(point.operands) == len(operands) and all(
            np.ndim(mine) == 0 and mine == known
            for mine, known in zip(operands, point.operands, strict=True)
        ):
            return str(point.reason)
    return ""


def _listed(operands: Sequence[Any]) -> str:
    return " and ".join(_told(operand) for operand in operands)


def _told(value: Any) -> str:
    array = np.asarray(value)
    if array.ndim:
        return f"an array of shape {array.shape}"
    return str(array) if array.dtype.kind == "b" else figure(array.item() + 0)
